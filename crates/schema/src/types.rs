//! Types of documents: the shape of a Go API struct, or of a CRD's schema, described as data.
//!
//! Everything that walks a document (decode, default, patch, own, encode) is driven by these.

use crate::names::Names;
use crate::protobuf::Plan;
use pintle_meta::{Str, Value};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The type of a value.
#[derive(Clone, Debug)]
pub enum Type {
    /// true or false.
    Bool,
    /// An integer of Go's type.
    Int(IntType),
    /// A float64.
    Float,
    /// Text; named Go string types too.
    String,
    /// Go's `[]byte`: base64 in JSON.
    Bytes,
    /// A type with a JSON form of its own.
    Special(Special),
    /// Named fields.
    Struct(Arc<Struct>),
    /// Items of one type.
    List(Arc<ListType>),
    /// Text keys to values of one type; printed sorted by key.
    Map(Arc<MapType>),
}

/// Width and sign of a Go integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntType {
    /// -128..=127
    I8,
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed (Go's `int` too).
    I64,
    /// 0..=255
    U8,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
}

/// Types that marshal themselves in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// metav1.Time: RFC 3339 with seconds, or null.
    Time,
    /// metav1.MicroTime: RFC 3339 with microseconds, or null.
    MicroTime,
    /// metav1.Duration: Go's duration text.
    Duration,
    /// resource.Quantity: canonical text.
    Quantity,
    /// intstr.IntOrString: a number or text.
    IntOrString,
    /// runtime.RawExtension: any object, kept as it came.
    RawExtension,
    /// metav1.FieldsV1: a field set, kept as it came.
    FieldsV1,
    /// apiextensions JSON: any value, kept as it came.
    Json,
    /// apiextensions JSONSchemaPropsOrArray; the struct is JSONSchemaProps.
    SchemaOrArray,
    /// apiextensions JSONSchemaPropsOrBool.
    SchemaOrBool,
    /// apiextensions JSONSchemaPropsOrStringArray.
    SchemaOrStrings,
}

/// A Go struct, or an object schema of a CRD. May refer to itself.
pub struct Struct {
    /// Bare Go name: `PodSpec`.
    pub go_name: Str,
    /// As Go's reflect prints it: `v1.PodSpec`.
    pub go_type: Str,
    /// Definition name in OpenAPI: `io.k8s.api.core.v1.PodSpec`.
    pub openapi_name: Str,
    /// Apply owns it as a whole.
    pub atomic: bool,
    layout: OnceLock<Layout>,
    zero: OnceLock<Value>,
    has_defaults: OnceLock<bool>,
    plan: OnceLock<Plan>,
}

struct Layout {
    fields: Vec<Field>,
    names: Names,
    inlines: Vec<Inline>,
}

/// One member of a struct's JSON form.
#[derive(Clone, Debug)]
pub struct Field {
    /// JSON name.
    pub name: Str,
    /// What it holds.
    pub ty: Type,
    /// Go type as reflect prints it without the pointer: `[]v1.Container`, `v1.RestartPolicy`, `int32`.
    pub go_type: Str,
    /// Go field name; dotted when it is promoted from an inlined struct: `VolumeSource.HostPath`.
    pub go_name: Str,
    /// When the printed form leaves it out.
    pub omit: Omit,
    /// A Go pointer: nil and zero differ.
    pub pointer: bool,
    /// Listed in OpenAPI's `required`.
    pub required: bool,
    /// The default that OpenAPI publishes because the type says so (not Go's zero).
    pub default: Option<Value>,
    /// A default that the server sets in the same places by the same rule, but that OpenAPI does not publish:
    /// the reference sets it in code. Never beside [`Field::default`].
    pub implied: Option<Value>,
    /// The quantities of this map are kept in whole thousandths; finer ones are rounded up where defaults are set.
    pub thousandths: bool,
    /// Allowed values as OpenAPI publishes them; empty when there is no enum.
    pub allowed: Vec<Str>,
    /// How apply owns a struct, map or `[]byte` here; lists carry theirs in [`ListType`].
    pub members: Members,
    /// Strategic merge patch strategy and key.
    pub patch: Patch,
    /// Field number in the protobuf message that holds it; 0 when it has none.
    pub number: u32,
}

/// When Go leaves a field out of its JSON form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Omit {
    /// Always printed; nil prints as null.
    Never,
    /// `omitempty`: false, 0, "", nil and empty containers; never a struct that is no pointer.
    Empty,
    /// `omitempty` of a list whose emptiness says something to the server, which takes it out itself.
    Nil,
    /// `omitzero`: the zero value of any type.
    Zero,
}

/// What strategic merge patch does with a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// `merge`: items or members are merged instead of replaced.
    pub merge: bool,
    /// `replace`: a patch of it is what it becomes. Of lists that is said although it is what happens anyway.
    pub replace: bool,
    /// `retainKeys`: the patch says which keys stay.
    pub retain_keys: bool,
    /// The key items are matched by; empty for primitives.
    pub key: Str,
}

/// A list.
#[derive(Clone, Debug)]
pub struct ListType {
    /// Type of each item.
    pub item: Type,
    /// Items are Go pointers.
    pub pointer_items: bool,
    /// Whose items apply can own one by one.
    pub ownership: Ownership,
    /// In protobuf the list is a message of its own, whose field 1 holds the items.
    pub boxed: bool,
}

/// How apply owns the members of a struct or map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Members {
    /// Nothing is said: one by one.
    #[default]
    Unsaid,
    /// As a whole.
    Atomic,
    /// One by one.
    Granular,
}

/// How apply owns a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ownership {
    /// Nothing is said: as a whole.
    #[default]
    Unsaid,
    /// As a whole.
    Atomic,
    /// Each value by itself.
    Set,
    /// Each item by the values of these keys.
    Map(Vec<Str>),
}

/// A map with text keys.
#[derive(Clone, Debug)]
pub struct MapType {
    /// Type of each value.
    pub value: Type,
}

/// An embedded Go struct: flat in JSON, a message of its own in protobuf.
#[derive(Clone, Debug)]
pub struct Inline {
    /// Dotted Go name: `VolumeSource`, `RuleWithOperations.Rule`.
    pub go_name: Str,
    /// What is embedded.
    pub ty: Arc<Struct>,
    /// Its field number in the message that holds it.
    pub number: u32,
}

impl Struct {
    /// A struct whose fields follow by [`Struct::lay_out`], so that structs can refer to each other.
    pub fn new(
        go_name: impl Into<Str>,
        go_type: impl Into<Str>,
        openapi_name: impl Into<Str>,
        atomic: bool,
    ) -> Struct {
        let (go_name, go_type, openapi_name) = (go_name.into(), go_type.into(), openapi_name.into());
        Struct {
            go_name,
            go_type,
            openapi_name,
            atomic,
            layout: OnceLock::new(),
            zero: OnceLock::new(),
            has_defaults: OnceLock::new(),
            plan: OnceLock::new(),
        }
    }

    /// Gives the struct its fields, in the order Go prints them. Only the first call counts.
    pub fn lay_out(&self, fields: Vec<Field>, inlines: Vec<Inline>) {
        let names = Names::of(fields.len(), |at| fields[at].name.as_str());
        let first = self.layout.set(Layout { fields, names, inlines }).is_ok();
        debug_assert!(first, "{} has its fields already", self.openapi_name);
    }

    /// The fields in the order Go prints them.
    pub fn fields(&self) -> &[Field] {
        &self.layout().fields
    }

    /// The type that `path` leads to, through the members of structs and the values of maps.
    pub fn type_at(&self, path: &[Str]) -> Option<&Type> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(&self.field(first)?.1.ty, |ty, key| match ty {
            Type::Struct(ty) => Some(&ty.field(key)?.1.ty),
            Type::Map(map) => Some(&map.value),
            _ => None,
        })
    }

    /// The embedded structs that protobuf keeps as messages.
    pub fn inlines(&self) -> &[Inline] {
        &self.layout().inlines
    }

    /// The field with this JSON name and its position.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        let layout = self.layout();
        let at = layout.names.find(name, |at| layout.fields[at].name.as_str())?;
        Some((at, &layout.fields[at]))
    }

    /// The printed form of the struct with no field set, made once.
    pub(crate) fn zero_with(&self, make: impl FnOnce() -> Value) -> Value {
        self.zero.get_or_init(make).clone()
    }

    /// The struct as a protobuf message, worked out once.
    pub(crate) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| Plan::of(self))
    }

    /// Whether a default, published or implied, stands anywhere below.
    pub(crate) fn has_defaults(&self) -> bool {
        *self.has_defaults.get_or_init(|| self.finds_default(&mut Vec::new()))
    }

    fn finds_default(&self, above: &mut Vec<*const Struct>) -> bool {
        let me: *const Struct = self;
        if above.contains(&me) {
            return false;
        }
        above.push(me);
        let found =
            self.fields().iter().any(|field| field.is_defaulted() || type_finds_default(&field.ty, above));
        above.pop();
        found
    }

    fn layout(&self) -> &Layout {
        self.layout.get().expect("whoever made the struct laid it out before sharing it")
    }
}

/// Prints the name only: structs refer to themselves.
impl fmt::Debug for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Struct").field(&self.openapi_name).finish()
    }
}

impl Field {
    fn is_defaulted(&self) -> bool {
        self.set_when_unset().is_some() || self.thousandths
    }

    /// What OpenAPI publishes as the field's default: its type's own, or Go's zero where that is always printed.
    pub fn published_default(&self) -> Option<Value> {
        if self.default.is_some() || self.pointer {
            return self.default.clone();
        }
        match (&self.ty, self.omit) {
            (Type::Struct(_), _) => Some(Value::map()),
            (Type::Bool, Omit::Never) => Some(Value::Bool(false)),
            (Type::Int(_) | Type::Float, Omit::Never) => Some(Value::Int(0)),
            (Type::String, Omit::Never) => Some(Value::from("")),
            _ => None,
        }
    }

    /// What the server sets where nothing was said: the published default, or the one that is only implied.
    pub fn set_when_unset(&self) -> Option<&Value> {
        self.default.as_ref().or(self.implied.as_ref())
    }
}

impl Special {
    /// The bare name of its Go struct.
    pub fn go_name(self) -> &'static str {
        match self {
            Special::Time => "Time",
            Special::MicroTime => "MicroTime",
            Special::Duration => "Duration",
            Special::Quantity => "Quantity",
            Special::IntOrString => "IntOrString",
            Special::RawExtension => "RawExtension",
            Special::FieldsV1 => "FieldsV1",
            Special::Json => "JSON",
            Special::SchemaOrArray => "JSONSchemaPropsOrArray",
            Special::SchemaOrBool => "JSONSchemaPropsOrBool",
            Special::SchemaOrStrings => "JSONSchemaPropsOrStringArray",
        }
    }
}

impl IntType {
    /// The smallest and the largest value.
    pub fn bounds(self) -> (i64, i64) {
        match self {
            IntType::I8 => (i8::MIN.into(), i8::MAX.into()),
            IntType::I16 => (i16::MIN.into(), i16::MAX.into()),
            IntType::I32 => (i32::MIN.into(), i32::MAX.into()),
            IntType::I64 => (i64::MIN, i64::MAX),
            IntType::U8 => (0, u8::MAX.into()),
            IntType::U16 => (0, u16::MAX.into()),
            IntType::U32 => (0, u32::MAX.into()),
        }
    }

    /// Whether it holds `value`.
    pub fn fits(self, value: i64) -> bool {
        let (least, most) = self.bounds();
        (least..=most).contains(&value)
    }

    /// As Go's reflection calls it.
    pub fn go_kind(self) -> &'static str {
        match self {
            IntType::I8 => "int8",
            IntType::I16 => "int16",
            IntType::I32 => "int32",
            IntType::I64 => "int64",
            IntType::U8 => "uint8",
            IntType::U16 => "uint16",
            IntType::U32 => "uint32",
        }
    }

    /// What Go's conversion to this type makes of `value`.
    pub fn wrap(self, value: i64) -> i64 {
        match self {
            IntType::I8 => i64::from(value as i8),
            IntType::I16 => i64::from(value as i16),
            IntType::I32 => i64::from(value as i32),
            IntType::I64 => value,
            IntType::U8 => i64::from(value as u8),
            IntType::U16 => i64::from(value as u16),
            IntType::U32 => i64::from(value as u32),
        }
    }
}

fn type_finds_default(ty: &Type, above: &mut Vec<*const Struct>) -> bool {
    match ty {
        Type::Struct(ty) => ty.finds_default(above),
        Type::List(list) => type_finds_default(&list.item, above),
        Type::Map(map) => type_finds_default(&map.value, above),
        _ => false,
    }
}

impl Type {
    /// The struct, when this is one.
    pub fn as_struct(&self) -> Option<&Arc<Struct>> {
        match self {
            Type::Struct(ty) => Some(ty),
            _ => None,
        }
    }
}
