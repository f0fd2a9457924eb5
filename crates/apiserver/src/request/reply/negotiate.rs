//! Which form the client wants: `Accept` read as the reference reads it.
//!
//! Two gates: the route's list of media types (an exact match or `*/*`, its own words of refusal), then the
//! serializer's (with `as=`, `g=`, `v=` for tables and partial metadata).

use super::accept::{Clause, accept_clauses, accept_header};
use http::request::Parts;
use pintle_meta::{Reason, Status, Str};

/// How documents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// application/json
    Json,
    /// application/yaml
    Yaml,
    /// application/vnd.kubernetes.protobuf
    Protobuf,
}

/// What of the object is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum As {
    /// All of it.
    Object,
    /// A Table of this version of meta.k8s.io.
    Table(Str),
    /// Its metadata.
    Partial(Str),
    /// The metadata of a list's items.
    PartialList(Str),
}

/// The agreed form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Negotiated {
    /// How it is written.
    pub format: Format,
    /// Indented, for people.
    pub pretty: bool,
    /// What is written.
    pub shape: As,
}

/// The media types of resources, in the order the reference lists them.
pub(super) const MEDIA_TYPES: [&str; 3] =
    ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAM_TYPES: [&str; 2] =
    ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/// What a route can answer with; lists and watches share one.
pub fn media_types(with_streams: bool) -> Vec<&'static str> {
    let streams = if with_streams { &STREAM_TYPES[..] } else { &[] };
    MEDIA_TYPES.iter().chain(streams).copied().collect()
}

impl Format {
    /// In the order of preference.
    const ALL: [Format; 3] = [Format::Json, Format::Yaml, Format::Protobuf];

    /// Whether events can follow each other in it.
    fn streams(self) -> bool {
        self != Format::Yaml
    }

    /// The answer's Content-Type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Yaml => "application/yaml",
            Format::Protobuf => "application/vnd.kubernetes.protobuf",
        }
    }

    /// The Content-Type of a stream of events.
    pub fn stream_type(self) -> &'static str {
        match self {
            Format::Json | Format::Yaml => "application/json",
            Format::Protobuf => "application/vnd.kubernetes.protobuf;stream=watch",
        }
    }
}

/// Agrees on a form for a resource, whose kind may have no protobuf.
///
/// # Errors
/// 406 in one of the reference's two wordings.
pub fn negotiate(head: &Parts, with_streams: bool, has_protobuf: bool) -> Result<Negotiated, Status> {
    if !route_accepts(accept_header(&head.headers), &media_types(with_streams)) {
        let available = media_types(with_streams).join(", ");
        let message = format!("406: Not Acceptable\n\nAvailable representations: {available}");
        let status = Status::failure(406, Reason::NotAcceptable, message);
        return Err(Status { details: Some(Box::default()), ..status });
    }
    agree(head, Shapes::All { protobuf: has_protobuf }).ok_or_else(|| Status::not_acceptable(&MEDIA_TYPES))
}

/// Agrees on a form for a stream of events.
///
/// # Errors
/// 406 as [`negotiate`], and for a format that has no streams.
pub fn negotiate_stream(head: &Parts, has_protobuf: bool) -> Result<Negotiated, Status> {
    let negotiated = negotiate(head, true, has_protobuf)?;
    if negotiated.format.streams() { Ok(negotiated) } else { Err(Status::not_acceptable(&STREAM_TYPES)) }
}

/// Agrees on a form for a document that is no object: discovery.
///
/// # Errors
/// 406.
pub fn negotiate_plain(head: &Parts) -> Result<Negotiated, Status> {
    if !route_accepts(accept_header(&head.headers), &MEDIA_TYPES) {
        return Err(Status::not_acceptable(&MEDIA_TYPES));
    }
    negotiate_error(head).ok_or_else(|| Status::not_acceptable(&MEDIA_TYPES))
}

/// Agrees on a form for a Status or another document that has no table; `None` when nothing fits.
pub fn negotiate_error(head: &Parts) -> Option<Negotiated> {
    agree(head, Shapes::Whole)
}

/// Which shapes an answer can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shapes {
    /// That of the document alone.
    Whole,
    /// Also tables and partial metadata.
    All {
        /// Whether the document itself can be written as protobuf.
        protobuf: bool,
    },
}

impl Shapes {
    /// A table has no protobuf, partial metadata always has.
    fn allow(self, format: Format, shape: &As) -> bool {
        match (self, shape) {
            (Shapes::Whole, shape) => *shape == As::Object,
            (Shapes::All { protobuf }, As::Object) => format != Format::Protobuf || protobuf,
            (Shapes::All { .. }, As::Table(_)) => format != Format::Protobuf,
            (Shapes::All { .. }, As::Partial(_) | As::PartialList(_)) => true,
        }
    }
}

/// The route's gate: parameters don't count, `application/*` is not understood.
fn route_accepts(accept: &str, produced: &[&str]) -> bool {
    let bare = |text: &str| text.split(';').next().unwrap_or_default().trim().to_owned();
    accept
        .split(',')
        .map(bare)
        .any(|wanted| wanted == "*/*" || produced.iter().any(|have| bare(have) == wanted))
}

fn agree(head: &Parts, shapes: Shapes) -> Option<Negotiated> {
    let pretty = is_pretty(head);
    accept_clauses(&head.headers).iter().find_map(|clause| {
        let (format, shape) = Format::ALL.into_iter().find_map(|format| choose(clause, format, shapes))?;
        Some(Negotiated { format, pretty: pretty || clause.parameter("pretty") == Some("1"), shape })
    })
}

/// The shape that a clause asks for, if it allows the format and asks for nothing that nobody offers.
fn choose(clause: &Clause, format: Format, shapes: Shapes) -> Option<(Format, As)> {
    let fits = [format.content_type(), "application/*", "*/*"].contains(&clause.media_type.as_str());
    let streams = match clause.parameter("stream") {
        None | Some("") => true,
        Some(what) => what == "watch" && format.streams(),
    };
    let version = match clause.parameter("sv") {
        None | Some("") => true,
        Some(version) => version == "v1" && shapes != Shapes::Whole,
    };
    if !fits || !streams || !version {
        return None;
    }
    let shape = shape(clause)?;
    shapes.allow(format, &shape).then_some((format, shape))
}

/// `as=KIND;g=GROUP;v=VERSION`; `None` for a transformation nobody offers.
fn shape(clause: &Clause) -> Option<As> {
    if ["as", "g", "v"].iter().all(|name| clause.parameter(name).is_none()) {
        return Some(As::Object);
    }
    let version = clause.parameter("v").filter(|version| matches!(*version, "v1" | "v1beta1"))?;
    if clause.parameter("g") != Some("meta.k8s.io") {
        return None;
    }
    match clause.parameter("as")? {
        "Table" => Some(As::Table(version.into())),
        "PartialObjectMetadata" => Some(As::Partial(version.into())),
        "PartialObjectMetadataList" => Some(As::PartialList(version.into())),
        _ => None,
    }
}

/// `?pretty=` when it says something, else whether a person seems to be looking.
fn is_pretty(head: &Parts) -> bool {
    let query = crate::request::receive::Query::parse(head.uri.query().unwrap_or_default());
    if let Some(pretty) = query.first("pretty").filter(|text| !text.is_empty()) {
        return matches!(pretty, "1" | "t" | "T" | "true" | "TRUE" | "True");
    }
    let agent =
        head.headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    ["curl", "Wget", "Mozilla/5.0"].iter().any(|name| agent.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str, accept: &str) -> Parts {
        http::Request::get(uri).header("accept", accept).body(()).unwrap().into_parts().0
    }

    #[test]
    fn clauses_that_ask_for_more_than_there_is_are_passed_over() {
        const TABLE: &str = "application/json;as=Table;g=meta.k8s.io;v=v1";
        for (accept, want) in [
            ("application/json;stream=watch", Some((Format::Json, As::Object))),
            ("application/json;stream=other", None),
            ("application/yaml;stream=watch, application/json", Some((Format::Json, As::Object))),
            ("application/json;g=meta.k8s.io, application/yaml", Some((Format::Yaml, As::Object))),
            ("application/json;sv=v1", Some((Format::Json, As::Object))),
            ("application/json;sv=v2", None),
            ("application/JSON", None),
            ("*/*;q=1, application/yaml;q=0.1", Some((Format::Yaml, As::Object))),
            (TABLE, Some((Format::Json, As::Table("v1".into())))),
        ] {
            let got = negotiate(&head("/", accept), false, true).ok();
            assert_eq!(got.map(|got| (got.format, got.shape)), want, "{accept}");
        }
        assert_eq!(negotiate_error(&head("/", TABLE)), None);
    }

    #[test]
    fn streams_come_in_formats_that_have_them() {
        assert!(negotiate_stream(&head("/", "*/*"), true).is_ok());
        let words = "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";
        assert_eq!(negotiate_stream(&head("/", "application/yaml"), true).unwrap_err().message, words);
    }

    #[test]
    fn protobuf_is_for_what_has_it() {
        const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
        let shape = |accept: &str, has: bool| {
            let got = negotiate(&head("/", accept), false, has).ok()?;
            Some((got.format, got.shape))
        };
        assert_eq!(shape(PROTOBUF, true), Some((Format::Protobuf, As::Object)));
        assert_eq!(shape(PROTOBUF, false), None);
        let both = format!("{PROTOBUF},application/json");
        assert_eq!(shape(&both, false), Some((Format::Json, As::Object)));
        let partial = format!("{PROTOBUF};as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        assert_eq!(shape(&partial, false), Some((Format::Protobuf, As::Partial("v1".into()))));
        assert_eq!(shape(&format!("{PROTOBUF};as=Table;g=meta.k8s.io;v=v1"), true), None);
    }

    #[test]
    fn people_get_indented_answers() {
        let pretty = |uri: &str, accept: &str| negotiate(&head(uri, accept), false, true).unwrap().pretty;
        assert!(pretty("/?pretty=T", "*/*") && pretty("/", "application/json;pretty=1"));
        assert!(!pretty("/?pretty=yes", "*/*") && !pretty("/", "application/json;pretty=true"));
    }
}
