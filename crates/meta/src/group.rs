//! Names of kinds and resources, qualified by group and version.

use crate::value::Str;
use std::fmt;

/// An API group and version; the core group is the empty string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupVersion {
    /// API group, "" for core.
    pub group: Str,
    /// Version within the group, `v1` say.
    pub version: Str,
}

impl GroupVersion {
    /// Of these two parts.
    pub fn new(group: impl Into<Str>, version: impl Into<Str>) -> GroupVersion {
        GroupVersion { group: group.into(), version: version.into() }
    }

    /// From an `apiVersion` text: `v1` or `apps/v1`.
    ///
    /// # Errors
    /// The reference's text when there is more than one slash.
    pub fn parse(text: &str) -> Result<GroupVersion, String> {
        match text.matches('/').count() {
            0 => Ok(GroupVersion::new("", text)),
            1 => {
                let (group, version) = text.split_once('/').unwrap_or_default();
                Ok(GroupVersion::new(group, version))
            }
            _ => Err(format!("unexpected GroupVersion string: {text}")),
        }
    }

    /// This group and version with a kind.
    pub fn with_kind(&self, kind: impl Into<Str>) -> GroupVersionKind {
        GroupVersionKind { group: self.group.clone(), version: self.version.clone(), kind: kind.into() }
    }

    /// This group and version with a resource.
    pub fn with_resource(&self, resource: impl Into<Str>) -> GroupVersionResource {
        GroupVersionResource {
            group: self.group.clone(),
            version: self.version.clone(),
            resource: resource.into(),
        }
    }
}

/// As in `apiVersion`.
impl fmt::Display for GroupVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            return f.write_str(&self.version);
        }
        write!(f, "{}/{}", self.group, self.version)
    }
}

/// A schema's name in a group and version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupVersionKind {
    /// API group, "" for core.
    pub group: Str,
    /// Version within the group.
    pub version: Str,
    /// Schema name, `Deployment` say.
    pub kind: Str,
}

impl GroupVersionKind {
    /// Of these three parts.
    pub fn new(group: impl Into<Str>, version: impl Into<Str>, kind: impl Into<Str>) -> GroupVersionKind {
        GroupVersionKind { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Without the kind.
    pub fn group_version(&self) -> GroupVersion {
        GroupVersion { group: self.group.clone(), version: self.version.clone() }
    }
}

/// As Go prints it: `apps/v1, Kind=Deployment`.
impl fmt::Display for GroupVersionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// A URL plural in a group and version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupVersionResource {
    /// API group, "" for core.
    pub group: Str,
    /// Version within the group.
    pub version: Str,
    /// URL plural, `deployments` say.
    pub resource: Str,
}

impl GroupVersionResource {
    /// Without the version.
    pub fn group_resource(&self) -> GroupResource {
        GroupResource { group: self.group.clone(), resource: self.resource.clone() }
    }

    /// Without the resource.
    pub fn group_version(&self) -> GroupVersion {
        GroupVersion { group: self.group.clone(), version: self.version.clone() }
    }
}

/// A URL plural in a group, whatever the version.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupResource {
    /// API group, "" for core.
    pub group: Str,
    /// URL plural.
    pub resource: Str,
}

impl GroupResource {
    /// Of these two parts.
    pub fn new(group: impl Into<Str>, resource: impl Into<Str>) -> GroupResource {
        GroupResource { group: group.into(), resource: resource.into() }
    }
}

/// As error messages name it: `deployments.apps`, `pods`.
impl fmt::Display for GroupResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            return f.write_str(&self.resource);
        }
        write!(f, "{}.{}", self.resource, self.group)
    }
}
