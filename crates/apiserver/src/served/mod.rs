//! What there is to ask for: an immutable map from group, version and plural to resources, swapped whole when
//! something is added or taken away.

mod documents;
mod target;

pub use documents::{Document, Documents};
pub use target::Target;

use pintle_meta::Str;
use pintle_schema::Resource;
use std::collections::HashMap;
use std::sync::Arc;

/// Everything served at one moment.
#[derive(Debug)]
pub struct Served {
    groups: Vec<Group>,
    by_name: HashMap<(Str, Str, Str), (Arc<Resource>, usize)>,
    documents: Arc<Documents>,
}

/// An API group that is served.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name, "" for core.
    pub name: Str,
    /// Its served versions, preferred first.
    pub versions: Vec<GroupVersionServed>,
}

/// A version of a group that is served.
#[derive(Clone, Debug)]
pub struct GroupVersionServed {
    /// `v1`, say.
    pub version: Str,
    /// Its resources in the order of their plurals, each with the position of this version in it.
    pub resources: Vec<(Arc<Resource>, usize)>,
}

impl Served {
    /// Serves `resources` in groups ordered as `groups` names them, versions as `priority` ranks them
    /// (higher first); a group that is not named comes last.
    pub fn new(resources: &[Arc<Resource>], order: &[(Str, Vec<Str>)], documents: Documents) -> Served {
        let mut by_name = HashMap::new();
        let mut groups: Vec<Group> = order
            .iter()
            .map(|(name, versions)| Group {
                name: name.clone(),
                versions: versions
                    .iter()
                    .map(|version| GroupVersionServed { version: version.clone(), resources: Vec::new() })
                    .collect(),
            })
            .collect();
        for resource in resources {
            for (at, version) in resource.versions.iter().enumerate().filter(|(_, version)| version.served) {
                let name = (resource.group.clone(), version.name.clone(), resource.names.plural.clone());
                by_name.insert(name, (Arc::clone(resource), at));
                place(&mut groups, resource, at);
            }
        }
        for group in &mut groups {
            group.versions.retain(|version| !version.resources.is_empty());
            for version in &mut group.versions {
                version.resources.sort_by(|(a, _), (b, _)| a.names.plural.cmp(&b.names.plural));
            }
        }
        groups.retain(|group| !group.versions.is_empty());
        Served { groups, by_name, documents: Arc::new(documents) }
    }

    /// The resource of this group, version and plural, and the position of the version in it.
    pub fn resource(&self, group: &str, version: &str, plural: &str) -> Option<(&Arc<Resource>, usize)> {
        let (resource, at) = self.by_name.get(&(group.into(), version.into(), plural.into()))?;
        Some((resource, *at))
    }

    /// The resource of this group and plural at the group's preferred version.
    pub fn preferred(&self, group: &str, plural: &str) -> Option<Target> {
        self.group(group)?.versions.iter().find_map(|version| {
            let (resource, at) = self.resource(group, &version.version, plural)?;
            Some(Target::new(Arc::clone(resource), at))
        })
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// Their OpenAPI documents.
    pub fn documents(&self) -> &Arc<Documents> {
        &self.documents
    }

    /// All groups in the order of discovery.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }
}

impl Group {
    /// The version of this name.
    pub fn version(&self, name: &str) -> Option<&GroupVersionServed> {
        self.versions.iter().find(|version| version.version == name)
    }
}

fn place(groups: &mut Vec<Group>, resource: &Arc<Resource>, at: usize) {
    let version = &resource.versions[at].name;
    let group = match groups.iter().position(|group| group.name == resource.group) {
        Some(found) => &mut groups[found],
        None => {
            groups.push(Group { name: resource.group.clone(), versions: Vec::new() });
            groups.last_mut().expect("it was pushed just now")
        }
    };
    match group.versions.iter_mut().find(|served| served.version == *version) {
        Some(served) => served.resources.push((Arc::clone(resource), at)),
        None => {
            let resources = vec![(Arc::clone(resource), at)];
            group.versions.push(GroupVersionServed { version: version.clone(), resources });
        }
    }
}
