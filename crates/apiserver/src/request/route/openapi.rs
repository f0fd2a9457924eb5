//! `/openapi/v2` and `/openapi/v3`: the documents, by the rules that `pintle_schema::openapi` spells out. Clients
//! keep them by their hashes, so most requests end in 304 or are never made.

use crate::request::receive::Query;
use crate::request::reply::{self, Clause, Response, accept_clauses};
use crate::served::{Document, Documents};
use crate::server::Server;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use pintle_meta::Status;
use pintle_schema::openapi::v3_address;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long a document may be kept that is asked for by its hash.
const KEPT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A form of a document.
#[derive(Clone, Copy)]
struct Form {
    /// What clients may ask for, `type` and `subtype`.
    asked: (&'static str, &'static str),
    /// What the answer says it is.
    content_type: &'static str,
    protobuf: bool,
}

const JSON: Form = Form { asked: ("application", "json"), content_type: "application/json", protobuf: false };
const V2_TYPE: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const V3_TYPE: &str = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";
const V2_FORMS: [Form; 3] = [
    JSON,
    protobuf("com.github.proto-openapi.spec.v2@v1.0+protobuf", V2_TYPE),
    protobuf("com.github.proto-openapi.spec.v2.v1.0+protobuf", V2_TYPE),
];
const V3_FORMS: [Form; 3] = [
    JSON,
    protobuf("com.github.proto-openapi.spec.v3.v1.0+protobuf", V3_TYPE),
    protobuf("com.github.proto-openapi.spec.v3@v1.0+protobuf", V3_TYPE),
];

const fn protobuf(subtype: &'static str, content_type: &'static str) -> Form {
    Form { asked: ("application", subtype), content_type, protobuf: true }
}

/// Answers `/openapi/v2`.
///
/// # Errors
/// 500 when the document can't be made.
pub(super) async fn v2(server: &Server, head: &Parts) -> Result<Response, Status> {
    let Some(form) = choose(&head.headers, &V2_FORMS) else { return Ok(empty(406)) };
    let documents = Arc::clone(server.served().documents());
    made(&documents, |documents| _ = documents.v2()).await?;
    Ok(document(head, documents.v2(), form, documents.made()))
}

/// Answers `/openapi/v3` and what lies below.
///
/// # Errors
/// 500 when the document can't be made.
pub(super) async fn v3(server: &Server, head: &Parts, path: &str, query: &Query) -> Result<Response, Status> {
    let documents = Arc::clone(server.served().documents());
    let Some(name) = path.strip_prefix("/openapi/v3/").filter(|name| !name.is_empty()) else {
        made(&documents, |documents| _ = documents.index()).await?;
        let now = server.sources.now();
        return Ok(index(head, documents.index(), now));
    };
    if !documents.has(name) {
        return Ok(empty(404));
    }
    let Some(form) = choose(&head.headers, &V3_FORMS) else { return Ok(empty(406)) };
    let wanted = name.to_owned();
    made(&documents, move |documents| _ = documents.v3(&wanted)).await?;
    let Some(found) = documents.v3(name) else { return Ok(empty(404)) };
    let hash = query.first("hash").unwrap_or_default();
    if hash.is_empty() {
        return Ok(document(head, found, form, documents.made()));
    }
    if hash != found.hash {
        return Ok(moved(&v3_address(name, &found.hash), form));
    }
    let mut response = document(head, found, form, documents.made());
    set(response.headers_mut(), header::CACHE_CONTROL, "public, immutable");
    let expires = http_date(server.sources.now() + KEPT).replace("GMT", "UTC");
    set(response.headers_mut(), header::EXPIRES, &expires);
    Ok(response)
}

/// Makes a document on a thread that may be busy for a while.
async fn made(
    documents: &Arc<Documents>,
    make: impl FnOnce(&Documents) + Send + 'static,
) -> Result<(), Status> {
    let documents = Arc::clone(documents);
    let done = tokio::task::spawn_blocking(move || make(&documents)).await;
    done.map_err(|error| {
        tracing::error!(%error, "an OpenAPI document could not be made");
        Status::internal("the OpenAPI document could not be made")
    })
}

fn choose(headers: &HeaderMap, forms: &[Form]) -> Option<Form> {
    accept_clauses(headers).iter().find_map(|clause| forms.iter().copied().find(|form| accepts(clause, form)))
}

fn accepts(clause: &Clause, form: &Form) -> bool {
    let (ty, subtype) = clause.media_type.split_once('/').unwrap_or_default();
    let fits = |asked: &str, have: &str| asked == "*" || asked == have;
    fits(ty, form.asked.0) && fits(subtype, form.asked.1)
}

fn document(head: &Parts, found: &Document, form: Form, changed: SystemTime) -> Response {
    let mut response = if is_known(&head.headers, found, changed) {
        reply::not_modified()
    } else {
        let bytes = if form.protobuf { &found.protobuf } else { &found.json };
        reply::bytes(200, form.content_type, bytes.clone())
    };
    let headers = response.headers_mut();
    set(headers, header::VARY, "Accept");
    set(headers, header::ETAG, &format!("\"{}\"", found.hash));
    set(headers, header::LAST_MODIFIED, &http_date(changed));
    response
}

fn index(head: &Parts, found: &Document, now: SystemTime) -> Response {
    let mut response = if is_known(&head.headers, found, now) {
        reply::not_modified()
    } else {
        reply::bytes(200, "text/plain; charset=utf-8", found.json.clone())
    };
    set(response.headers_mut(), header::ETAG, &format!("\"{}\"", found.hash));
    set(response.headers_mut(), header::LAST_MODIFIED, &http_date(now));
    response
}

fn is_known(headers: &HeaderMap, found: &Document, changed: SystemTime) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        let same = |tag: &str| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == found.hash;
        return tags.split(',').map(str::trim).any(same);
    }
    let since = text(header::IF_MODIFIED_SINCE).and_then(|date| httpdate::parse_http_date(date).ok());
    since.is_some_and(|since| changed <= since + Duration::from_millis(999))
}

fn moved(address: &str, form: Form) -> Response {
    let mut response = empty(301);
    set(response.headers_mut(), header::LOCATION, address);
    set(response.headers_mut(), header::CONTENT_TYPE, form.content_type);
    response
}

fn empty(code: u16) -> Response {
    let mut response = http::Response::new(reply::whole(bytes::Bytes::new()));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
