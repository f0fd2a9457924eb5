//! The answer: in the form the client asked for, with the headers every answer has.

mod accept;
mod gzip;
mod negotiate;
mod protobuf;
mod warning;

pub use accept::{Clause, accept_clauses};
pub use gzip::compressed;
pub use negotiate::{
    As, Format, Negotiated, media_types, negotiate, negotiate_error, negotiate_plain, negotiate_stream,
};
pub use protobuf::enveloped;
pub use warning::Warnings;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body::Body as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use pintle_meta::value::{to_json, to_pretty_json};
use pintle_meta::{Status, Value};

/// A body: whole or streamed.
pub type Body = UnsyncBoxBody<Bytes, Broken>;
/// An answer.
pub type Response = http::Response<Body>;

/// Why an answer that was begun can't be ended: the client sees that it is broken off.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// A whole body.
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// An answer of these bytes.
pub fn bytes(code: u16, content_type: &'static str, bytes: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(whole(bytes));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Plain text.
pub fn text(code: u16, text: impl Into<String>) -> Response {
    let mut response = bytes(code, "text/plain; charset=utf-8", text.into());
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// 304: the client has it already.
pub fn not_modified() -> Response {
    let mut response = http::Response::new(whole(Bytes::new()));
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// A document in the negotiated format; the Status that says why where it has no such form.
pub fn document(code: u16, negotiated: &Negotiated, document: &Value) -> Response {
    match encode(negotiated, document) {
        Ok(encoded) => bytes(code, negotiated.format.content_type(), encoded),
        Err(status) => bytes(status.code, "application/json", to_pretty_json(&status.to_value())),
    }
}

fn encode(negotiated: &Negotiated, document: &Value) -> Result<Bytes, Status> {
    Ok(match negotiated.format {
        Format::Protobuf => return enveloped(document),
        Format::Yaml => pintle_schema::yaml::emit(document).into(),
        Format::Json if negotiated.pretty => to_pretty_json(document).into(),
        Format::Json => {
            let mut bytes = to_json(document);
            bytes.push(b'\n');
            bytes.into()
        }
    })
}

/// A Status, in whatever form the client accepts, or pretty JSON when it accepts nothing we have.
pub fn status(head: &http::request::Parts, status: &Status) -> Response {
    let value = status.to_value();
    let mut response = match negotiate_error(head) {
        Some(negotiated) => document(status.code, &negotiated, &value),
        None => bytes(status.code, "application/json", to_pretty_json(&value)),
    };
    let retry = status.details.as_ref().map_or(0, |details| details.retry_after_seconds);
    if retry > 0 {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry));
    }
    response
}

/// The answer to HEAD: what GET would be answered, without the body. Over h2 nobody else leaves it out.
pub fn without_body(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        head.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    Response::from_parts(head, whole(Bytes::new()))
}

/// Sets what every answer carries.
pub fn finish(mut response: Response, audit_id: &str, warnings: &Warnings) -> Response {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(audit_id) {
        headers.insert("audit-id", id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache, private"));
    warnings.write(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_head_tells_the_length_and_has_no_body() {
        let response = without_body(text(404, "404 page not found\n"));
        assert_eq!(response.headers()["content-length"], "19");
        assert!(response.body().is_end_stream());
    }
}
