//! Struct types. The grammar, a line each:
//!
//! ```text
//! package NAME
//! struct NAME [atomic]
//!   inline GONAME NUMBER TYPE
//!   JSONNAME TYPE NUMBER|- FLAG...
//! ```
//! TYPE is a scalar, a special name, `@STRUCT`, `[]TYPE`, `[]*TYPE` or `map:TYPE`; flags are in `flags`. The
//! overlay adds what no published fact says; its grammar is in `overlay`.

use super::flags;
use super::overlay::Overlay;
use pintle_meta::{GroupVersion, GroupVersionKind, Str};
use pintle_schema::types::{
    Field, Inline, IntType, ListType, MapType, Members, Ownership, Special, Struct, Type,
};
use std::collections::HashMap;
use std::sync::Arc;

/// The map of quantities that the reference rounds to thousandths.
const RESOURCE_LIST: &str = "v1.ResourceList";

/// All types, by OpenAPI name, and those of them that are kinds.
pub(crate) struct Definitions {
    pub(crate) structs: HashMap<Str, Arc<Struct>>,
    pub(crate) kinds: HashMap<GroupVersionKind, Arc<Struct>>,
}

/// A struct's lines.
struct Lines<'a> {
    package: &'a str,
    name: &'a str,
    atomic: bool,
    members: Vec<&'a str>,
}

impl Definitions {
    /// Reads the facts of all packages and what the overlay adds to them.
    pub(crate) fn read(text: &str, overlay: &str) -> Definitions {
        let mut overlay = Overlay::read(overlay);
        let all = split(text);
        let structs: HashMap<Str, Arc<Struct>> = all
            .iter()
            .map(|lines| {
                let openapi_name = Str::from(format!("{}.{}", lines.package, lines.name));
                let go_type = format!("{}.{}", go_package(lines.package), lines.name);
                (openapi_name.clone(), Arc::new(Struct::new(lines.name, go_type, openapi_name, lines.atomic)))
            })
            .collect();
        let mut kinds = HashMap::new();
        for lines in &all {
            let ty = &structs[format!("{}.{}", lines.package, lines.name).as_str()];
            lay_out(ty, lines, &structs, &mut overlay);
            if ty.field("kind").is_some_and(|(_, field)| field.go_name == "TypeMeta.Kind") {
                kinds.extend(
                    group_version(lines.package).map(|gv| (gv.with_kind(lines.name), Arc::clone(ty))),
                );
            }
        }
        overlay.check_all_used();
        Definitions { structs, kinds }
    }
}

fn split(text: &str) -> Vec<Lines<'_>> {
    let (mut package, mut all) = ("", Vec::new());
    for line in text.lines() {
        if let Some(member) = line.strip_prefix("  ") {
            let lines: &mut Lines<'_> = all.last_mut().expect("members follow a struct");
            lines.members.push(member);
        } else if let Some(name) = line.strip_prefix("package ") {
            package = name;
        } else if let Some(name) = line.strip_prefix("struct ") {
            let (name, atomic) = name.strip_suffix(" atomic").map_or((name, false), |name| (name, true));
            all.push(Lines { package, name, atomic, members: Vec::new() });
        }
    }
    all
}

fn lay_out(ty: &Struct, lines: &Lines<'_>, structs: &HashMap<Str, Arc<Struct>>, overlay: &mut Overlay) {
    let (mut fields, mut inlines) = (Vec::new(), Vec::new());
    for member in &lines.members {
        let mut words = member.split(' ');
        let mut word = || words.next().expect("a member has a name, a type and a number");
        let (name, ty, number) = (word(), word(), word());
        if name == "inline" {
            let target = word();
            let embedded = resolve(target.trim_start_matches('@'), lines.package);
            let embedded = structs.get(&embedded).unwrap_or_else(|| panic!("no facts of {embedded}"));
            let number = number.parse().expect("an inlined struct has a number");
            inlines.push(Inline { go_name: ty.into(), ty: Arc::clone(embedded), number });
        } else {
            let mut made = field(name, ty, number, words, lines.package, structs);
            made.implied = overlay.take(lines.package, lines.name, name);
            fields.push(made);
        }
    }
    ty.lay_out(fields, inlines);
}

fn field<'a>(
    name: &'a str,
    expression: &str,
    number: &str,
    words: impl Iterator<Item = &'a str>,
    package: &str,
    structs: &HashMap<Str, Arc<Struct>>,
) -> Field {
    let flags = flags::Flags::read(words);
    let ty = type_of(
        expression,
        package,
        structs,
        &List { ownership: flags.ownership.clone(), boxed: flags.boxed },
    );
    // A `[]byte` is no list here, yet a marker may call it an atomic one.
    let whole = matches!(ty, Type::Bytes) && flags.ownership == Ownership::Atomic;
    let members = if whole { Members::Atomic } else { flags.members };
    let go_type = flags.go_type.unwrap_or_else(|| Str::from(go_type(&ty, package)));
    let thousandths = go_type == RESOURCE_LIST;
    Field {
        name: name.into(),
        ty,
        go_type,
        thousandths,
        go_name: flags.go_name.unwrap_or_else(|| Str::from(capitalized(name))),
        omit: flags.omit,
        pointer: flags.pointer,
        required: flags.required,
        default: flags.default,
        implied: None,
        allowed: flags.allowed,
        members,
        patch: flags.patch,
        number: number.parse().unwrap_or_default(),
    }
}

/// What flags say of a list.
struct List {
    ownership: Ownership,
    boxed: bool,
}

fn type_of(text: &str, package: &str, structs: &HashMap<Str, Arc<Struct>>, list: &List) -> Type {
    // A list inside a list or map can't be repeated once more: it is a message.
    let inner = List { ownership: Ownership::Unsaid, boxed: true };
    if let Some(item) = text.strip_prefix("[]") {
        let (pointer_items, item) = item.strip_prefix('*').map_or((false, item), |item| (true, item));
        let item = type_of(item, package, structs, &inner);
        let (ownership, boxed) = (list.ownership.clone(), list.boxed);
        return Type::List(Arc::new(ListType { item, pointer_items, ownership, boxed }));
    }
    if let Some(value) = text.strip_prefix("map:") {
        return Type::Map(Arc::new(MapType { value: type_of(value, package, structs, &inner) }));
    }
    if let Some(name) = text.strip_prefix('@') {
        let name = resolve(name, package);
        return Type::Struct(Arc::clone(structs.get(&name).unwrap_or_else(|| panic!("no facts of {name}"))));
    }
    match text {
        "bool" => Type::Bool,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "float64" => Type::Float,
        "int32" => Type::Int(IntType::I32),
        "int64" | "int" => Type::Int(IntType::I64),
        "uint32" => Type::Int(IntType::U32),
        "time" => Type::Special(Special::Time),
        "micro-time" => Type::Special(Special::MicroTime),
        "duration" => Type::Special(Special::Duration),
        "quantity" => Type::Special(Special::Quantity),
        "int-or-string" => Type::Special(Special::IntOrString),
        "raw" => Type::Special(Special::RawExtension),
        "fields-v1" => Type::Special(Special::FieldsV1),
        "json" => Type::Special(Special::Json),
        "schema-or-array" => Type::Special(Special::SchemaOrArray),
        "schema-or-bool" => Type::Special(Special::SchemaOrBool),
        "schema-or-strings" => Type::Special(Special::SchemaOrStrings),
        other => panic!("the facts name a type {other:?} that nobody knows"),
    }
}

/// A struct's OpenAPI name; bare names are of the same package.
fn resolve(name: &str, package: &str) -> Str {
    if name.contains('.') { Str::from(name) } else { Str::from(format!("{package}.{name}")) }
}

/// The Go type that reflect prints for a type that has no name of its own.
fn go_type(ty: &Type, package: &str) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int(IntType::I32) => "int32".to_owned(),
        Type::Int(IntType::U32) => "uint32".to_owned(),
        Type::Int(_) => "int64".to_owned(),
        Type::Float => "float64".to_owned(),
        Type::String => "string".to_owned(),
        Type::Bytes => "[]uint8".to_owned(),
        Type::Special(special) => special_go_type(*special, go_package(package)),
        Type::Struct(ty) => ty.go_type.to_string(),
        Type::List(list) => {
            format!("[]{}{}", if list.pointer_items { "*" } else { "" }, go_type(&list.item, package))
        }
        Type::Map(map) => format!("map[string]{}", go_type(&map.value, package)),
    }
}

fn special_go_type(special: Special, own: &str) -> String {
    match special {
        Special::Time => "v1.Time".to_owned(),
        Special::MicroTime => "v1.MicroTime".to_owned(),
        Special::Duration => "v1.Duration".to_owned(),
        Special::Quantity => "resource.Quantity".to_owned(),
        Special::IntOrString => "intstr.IntOrString".to_owned(),
        Special::RawExtension => "runtime.RawExtension".to_owned(),
        Special::FieldsV1 => "v1.FieldsV1".to_owned(),
        Special::Json => format!("{own}.JSON"),
        Special::SchemaOrArray => format!("{own}.JSONSchemaPropsOrArray"),
        Special::SchemaOrBool => format!("{own}.JSONSchemaPropsOrBool"),
        Special::SchemaOrStrings => format!("{own}.JSONSchemaPropsOrStringArray"),
    }
}

/// Go calls a package by the last part of its path.
fn go_package(package: &str) -> &str {
    package.rsplit('.').next().unwrap_or_default()
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The API group and version that a Go package holds the kinds of.
fn group_version(package: &str) -> Option<GroupVersion> {
    let mut parts = package.rsplit('.');
    let (version, name) = (parts.next()?, parts.next()?);
    let group = match name {
        "core" | "meta" => "",
        "apps" | "autoscaling" | "batch" | "policy" => name,
        "rbac" => "rbac.authorization.k8s.io",
        "flowcontrol" => "flowcontrol.apiserver.k8s.io",
        "apiserverinternal" => "internal.apiserver.k8s.io",
        _ if version.starts_with('v') => return Some(GroupVersion::new(format!("{name}.k8s.io"), version)),
        _ => return None,
    };
    Some(GroupVersion::new(group, version))
}
