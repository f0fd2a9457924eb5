//! What is written: ConfigMaps, Pods and Leases that bear a stamp, in either encoding.

use crate::failure::Failure;
use crate::order::{Encoding, Kind};
use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{GroupVersion, Object, Value};
use pintle_schema::protobuf::{self, Envelope};
use pintle_schema::{Struct, decode};
use std::sync::Arc;

/// What the names of all namespaces begin with that this program makes.
pub(crate) const NAMESPACE: &str = "load-";
/// The annotation that the stamp is in.
pub(crate) const STAMP: &str = "pintle-load/sent";

/// One object, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) kind: Kind,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// For Pods; "" for none.
    pub(crate) node: String,
    pub(crate) size: usize,
}

impl Kind {
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Kind::Configmap => "configmaps",
            Kind::Pod => "pods",
        }
    }
}

impl Encoding {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Encoding::Json => "application/json",
            Encoding::Protobuf => "application/vnd.kubernetes.protobuf",
        }
    }

    /// A document in this form.
    ///
    /// # Errors
    /// For a document of a kind that nobody knows.
    pub(crate) fn encode(self, document: &Value) -> Result<Bytes, Failure> {
        if self == Encoding::Json {
            return Ok(Bytes::from(to_json(document)));
        }
        let schema = schema(document.api_version(), document.kind())?;
        let bad = |error: &dyn std::error::Error| Failure::Server(error.to_string());
        let normal = decode::value(document.clone(), &schema).map_err(|error| bad(&error))?;
        protobuf::enveloped(&schema, &normal.value).map_err(|error| bad(&error))
    }

    /// The document of an answer in this form.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn decode(self, bytes: &[u8]) -> Result<Value, Failure> {
        let bad =
            |error: &dyn std::error::Error| Failure::Server(format!("an answer makes no sense: {error}"));
        if self == Encoding::Json {
            return parse(bytes).map_err(|error| bad(&error));
        }
        let envelope = Envelope::read(bytes).map_err(|error| bad(&error))?;
        let schema = schema(&envelope.api_version, &envelope.kind)?;
        envelope.document(&schema).map_err(|error| bad(&error))
    }
}

fn schema(api_version: &str, kind: &str) -> Result<Arc<Struct>, Failure> {
    let found =
        GroupVersion::parse(api_version).ok().and_then(|version| catalog().kind(&version.with_kind(kind)));
    found.cloned().ok_or_else(|| Failure::Server(format!("no kind {kind} in {api_version} is known here")))
}

impl Thing {
    pub(crate) fn collection(&self) -> String {
        format!("/api/v1/namespaces/{}/{}", self.namespace, self.kind.plural())
    }

    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.collection(), self.name)
    }

    /// The object with this stamp.
    pub(crate) fn document(&self, stamp: &str) -> Value {
        let metadata = Value::from([
            ("name", self.name.as_str().into()),
            ("namespace", self.namespace.as_str().into()),
            ("labels", Value::from([("app.kubernetes.io/managed-by", "pintle-load".into())])),
            ("annotations", Value::from([(STAMP, stamp.into())])),
        ]);
        let padding = "x".repeat(self.size);
        match self.kind {
            Kind::Configmap => Value::from([
                ("kind", "ConfigMap".into()),
                ("apiVersion", "v1".into()),
                ("metadata", metadata),
                ("data", Value::from([("padding", padding.into())])),
            ]),
            Kind::Pod => Value::from([
                ("kind", "Pod".into()),
                ("apiVersion", "v1".into()),
                ("metadata", metadata),
                ("spec", self.pod_spec(&padding)),
            ]),
        }
    }

    fn pod_spec(&self, padding: &str) -> Value {
        let variable =
            |name: &str, value: &str| Value::from([("name", name.into()), ("value", value.into())]);
        let list = |items: Vec<Value>| items.into_iter().collect::<Value>();
        let container = Value::from([
            ("name", "web".into()),
            ("image", "registry.example.com/team/web:1.27.3".into()),
            ("ports", list(vec![Value::from([("containerPort", 8080.into())])])),
            ("env", list(vec![variable("MODE", "serve"), variable("PADDING", padding)])),
            (
                "resources",
                Value::from([(
                    "requests",
                    Value::from([("cpu", "100m".into()), ("memory", "128Mi".into())]),
                )]),
            ),
            (
                "readinessProbe",
                Value::from([("httpGet", Value::from([("path", "/ready".into()), ("port", 8080.into())]))]),
            ),
        ]);
        let mut spec = vec![("containers", list(vec![container]))];
        if !self.node.is_empty() {
            spec.push(("nodeName", self.node.as_str().into()));
        }
        Value::Map(spec.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

/// A namespace.
pub(crate) fn namespace(name: &str) -> Value {
    Value::from([
        ("kind", "Namespace".into()),
        ("apiVersion", "v1".into()),
        ("metadata", Value::from([("name", name.into())])),
    ])
}

/// A Lease as a kubelet has it, held at this many microseconds of the minute.
pub(crate) fn lease(namespace: &str, name: &str, micros: u64, resource_version: &str) -> Value {
    let mut metadata = vec![("name", name.into()), ("namespace", namespace.into())];
    if !resource_version.is_empty() {
        metadata.push(("resourceVersion", resource_version.into()));
    }
    let time = format!("2026-01-01T00:00:{:02}.{:06}Z", micros / 1_000_000 % 60, micros % 1_000_000);
    Value::from([
        ("kind", "Lease".into()),
        ("apiVersion", "coordination.k8s.io/v1".into()),
        (
            "metadata",
            Value::Map(
                metadata.into_iter().map(|(name, value): (&str, Value)| (name.into(), value)).collect(),
            ),
        ),
        (
            "spec",
            Value::from([
                ("holderIdentity", name.into()),
                ("leaseDurationSeconds", 40.into()),
                ("renewTime", time.into()),
            ]),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_in_both_forms() {
        let thing = Thing {
            kind: Kind::Pod,
            namespace: "load-0".into(),
            name: "p".into(),
            node: "node-1".into(),
            size: 10,
        };
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            for document in
                [thing.document("stamp"), lease("load-0", "l", 1_500_000, "7"), namespace("load-0")]
            {
                let bytes = encoding.encode(&document).unwrap();
                let again = encoding.decode(&bytes).unwrap();
                assert_eq!((again.kind(), again.name()), (document.kind(), document.name()));
                assert_eq!(again.resource_version(), document.resource_version());
            }
            let pod = encoding.decode(&encoding.encode(&thing.document("stamp")).unwrap()).unwrap();
            assert_eq!(pod.text_at(&["metadata", "annotations", STAMP]), "stamp");
            assert_eq!(pod.text_at(&["spec", "nodeName"]), "node-1");
        }
    }
}
