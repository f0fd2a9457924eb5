//! Scale (autoscaling/v1): a view of an object by its number of replicas, the same for every kind that has one.

use crate::decode;
use crate::ownership::{Element, FieldSet, Managers, Owned};
use crate::resource::ScalePaths;
use crate::types::Struct;
use pintle_meta::selector::LabelSelector;
use pintle_meta::{FieldError, Map, Object, Str, Value};

/// Members of metadata that a Scale shows.
const SHOWN: [&str; 5] = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];

/// The Scale of `object` in the normal form of `schema`, without kind and apiVersion.
pub fn of(paths: &ScalePaths, schema: &Struct, object: &Value) -> Value {
    let meta: Map = SHOWN
        .iter()
        .filter_map(|key| Some((Str::from(*key), object.metadata()?.get(key)?.clone())))
        .collect();
    let number = |path: &[Str]| Value::Int(follow(object, path).and_then(Value::as_int).unwrap_or_default());
    let selector = follow(object, &paths.selector).map(selector_text).unwrap_or_default();
    let document = Value::from([
        ("metadata", Value::Map(meta)),
        ("spec", Value::from([("replicas", number(&paths.spec_replicas))])),
        (
            "status",
            Value::from([("replicas", number(&paths.status_replicas)), ("selector", Value::from(selector))]),
        ),
    ]);
    decode::value(document, schema).map_or_else(|_| decode::zero(schema), |decoded| decoded.value)
}

/// What is wrong with a Scale that was sent.
pub fn validate(scale: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let replicas = scale.at(&["spec", "replicas"]).and_then(Value::as_int).unwrap_or_default();
    if replicas < 0 {
        let detail = "must be greater than or equal to 0";
        errors.push(FieldError::invalid("spec.replicas", &Value::Int(replicas), detail));
    }
    errors
}

/// The object (of type `schema`) with the number of replicas that `scale` wants, and the preconditions it carries.
pub fn apply(paths: &ScalePaths, schema: &Struct, scale: &Value, object: &Value) -> Value {
    let mut object = object.clone();
    let replicas = scale.at(&["spec", "replicas"]).cloned().unwrap_or(Value::Int(0));
    set(schema, &mut object, &paths.spec_replicas, replicas);
    let version = Value::from(scale.resource_version());
    set(schema, &mut object, &["metadata".into(), "resourceVersion".into()], version);
    object
}

/// Where the number of replicas is, in an object and in its Scale.
#[derive(Debug)]
pub struct Replicas<'a> {
    /// Group and version of the object as the write sees it.
    pub version: String,
    /// All groups and versions of the object.
    pub versions: Vec<String>,
    /// Where in the object; the same in all versions.
    pub path: &'a [Str],
    /// Group and version of the Scale.
    pub shown_version: String,
}

impl Replicas<'_> {
    fn in_object(&self) -> FieldSet {
        let mut set = FieldSet::new();
        set.insert(&self.path.iter().map(Element::field).collect::<Vec<_>>());
        set
    }

    fn in_scale() -> FieldSet {
        FieldSet::of_names(["spec.replicas"])
    }

    fn knows(&self, version: &str) -> bool {
        self.versions.iter().any(|known| known == version)
    }
}

/// Who owns what in a Scale: whoever owns the replicas of the object. (managedfields.ScaleHandler)
pub fn owners_shown(replicas: &Replicas<'_>, owners: Managers) -> Managers {
    let path = replicas.in_object();
    let shown = owners.0.into_iter().filter(|(_, owned)| replicas.knows(&owned.api_version));
    let shown = shown.filter(|(_, owned)| path.is_within(&owned.fields)).map(|(manager, owned)| {
        let api_version = Str::from(replicas.shown_version.as_str());
        (manager, Owned { fields: Replicas::in_scale(), api_version, time: owned.time })
    });
    Managers(shown.collect())
}

/// Who owns what in the object after `shown` own its Scale: who owned the replicas and does not any more loses them, who
/// owns them now gets an entry of its own, without a time. (managedfields.ScaleHandler)
pub fn owners_of_object(replicas: &Replicas<'_>, owners: Managers, mut shown: Managers) -> Managers {
    let path = replicas.in_object();
    let mut kept = Vec::with_capacity(owners.0.len() + shown.0.len());
    for (manager, mut owned) in owners.0 {
        if !replicas.knows(&owned.api_version) {
            continue;
        }
        if path.is_within(&owned.fields) {
            let still = shown.0.iter().position(|(other, _)| *other == manager);
            match still {
                Some(at) => drop(shown.0.remove(at)),
                None => owned.fields = owned.fields.difference(&path),
            }
        }
        if !owned.fields.is_empty() {
            kept.push((manager, owned));
        }
    }
    let replicas_of_scale = Replicas::in_scale();
    let new = shown.0.into_iter().filter(|(_, owned)| replicas_of_scale.is_within(&owned.fields));
    kept.extend(new.map(|(manager, _)| {
        let api_version = Str::from(replicas.version.as_str());
        (manager, Owned { fields: path.clone(), api_version, time: Str::new() })
    }));
    Managers(kept)
}

fn set(schema: &Struct, document: &mut Value, path: &[Str], value: Value) {
    let (Some((key, rest)), Value::Map(map)) = (path.split_first(), document) else { return };
    if rest.is_empty() {
        return decode::set_field(schema, map, key, value);
    }
    if !map.contains_key(key) {
        decode::set_field(schema, map, key, Value::map());
    }
    let below = schema.field(key).and_then(|(_, field)| field.ty.as_struct());
    if let (Some(below), Some(member)) = (below, map.get_mut(key)) {
        set(below, member, rest, value);
    }
}

fn follow<'a>(object: &'a Value, path: &[Str]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, key| value.get(key))
}

/// A label selector, a map of labels or a selector's own text, as text; "" for what is none.
fn selector_text(selector: &Value) -> String {
    let is_text = |map: &Map| map.values().all(|value| matches!(value, Value::String(_)));
    match selector {
        Value::String(text) => text.to_string(),
        Value::Map(labels) if is_text(labels) => {
            let wrapped = Value::from([("matchLabels", Value::Map(labels.clone()))]);
            LabelSelector::from_document(&wrapped).map_or_else(|_| String::new(), |found| found.to_string())
        }
        document => {
            LabelSelector::from_document(document).map_or_else(|_| String::new(), |found| found.to_string())
        }
    }
}
