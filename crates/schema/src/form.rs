//! Between the stored form of an object and the form of a version that is served.
//!
//! Stored bytes are JSON or the `k8s\0` protobuf envelope, told apart by their first bytes. They carry no
//! resourceVersion, may be of another version, and lack defaults that came later: so the served form is always
//! made, never assumed.

use crate::decode::{self, DecodeError, set_field};
use crate::defaults;
use crate::protobuf::wire::Backward;
use crate::protobuf::{self, Envelope, EnvelopeError, MAGIC, ProtobufError, TooDeep};
use crate::resource::{Resource, Storage, Version};
use crate::types::{Field, Omit, Struct, Type};
use bytes::Bytes;
use pintle_meta::value::to_json;
use pintle_meta::{GroupVersion, GroupVersionKind, Map, Object, Str, Value};

/// The form of what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoredAs {
    /// JSON.
    Json,
    /// The protobuf envelope, but for what has no protobuf.
    #[default]
    Protobuf,
}

/// Why stored bytes are not an object of their resource.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// JSON that is not what the schema says.
    #[error(transparent)]
    Json(#[from] DecodeError),
    /// Something else than an envelope behind the magic.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A message that is not what the schema says.
    #[error(transparent)]
    Protobuf(#[from] ProtobufError),
    /// A message that can't be written again.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
}

/// The object in the form of `version`, as of `revision`.
///
/// # Errors
/// [`StoredError`] when the bytes can't be read as the resource's stored kind.
pub fn from_stored(
    resource: &Resource,
    storage: &Storage,
    version: &Version,
    bytes: &[u8],
    revision: u64,
) -> Result<Value, StoredError> {
    if !bytes.starts_with(MAGIC) {
        let object = decode::json(bytes, &storage.schema)?.value;
        return Ok(serve(resource, storage, version, object, revision));
    }
    let envelope = Envelope::read(bytes)?;
    // An older server may have stored another version, whose message can be another one.
    let says =
        GroupVersion::parse(&envelope.api_version).ok().filter(|says| *says != storage.kind.group_version());
    let older = says
        .and_then(|says| resource.version(&says.version).filter(|version| version.kind.group == says.group));
    let (kind, schema) = older.map_or((&storage.kind, &storage.schema), |older| (&older.kind, &older.schema));
    Ok(serve_from(resource, (kind, schema), version, envelope.document(schema)?, revision))
}

/// An object in its stored form brought to the form of `version`, as of `revision`.
pub fn serve(
    resource: &Resource,
    storage: &Storage,
    version: &Version,
    object: Value,
    revision: u64,
) -> Value {
    serve_from(resource, (&storage.kind, &storage.schema), version, object, revision)
}

fn serve_from(
    resource: &Resource,
    (kind, schema): (&GroupVersionKind, &Struct),
    version: &Version,
    mut object: Value,
    revision: u64,
) -> Value {
    if kind.version != version.name || kind.group != version.kind.group {
        defaults::apply(schema, &mut object);
        resource.hooks.default(&kind.version, &mut object);
        resource.hooks.convert(&kind.version, &version.name, &mut object);
        object = restore(&version.schema, object);
    }
    default(resource, version, &mut object);
    stamp(version, &mut object, revision);
    object
}

/// An object brought from one served version to another, with the other's defaults.
pub fn convert(resource: &Resource, from: &Version, to: &Version, mut object: Value) -> Value {
    if from.kind != to.kind {
        resource.hooks.convert(&from.name, &to.name, &mut object);
        object = restore(&to.schema, object);
    }
    default(resource, to, &mut object);
    object
}

/// Sets the defaults of `version`, those of its types and then the kind's own.
pub fn default(resource: &Resource, version: &Version, object: &mut Value) {
    defaults::apply(&version.schema, object);
    resource.hooks.default(&version.name, object);
}

/// Sets kind, apiVersion and resourceVersion of an object that is about to be shown.
pub fn stamp(version: &Version, object: &mut Value, revision: u64) {
    let Value::Map(map) = object else { return };
    set_field(&version.schema, map, "kind", Value::String(version.kind.kind.clone()));
    let group_version = Str::from(version.group_version().to_string());
    set_field(&version.schema, map, "apiVersion", Value::String(group_version));
    set_revision(&version.schema, object, revision);
}

/// Sets metadata.resourceVersion, or removes it for revision 0.
pub fn set_revision(schema: &Struct, object: &mut Value, revision: u64) {
    let Some(meta_type) = schema.field("metadata").and_then(|(_, field)| field.ty.as_struct()) else {
        return;
    };
    let Some(Value::Map(meta)) = object.as_map_mut().map(|map| map.entry("metadata")) else { return };
    match revision {
        0 => drop(meta.remove("resourceVersion")),
        _ => set_field(meta_type, meta, "resourceVersion", Value::from(revision.to_string())),
    }
}

/// The stored form of an object of `version`: in the storage version, without a resourceVersion, with empty
/// lists and maps gone as protobuf would lose them.
pub fn to_stored(resource: &Resource, storage: &Storage, version: &Version, mut object: Value) -> Value {
    if storage.kind.version != version.name || storage.kind.group != version.kind.group {
        resource.hooks.convert(&version.name, &storage.kind.version, &mut object);
        object = restore(&storage.schema, object);
    }
    set_revision(&storage.schema, &mut object, 0);
    if let Value::Map(map) = &mut object {
        set_field(&storage.schema, map, "kind", Value::String(storage.kind.kind.clone()));
        let group_version = Str::from(storage.kind.group_version().to_string());
        set_field(&storage.schema, map, "apiVersion", Value::String(group_version));
    }
    if let Value::Map(map) = &object
        && !storage.keeps_empty
        && let Some(kept) = without_empty(&storage.schema, map)
    {
        object = Value::Map(kept);
    }
    object
}

/// The bytes that are stored for a stored form.
///
/// # Errors
/// [`TooDeep`], of protobuf.
pub fn stored_bytes(storage: &Storage, object: &Value, form: StoredAs) -> Result<Bytes, TooDeep> {
    if form == StoredAs::Protobuf && !storage.keeps_empty {
        return protobuf::enveloped(&storage.schema, object);
    }
    let mut bytes = to_json(object);
    bytes.push(b'\n');
    Ok(Bytes::from(bytes))
}

/// Stored bytes of an object's successor, with what the bytes `before` have that this server does not know: a newer one
/// has written them.
///
/// # Errors
/// [`StoredError`] when `before` is no object of the resource.
pub fn keep_unknown(storage: &Storage, before: &[u8], now: Bytes) -> Result<Bytes, StoredError> {
    if !before.starts_with(MAGIC) || !now.starts_with(MAGIC) {
        return Ok(now);
    }
    let (before, after) = (Envelope::read(before)?, Envelope::read(&now)?);
    // The numbers of another version may mean something else.
    let comparable = before.api_version == after.api_version && before.kind == after.kind;
    if !comparable || !protobuf::has_unknown(&storage.schema, before.raw)? {
        return Ok(now);
    }
    let out = Backward::with_capacity(before.raw.len() + after.raw.len());
    let kept = protobuf::seal(&after.api_version, &after.kind, out, |out| {
        protobuf::put_with_unknown(&storage.schema, before.raw, after.raw, out);
    });
    Ok(kept?)
}

/// Brings a document back to normal form after code of ours changed it; such code never breaks types.
fn restore(schema: &Struct, object: Value) -> Value {
    debug_assert!(object.metadata().is_some(), "an object without metadata");
    let kept = object.clone();
    match decode::value(object, schema) {
        Ok(decoded) => decoded.value,
        Err(error) => {
            debug_assert!(false, "a conversion broke a type: {error}");
            kept
        }
    }
}

/// The object with nil for empty lists and maps that Go would still print, and with bytes for the nil ones of a map, which
/// protobuf can't tell from none. `None` when it has none of them.
fn without_empty(ty: &Struct, object: &Map) -> Option<Map> {
    object.replaced(|name, value| {
        let (_, field) = ty.field(name)?;
        if is_empty_collection(field, value) {
            Some(Value::Null)
        } else {
            without_empty_below(&field.ty, value)
        }
    })
}

fn without_empty_below(ty: &Type, value: &Value) -> Option<Value> {
    if !loses_something(ty) {
        return None;
    }
    match (ty, value) {
        (Type::Struct(ty), Value::Map(members)) => without_empty(ty, members).map(Value::Map),
        (Type::List(list), Value::List(items)) => {
            items.replaced(|item| without_empty_below(&list.item, item)).map(Value::List)
        }
        (Type::Map(map), Value::Map(members)) => {
            let member = |member: &Value| match map.value {
                Type::Bytes => member.is_null().then(|| "".into()),
                ref ty => without_empty_below(ty, member),
            };
            members.replaced(|_, value| member(value)).map(Value::Map)
        }
        _ => None,
    }
}

fn is_empty_collection(field: &Field, value: &Value) -> bool {
    let collection = matches!(field.ty, Type::List(_) | Type::Map(_));
    collection && field.omit == Omit::Never && !value.is_null() && value.is_empty()
}

fn loses_something(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) => true,
        Type::List(list) => loses_something(&list.item),
        Type::Map(map) => matches!(map.value, Type::Bytes) || loses_something(&map.value),
        Type::Bool | Type::Int(_) | Type::Float | Type::String | Type::Bytes | Type::Special(_) => false,
    }
}
