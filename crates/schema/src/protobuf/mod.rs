//! Kubernetes' protobuf: documents in normal form to messages and back, driven by the field numbers of their type.
//!
//! ```text
//! Value --encode--> message --envelope--> k8s\0 { typeMeta, raw: message }
//! ```
//! A message has neither `kind` nor `apiVersion`: the envelope names them. Unknown fields of a message are passed
//! over, as the normal form has no place for them; what is stored keeps them all the same ([`put_with_unknown`]).

mod decode;
mod encode;
mod envelope;
mod error;
mod keep;
mod plan;
mod special;
pub mod wire;

pub use decode::decode;
pub use encode::{encode, put};
pub use envelope::{END, Envelope, EnvelopeError, MAGIC, begin, enveloped, seal};
pub use error::ProtobufError;
pub use keep::{has_unknown, put_with_unknown};
pub(crate) use plan::Plan;
pub use plan::numbers;
pub use wire::TooDeep;
