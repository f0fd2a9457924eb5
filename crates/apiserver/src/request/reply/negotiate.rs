//! Which form the client wants: `Accept` read as the reference reads it.
//!
//! Two gates: the route's list of media types (an exact match or `*/*`, its own words of refusal), then the
//! serializer's (with `as=`, `g=`, `v=` for tables and partial metadata).

use http::HeaderMap;
use http::request::Parts;
use pintle_meta::{Reason, Status, Str};

/// How documents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// application/json
    Json,
    /// application/yaml
    Yaml,
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
    /// The answer's Content-Type.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Yaml => "application/yaml",
        }
    }
}

/// Agrees on a form for a resource.
///
/// # Errors
/// 406 in one of the reference's two wordings.
pub fn negotiate(head: &Parts, with_streams: bool) -> Result<Negotiated, Status> {
    let accept = accept_header(&head.headers);
    if !route_accepts(&accept, &media_types(with_streams)) {
        let available = media_types(with_streams).join(", ");
        let message = format!("406: Not Acceptable\n\nAvailable representations: {available}");
        let status = Status::failure(406, Reason::NotAcceptable, message);
        return Err(Status { details: Some(Box::default()), ..status });
    }
    let found = clauses(&accept).into_iter().find_map(|clause| choose(&clause, true));
    let (format, shape) = found.ok_or_else(|| Status::not_acceptable(&MEDIA_TYPES))?;
    Ok(Negotiated { format, pretty: is_pretty(head), shape })
}

/// Agrees on a form for a document that is no object: discovery.
///
/// # Errors
/// 406.
pub fn negotiate_plain(head: &Parts) -> Result<Negotiated, Status> {
    let accept = accept_header(&head.headers);
    if !route_accepts(&accept, &MEDIA_TYPES) {
        return Err(Status::not_acceptable(&MEDIA_TYPES));
    }
    negotiate_error(head).ok_or_else(|| Status::not_acceptable(&MEDIA_TYPES))
}

/// Agrees on a form for a Status or another document that has no table; `None` when nothing fits.
pub fn negotiate_error(head: &Parts) -> Option<Negotiated> {
    let accept = accept_header(&head.headers);
    let (format, _) = clauses(&accept).into_iter().find_map(|clause| choose(&clause, false))?;
    Some(Negotiated { format, pretty: is_pretty(head), shape: As::Object })
}

/// One alternative of an `Accept` header.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// `type/subtype`, lower case.
    pub media_type: String,
    /// Parameters but for `q`.
    pub parameters: Vec<(String, String)>,
    quality: f64,
}

/// The alternatives of the request's `Accept`, best first.
pub fn accept_clauses(headers: &HeaderMap) -> Vec<Clause> {
    clauses(&accept_header(headers))
}

fn accept_header(headers: &HeaderMap) -> String {
    let texts = headers.get_all(http::header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let joined = texts.collect::<Vec<_>>().join(",");
    if joined.trim().is_empty() { "*/*".to_owned() } else { joined }
}

/// The route's gate: parameters don't count, `application/*` is not understood.
fn route_accepts(accept: &str, produced: &[&str]) -> bool {
    let bare = |text: &str| text.split(';').next().unwrap_or_default().trim().to_owned();
    accept
        .split(',')
        .map(bare)
        .any(|wanted| wanted == "*/*" || produced.iter().any(|have| bare(have) == wanted))
}

fn clauses(accept: &str) -> Vec<Clause> {
    let mut found: Vec<Clause> = accept.split(',').filter_map(clause).collect();
    found.sort_by(|a, b| b.quality.total_cmp(&a.quality).then_with(|| wildcards(a).cmp(&wildcards(b))));
    found
}

fn clause(text: &str) -> Option<Clause> {
    let mut parts = text.split(';').map(str::trim);
    let media_type = parts.next().filter(|text| text.contains('/'))?.to_lowercase();
    let (mut quality, mut parameters) = (1.0, Vec::new());
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        match key.trim() {
            "q" => quality = value.trim().parse().unwrap_or(1.0),
            key => parameters.push((key.to_owned(), value.trim().trim_matches('"').to_owned())),
        }
    }
    Some(Clause { media_type, parameters, quality })
}

fn wildcards(clause: &Clause) -> usize {
    clause.media_type.matches('*').count()
}

fn choose(clause: &Clause, shapes: bool) -> Option<(Format, As)> {
    let format = match clause.media_type.as_str() {
        "application/json" | "*/*" | "application/*" => Format::Json,
        "application/yaml" => Format::Yaml,
        _ => return None,
    };
    let shape = if shapes { shape(&clause.parameters)? } else { As::Object };
    Some((format, shape))
}

/// `as=KIND;g=GROUP;v=VERSION`; `None` for a transformation nobody offers.
fn shape(parameters: &[(String, String)]) -> Option<As> {
    let get = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let Some(kind) = get("as").filter(|kind| !kind.is_empty()) else { return Some(As::Object) };
    let version = get("v").filter(|version| matches!(*version, "v1" | "v1beta1"))?;
    if get("g") != Some("meta.k8s.io") {
        return None;
    }
    match kind {
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
