//! One constructor per reason a request can fail for (k8s.io/apimachinery's api/errors).

use super::{Cause, Details, Status};
use crate::field::FieldError;
use crate::group::GroupResource;
use crate::value::Str;

/// Why a request failed, for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No reason given.
    Unknown,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 409 on create.
    AlreadyExists,
    /// 409.
    Conflict,
    /// 410 for a thing that is gone for good.
    Gone,
    /// 422.
    Invalid,
    /// 504 by the server.
    ServerTimeout,
    /// 504.
    Timeout,
    /// 429.
    TooManyRequests,
    /// 400.
    BadRequest,
    /// 405.
    MethodNotAllowed,
    /// 406.
    NotAcceptable,
    /// 413.
    RequestEntityTooLarge,
    /// 415.
    UnsupportedMediaType,
    /// 500.
    InternalError,
    /// 410 for a revision that is compacted.
    Expired,
    /// 503.
    ServiceUnavailable,
}

impl Reason {
    /// The word on the wire; empty for [`Reason::Unknown`].
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Unknown => "",
            Reason::Unauthorized => "Unauthorized",
            Reason::Forbidden => "Forbidden",
            Reason::NotFound => "NotFound",
            Reason::AlreadyExists => "AlreadyExists",
            Reason::Conflict => "Conflict",
            Reason::Gone => "Gone",
            Reason::Invalid => "Invalid",
            Reason::ServerTimeout => "ServerTimeout",
            Reason::Timeout => "Timeout",
            Reason::TooManyRequests => "TooManyRequests",
            Reason::BadRequest => "BadRequest",
            Reason::MethodNotAllowed => "MethodNotAllowed",
            Reason::NotAcceptable => "NotAcceptable",
            Reason::RequestEntityTooLarge => "RequestEntityTooLarge",
            Reason::UnsupportedMediaType => "UnsupportedMediaType",
            Reason::InternalError => "InternalError",
            Reason::Expired => "Expired",
            Reason::ServiceUnavailable => "ServiceUnavailable",
        }
    }
}

impl Status {
    /// An error of any code and reason, without details.
    pub fn failure(code: u16, reason: Reason, message: impl Into<String>) -> Status {
        Status { code, reason, message: message.into(), details: None, continue_token: Str::new() }
    }

    fn about(code: u16, reason: Reason, message: String, resource: &GroupResource, name: &str) -> Status {
        let details = Details {
            name: name.into(),
            group: resource.group.clone(),
            kind: resource.resource.clone(),
            ..Details::default()
        };
        Status { details: Some(Box::new(details)), ..Status::failure(code, reason, message) }
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Status {
        Status::failure(400, Reason::BadRequest, message)
    }

    /// 401.
    pub fn unauthorized() -> Status {
        Status::failure(401, Reason::Unauthorized, "Unauthorized")
    }

    /// 403 about one object; `why` follows "is forbidden".
    pub fn forbidden(resource: &GroupResource, name: &str, why: &str) -> Status {
        let message = match (resource.resource.is_empty(), name.is_empty()) {
            (true, _) => format!("forbidden: {why}"),
            (false, true) => format!("{resource} is forbidden: {why}"),
            (false, false) => format!("{resource} {name:?} is forbidden: {why}"),
        };
        Status::about(403, Reason::Forbidden, message, resource, name)
    }

    /// 404 of one object.
    pub fn not_found(resource: &GroupResource, name: &str) -> Status {
        Status::about(404, Reason::NotFound, format!("{resource} {name:?} not found"), resource, name)
    }

    /// 404 of a path.
    pub fn no_such_path() -> Status {
        let message = "the server could not find the requested resource";
        Status { details: Some(Box::default()), ..Status::failure(404, Reason::NotFound, message) }
    }

    /// 405.
    pub fn method_not_allowed() -> Status {
        let message = "the server does not allow this method on the requested resource";
        Status { details: Some(Box::default()), ..Status::failure(405, Reason::MethodNotAllowed, message) }
    }

    /// 406, naming what could be sent.
    pub fn not_acceptable(accepted: &[&str]) -> Status {
        let message = format!("only the following media types are accepted: {}", accepted.join(", "));
        Status::failure(406, Reason::NotAcceptable, message)
    }

    /// 409 on create.
    pub fn already_exists(resource: &GroupResource, name: &str) -> Status {
        Status::about(
            409,
            Reason::AlreadyExists,
            format!("{resource} {name:?} already exists"),
            resource,
            name,
        )
    }

    /// 409 when every generated name was taken.
    pub fn generate_name_conflict(resource: &GroupResource, name: &str) -> Status {
        let message = format!(
            "{resource} {name:?} already exists, the server was not able to generate a unique name for the object"
        );
        Status::about(409, Reason::AlreadyExists, message, resource, name).retry_after(1)
    }

    /// 409 of an update or delete.
    pub fn conflict(resource: &GroupResource, name: &str, why: &str) -> Status {
        let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
        Status::about(409, Reason::Conflict, message, resource, name)
    }

    /// 410: the revision is compacted.
    pub fn expired(message: impl Into<String>) -> Status {
        Status::failure(410, Reason::Expired, message)
    }

    /// 413 for a body over `limit` bytes.
    pub fn body_too_large(limit: usize) -> Status {
        Status::too_large(format!("limit is {limit}"))
    }

    /// 413.
    pub fn too_large(why: impl AsRef<str>) -> Status {
        let message = format!("Request entity too large: {}", why.as_ref());
        Status::failure(413, Reason::RequestEntityTooLarge, message)
    }

    /// 415, naming what could be read.
    pub fn unsupported_media_type(accepted: &[&str]) -> Status {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {}",
            accepted.join(", ")
        );
        Status::failure(415, Reason::UnsupportedMediaType, message)
    }

    /// 422 with one cause per error. `kind` is the object's, `group` may be empty.
    pub fn invalid(group: &str, kind: &str, name: &str, errors: &[FieldError]) -> Status {
        let qualified = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        let causes = errors.iter().map(|error| Cause {
            reason: error.kind.reason().into(),
            message: error.body(),
            field: if error.path.is_empty() { "[]".to_owned() } else { error.path.clone() },
        });
        let details = Details {
            name: name.into(),
            group: group.into(),
            kind: kind.into(),
            causes: causes.collect(),
            ..Details::default()
        };
        let message = match errors {
            [] => format!("{qualified} {name:?} is invalid"),
            _ => format!("{qualified} {name:?} is invalid: {}", FieldError::aggregate(errors)),
        };
        Status { details: Some(Box::new(details)), ..Status::failure(422, Reason::Invalid, message) }
    }

    /// 422 without a kind or causes: a patch that could not be applied.
    pub fn unprocessable(message: impl Into<String>) -> Status {
        Status::failure(422, Reason::Invalid, message)
    }

    /// 429.
    pub fn too_many_requests(message: impl Into<String>, retry_after_seconds: u32) -> Status {
        Status::failure(429, Reason::TooManyRequests, message).retry_after(retry_after_seconds)
    }

    /// 500. The message goes to the client: no secrets in it.
    pub fn internal(why: impl AsRef<str>) -> Status {
        let why = why.as_ref();
        let cause = Cause { reason: Str::new(), message: why.to_owned(), field: String::new() };
        Status {
            details: Some(Box::new(Details { causes: vec![cause], ..Details::default() })),
            ..Status::failure(500, Reason::InternalError, format!("Internal error occurred: {why}"))
        }
    }

    /// 500 in the form of an error the reference has no type for: the bare text, no reason.
    pub fn unclassified(message: impl Into<String>) -> Status {
        Status::failure(500, Reason::Unknown, message)
    }

    /// 503.
    pub fn service_unavailable(message: impl Into<String>) -> Status {
        Status::failure(503, Reason::ServiceUnavailable, message)
    }

    /// 504.
    pub fn timeout(message: impl AsRef<str>, retry_after_seconds: u32) -> Status {
        let message = format!("Timeout: {}", message.as_ref());
        Status::failure(504, Reason::Timeout, message).retry_after(retry_after_seconds)
    }

    /// 504: a resourceVersion from the future.
    pub fn too_large_resource_version(asked: u64, current: u64) -> Status {
        let text = format!("Too large resource version: {asked}, current: {current}");
        let cause = Cause {
            reason: "ResourceVersionTooLarge".into(),
            message: "Too large resource version".to_owned(),
            field: String::new(),
        };
        let mut status = Status::timeout(text, 1);
        status.details.get_or_insert_default().causes.push(cause);
        status
    }
}
