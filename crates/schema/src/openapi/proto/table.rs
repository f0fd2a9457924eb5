//! The messages, read from the facts: what JSON each field holds and where it comes from.

use super::Form;
use pintle_meta::Value;
use std::collections::HashMap;

const FACTS: &str = include_str!("../../../data/gnostic.facts");

/// All messages of one form.
pub(super) struct Messages(HashMap<&'static str, Message>);

/// One message.
pub(super) struct Message {
    pub(super) shape: Shape,
    pub(super) fields: Vec<Field>,
}

/// How a message's JSON looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object; fields are members.
    Object,
    /// Any JSON: YAML text.
    Any,
    /// What one of its fields holds.
    Choice,
    /// A list.
    List,
    /// A list, or its only item alone.
    OneOrMore,
}

/// One field of a message.
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) ty: Ty,
    pub(super) repeated: bool,
    pub(super) source: Source,
}

/// Type of a field, or of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    String,
    Bool,
    Int,
    Double,
    Message(&'static str),
}

/// Which members of the JSON object a field holds.
pub(super) enum Source {
    /// The one of this name.
    Member(String),
    /// Those that begin with `x-`, as named values.
    Extensions,
    /// All others, as named values.
    Entries,
}

impl Messages {
    /// Reads the table of a form.
    pub(super) fn of(form: Form) -> Messages {
        let version = match form {
            Form::V2 => "v2 ",
            Form::V3 => "v3 ",
        };
        Messages(FACTS.lines().filter_map(|line| line.strip_prefix(version)).map(message).collect())
    }

    pub(super) fn get(&self, name: &str) -> &Message {
        self.0.get(name).expect("the facts hold every message that they name")
    }

    pub(super) fn document(&self) -> &Message {
        self.get("Document")
    }

    /// The type of the values of a list of named values: `NamedSchema` -> `Schema`.
    pub(super) fn value_of(&self, named: Ty) -> Ty {
        match named {
            Ty::Message(name) => {
                let fields = &self.get(name).fields;
                fields.iter().find(|field| field.number == VALUE).map_or(Ty::String, |field| field.ty)
            }
            scalar => scalar,
        }
    }
}

/// Numbers of the fields of a named value.
pub(super) const NAME: u32 = 1;
pub(super) const VALUE: u32 = 2;
/// Number of the text of an `Any`.
pub(super) const YAML: u32 = 2;

impl Message {
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// The field of a choice that holds `value`. Version 2's schemas hold their reference themselves; elsewhere
    /// it has a message of its own.
    pub(super) fn chosen(&self, value: &Value) -> Option<&Field> {
        if value.get("$ref").is_some()
            && let Some(field) = self.fields.iter().find(|field| field.is_reference())
        {
            return Some(field);
        }
        self.fields.iter().find(|field| match (&field.source, field.ty) {
            (_, Ty::Bool) => value.as_bool().is_some(),
            (_, Ty::Int | Ty::Double) => matches!(value, Value::Int(_) | Value::Float(_)),
            (_, Ty::String) => value.as_str().is_some(),
            (Source::Member(key), Ty::Message(_)) => {
                value.as_map().is_some() && !field.is_reference() && suits(key, value)
            }
            _ => false,
        })
    }
}

impl Field {
    fn is_reference(&self) -> bool {
        matches!(&self.source, Source::Member(key) if key == "reference" || key == "jsonReference")
    }
}

/// Whether an object is what the message of this name in a choice stands for.
fn suits(name: &str, value: &Value) -> bool {
    let (place, ty, flow) = (value.text_at(&["in"]), value.text_at(&["type"]), value.text_at(&["flow"]));
    match name {
        "bodyParameter" => place == "body",
        "nonBodyParameter" => place != "body",
        "headerParameterSubSchema" => place == "header",
        "formDataParameterSubSchema" => place == "formData",
        "queryParameterSubSchema" => place == "query",
        "pathParameterSubSchema" => place == "path",
        "schema" => ty != "file",
        "fileSchema" => ty == "file",
        "basicAuthenticationSecurity" => ty == "basic",
        "apiKeySecurity" => ty == "apiKey",
        "oauth2ImplicitSecurity" => flow == "implicit",
        "oauth2PasswordSecurity" => flow == "password",
        "oauth2ApplicationSecurity" => flow == "application",
        "oauth2AccessCodeSecurity" => flow == "accessCode",
        _ => true,
    }
}

fn message(line: &'static str) -> (&'static str, Message) {
    let mut words = line.split(' ');
    let name = words.next().expect("a message has a name");
    let words: Vec<&'static str> = words.collect();
    let choice = words.iter().any(|word| word.starts_with('|'));
    let shape = match name {
        "Any" => Shape::Any,
        "StringArray" => Shape::List,
        "TypeItem" | "ItemsItem" => Shape::OneOrMore,
        _ if choice => Shape::Choice,
        _ => Shape::Object,
    };
    (name, Message { shape, fields: words.into_iter().map(field).collect() })
}

/// `[|]NAME=NUMBER:[*]TYPE`
fn field(word: &'static str) -> Field {
    let (name, rest) = word.trim_start_matches('|').split_once('=').expect("a field has a number");
    let (number, ty) = rest.split_once(':').expect("a field has a type");
    let (repeated, ty) = ty.strip_prefix('*').map_or((false, ty), |ty| (true, ty));
    let named = repeated && ty.starts_with("Named");
    let source = match name {
        "vendor_extension" | "specification_extension" => Source::Extensions,
        _ if named => Source::Entries,
        "_ref" => Source::Member("$ref".to_owned()),
        _ => Source::Member(camel(name)),
    };
    let ty = match ty {
        "string" => Ty::String,
        "bool" => Ty::Bool,
        "int64" => Ty::Int,
        "double" => Ty::Double,
        message => Ty::Message(message),
    };
    Field { number: number.parse().expect("a field's number"), ty, repeated, source }
}

/// `operation_id` -> `operationId`
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        made.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        made.push_str(letters.as_str());
    }
    made
}
