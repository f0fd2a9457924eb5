//! How a value is owned: as one thing, by its members, or by its items. (structured-merge-diff's schema, as
//! k8s.io/kube-openapi's schemaconv makes it of the published types.)

use super::Element;
use super::element::canonical;
use crate::types::{Field, ListType, Members, Ownership, Special, Struct, Type};
use pintle_meta::{Map, Str, Value};

/// Where a value stands: its type, and whether whoever refers to it owns it as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    ty: &'a Type,
    atomic: bool,
}

/// What a value is to ownership.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape<'a> {
    /// One thing.
    Scalar(Scalar),
    /// Named fields.
    Struct(&'a Struct),
    /// Entries of one type.
    Map(&'a Type),
    /// Items.
    List(&'a ListType),
    /// Nothing is known: the value itself says whether it has members. Its lists are owned as a whole.
    Any,
}

/// What a scalar must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    /// A number.
    Number,
    /// Text.
    Text,
    /// A boolean.
    Flag,
    /// Anything, a list or a map even.
    Untyped,
}

/// The type of what nothing is known about.
static ANY: Type = Type::Special(Special::Json);

impl<'a> Place<'a> {
    /// A value of this type, by itself.
    pub(super) fn of(ty: &'a Type) -> Place<'a> {
        Place { ty, atomic: false }
    }

    /// A member of a struct.
    pub(super) fn of_field(field: &'a Field) -> Place<'a> {
        Place { ty: &field.ty, atomic: field.members == Members::Atomic }
    }

    /// What stands here.
    pub(super) fn shape(self) -> Shape<'a> {
        match self.ty {
            Type::Bool => Shape::Scalar(Scalar::Flag),
            Type::Int(_) | Type::Float => Shape::Scalar(Scalar::Number),
            Type::String | Type::Bytes => Shape::Scalar(Scalar::Text),
            Type::Special(Special::Time | Special::MicroTime | Special::Duration) => {
                Shape::Scalar(Scalar::Text)
            }
            Type::Special(Special::Quantity | Special::IntOrString | Special::RawExtension) => {
                Shape::Scalar(Scalar::Untyped)
            }
            Type::Special(_) => Shape::Any,
            Type::Struct(ty) => Shape::Struct(ty),
            Type::Map(map) => Shape::Map(&map.value),
            Type::List(list) => Shape::List(list),
        }
    }

    /// Whether the list or map that stands here is owned as a whole.
    pub(super) fn is_atomic(self) -> bool {
        match self.ty {
            Type::Struct(ty) => ty.atomic || self.atomic,
            Type::List(list) => matches!(list.ownership, Ownership::Unsaid | Ownership::Atomic),
            _ => self.atomic,
        }
    }
}

impl<'a> Shape<'a> {
    /// Where the member `name` of a map or struct stands; `None` when the type knows no such member.
    pub(super) fn member(self, name: &str) -> Option<Place<'a>> {
        match self {
            Shape::Struct(ty) => ty.field(name).map(|(_, field)| Place::of_field(field)),
            Shape::Map(value) => Some(Place::of(value)),
            Shape::Any => Some(Place::of(&ANY)),
            Shape::Scalar(_) | Shape::List(_) => None,
        }
    }

    /// Whether `name` is one of a struct's own fields.
    pub(super) fn names(self, name: &str) -> bool {
        matches!(self, Shape::Struct(ty) if ty.field(name).is_some())
    }

    /// Whether it has members that `value`, null counting as none, can be asked for.
    pub(super) fn has_members(self, value: &Value) -> bool {
        match self {
            Shape::Struct(_) | Shape::Map(_) => true,
            Shape::Any => matches!(value, Value::Map(_) | Value::Null),
            Shape::Scalar(_) | Shape::List(_) => false,
        }
    }
}

/// Why a list item can't be told from the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unkeyed {
    /// An item that is null.
    #[error("associative list with keys may not have a null element")]
    Null,
    /// An item that has no members.
    #[error("associative list with keys may not have non-map elements")]
    NoMap,
    /// An item without one of the fields it is known by.
    #[error(
        "associative list with keys has an element that omits key field {0:?} (and doesn't have default value)"
    )]
    NoKey(Str),
    /// A map in a set.
    #[error("associative list without keys has an element that's a map type")]
    MapInSet,
    /// A list in a set.
    #[error("not supported: associative list with lists as elements")]
    ListInSet,
    /// Null in a set.
    #[error("associative list without keys has an element that's an explicit null")]
    NullInSet,
}

/// What an item of a map-like or set-like list is known by. A key that is not given has its default.
pub(super) fn item_element(ty: &ListType, item: &Value) -> Result<Element, Unkeyed> {
    let Ownership::Map(keys) = &ty.ownership else {
        return match item {
            Value::Map(_) => Err(Unkeyed::MapInSet),
            Value::List(_) => Err(Unkeyed::ListInSet),
            Value::Null => Err(Unkeyed::NullInSet),
            scalar => Ok(Element::of_value(scalar)),
        };
    };
    let map = match item {
        Value::Map(map) => map,
        Value::Null => return Err(Unkeyed::Null),
        _ => return Err(Unkeyed::NoMap),
    };
    let mut fields = Vec::with_capacity(keys.len());
    for key in keys {
        let value = map.get(key).cloned().or_else(|| key_default(&ty.item, key));
        fields.push((key.clone(), canonical(value.ok_or_else(|| Unkeyed::NoKey(key.clone()))?)));
    }
    if !fields.is_sorted_by(|(a, _), (b, _)| a <= b) {
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    Ok(Element::Key(fields))
}

fn key_default(item: &Type, key: &str) -> Option<Value> {
    let (_, field) = item.as_struct()?.field(key)?;
    field.published_default()
}

/// The members of a map, where null and whatever is no map has none.
pub(super) fn members(value: Option<&Value>) -> Option<&Map> {
    value.and_then(Value::as_map).filter(|map| !map.is_empty())
}

/// The items of a list, where null and whatever is no list has none.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_list).map_or(&[], |list| list)
}
