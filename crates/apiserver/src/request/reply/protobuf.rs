//! Documents in protobuf: the shape is that of the kind a document says it is.

use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::{GroupVersion, Object, Reason, Status, Value};
use pintle_schema::{Struct, protobuf};
use std::sync::{Arc, LazyLock};

/// A document in its envelope.
///
/// # Errors
/// 406 for a kind that has no protobuf, 500 for a document that nests too deeply.
pub fn enveloped(document: &Value) -> Result<Bytes, Status> {
    let schema = schema_of(document).ok_or_else(|| no_protobuf(document.kind()))?;
    protobuf::enveloped(&schema, document).map_err(|error| Status::internal(error.to_string()))
}

/// The types of Status, of partial metadata and of discovery belong to every group; the documents of core
/// discovery name no version at all.
fn schema_of(document: &Value) -> Option<Arc<Struct>> {
    let kind = document.kind();
    let group_version = match document.api_version() {
        "" | "meta.k8s.io/v1" => GroupVersion::new("", "v1"),
        "meta.k8s.io/v1beta1" if kind == "PartialObjectMetadataList" => {
            return Some(Arc::clone(&PARTIAL_LIST_V1BETA1));
        }
        "meta.k8s.io/v1beta1" => GroupVersion::new("", "v1"),
        other => GroupVersion::parse(other).ok()?,
    };
    let schema = catalog().kind(&group_version.with_kind(kind)).cloned();
    schema.filter(|_| kind != "Table")
}

/// The beta's list has its two fields the other way round.
static PARTIAL_LIST_V1BETA1: LazyLock<Arc<Struct>> = LazyLock::new(|| {
    let kind = GroupVersion::new("", "v1").with_kind("PartialObjectMetadataList");
    let list = catalog().kind(&kind).expect("the catalog has the types that every group shares");
    let mut fields = list.fields().to_vec();
    for field in &mut fields {
        field.number = match field.number {
            1 => 2,
            2 => 1,
            other => other,
        };
    }
    let (go_type, name) = ("v1beta1.PartialObjectMetadataList", "PartialObjectMetadataList");
    let beta = Struct::new(name, go_type, format!("io.k8s.apimachinery.pkg.apis.meta.{go_type}"), false);
    beta.lay_out(fields, Vec::new());
    Arc::new(beta)
});

fn no_protobuf(kind: &str) -> Status {
    let text = format!(
        "object *v1.{kind} does not implement the protobuf marshalling interface and cannot be encoded to a \
         protobuf message"
    );
    Status::failure(406, Reason::NotAcceptable, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_schema::protobuf::Envelope;

    #[test]
    fn a_status_is_the_reference_s_to_the_byte() {
        let words = "only the following media types are accepted: application/json, application/yaml, \
                     application/vnd.kubernetes.protobuf";
        let status = Status::failure(406, Reason::NotAcceptable, words).to_value();
        let mut expected =
            b"k8s\0\n\x0c\n\x02v1\x12\x06Status\x12\x99\x01\n\x06\n\0\x12\0\x1a\0\x12\x07Failure\x1at"
                .to_vec();
        expected.extend_from_slice(words.as_bytes());
        expected.extend_from_slice(b"\"\rNotAcceptable0\x96\x03\x1a\0\"\0");
        assert_eq!(
            enveloped(&status).unwrap().escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    }

    #[test]
    fn partial_metadata_has_a_form_in_each_version() {
        for (version, first) in [("v1", 0x0a), ("v1beta1", 0x0a)] {
            let object = pintle_schema::partial::object(&Value::map(), version);
            let list = pintle_schema::partial::list(vec![object], Value::map(), version);
            let bytes = enveloped(&list).unwrap();
            let envelope = Envelope::read(&bytes).unwrap();
            assert_eq!(envelope.api_version, format!("meta.k8s.io/{version}"));
            assert_eq!(envelope.raw[0], first);
            // The list's metadata has three texts, that of an object more.
            assert_eq!(envelope.raw[1] == 6, version == "v1");
        }
    }

    #[test]
    fn a_table_has_none() {
        let table = Value::from([("kind", "Table".into()), ("apiVersion", "meta.k8s.io/v1".into())]);
        assert_eq!(enveloped(&table).unwrap_err().code, 406);
    }
}
