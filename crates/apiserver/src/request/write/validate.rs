//! Whether the object may be as it is: the kind's rules and the common ones of metadata.

use super::Write;
use super::live::Live;
use super::prepare::Prepared;
use pintle_meta::{FieldError, Status, Value, names};
use pintle_schema::object_meta::{self, NameCheck};
use pintle_schema::resource::NameRule;

/// An object that breaks no rule. Only this stage makes one.
#[derive(Clone, Debug)]
pub(super) struct Valid {
    pub(super) object: Value,
    _proof: (),
}

impl Write {
    /// Checks a new object: the kind's rules first, the common ones only when those hold.
    pub(super) fn validate_create(&self, prepared: Prepared) -> Result<Valid, Status> {
        let object = prepared.object;
        let namespaced = self.target.is_namespaced();
        let mut errors = object_meta::validate(&object, namespaced, self.name_check());
        errors.extend(self.target.resource.hooks.validate_create(&object));
        if errors.is_empty() {
            errors = object_meta::validate(&object, namespaced, path_segment);
        }
        self.accept(object, &errors)
    }

    /// Checks the successor of `live`: the common rules first, then the kind's, all told together.
    pub(super) fn validate_update(&self, prepared: Prepared, live: &Live) -> Result<Valid, Status> {
        let (object, old) = (prepared.object, &live.object);
        let namespaced = self.target.is_namespaced();
        let mut errors = object_meta::validate(&object, namespaced, path_segment);
        errors.extend(object_meta::validate_update(&object, old));
        // Every kind's own list begins with the same rules of change again; clients see both.
        errors.extend(object_meta::validate_update(&object, old));
        errors.extend(self.target.resource.hooks.validate_update(&object, old));
        self.accept(object, &errors)
    }

    /// An object that a delete marked: nothing but metadata of the server's own making changed.
    pub(super) fn marked(&self, object: Value) -> Valid {
        Valid { object, _proof: () }
    }

    fn accept(&self, object: Value, errors: &[FieldError]) -> Result<Valid, Status> {
        if errors.is_empty() {
            return Ok(Valid { object, _proof: () });
        }
        let kind = &self.target.version().kind;
        let name = pintle_meta::Object::name(&object);
        Err(Status::invalid(&kind.group, &kind.kind, name, errors))
    }

    fn name_check(&self) -> NameCheck {
        match self.target.resource.strategy.name {
            NameRule::Subdomain => names::name_is_dns_subdomain,
            NameRule::Label => names::name_is_dns_label,
            NameRule::Label1035 => names::name_is_dns1035_label,
            NameRule::PathSegment | NameRule::Own => path_segment,
        }
    }
}

fn path_segment(name: &str, prefix: bool) -> Vec<String> {
    if prefix { names::path_segment_prefix(name) } else { names::path_segment_name(name) }
}
