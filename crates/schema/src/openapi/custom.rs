//! What is said otherwise of custom resources: JSON and YAML only, no strategic merge patches, no old watch
//! paths, and options that differ in places.

use super::Types;
use super::operation::{Operation, Parameter, Place, sort};
use super::parameter;
use super::server::machinery;
use crate::resource::Version;

const DOCUMENTS: &[&str] = &["application/json", "application/yaml"];
const PATCHES: &[&str] =
    &["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

/// The operations of a custom resource, given what they would be were it built in.
pub(super) fn adapt(types: &dyn Types, version: &Version, operations: Vec<Operation>) -> Vec<Operation> {
    operations.into_iter().map(|operation| one(types, version, operation)).collect()
}

fn one(types: &dyn Types, version: &Version, mut made: Operation) -> Operation {
    let options = |kind: &str| -> Vec<Parameter> {
        types.definition(kind).map(|ty| parameter::of_options(types, ty, &[])).unwrap_or_default()
    };
    made.produces = DOCUMENTS;
    made.consumes = DOCUMENTS;
    match made.action {
        Some("get") => made.parameters.extend(options(machinery::GET_OPTIONS)),
        Some("patch") => {
            made.consumes = PATCHES;
            made.answers.truncate(1);
        }
        Some("deletecollection") => {
            made.body = None;
            made.parameters.retain(|parameter| parameter.place == Place::Path || parameter.name == "pretty");
            made.parameters.extend(options(machinery::LIST_OPTIONS));
        }
        _ => {}
    }
    for named in made.parameters.iter_mut().filter(|parameter| parameter.name == "name") {
        *named = parameter::name(&version.kind.kind);
    }
    made.kind = Some(version.kind.clone());
    sort(&mut made.parameters);
    made
}
