//! `Resource`: one API resource as a value. Made from the catalog's data or from a CRD object; afterwards
//! nobody can tell which it was.

use crate::hooks::Hooks;
use crate::types::Struct;
use pintle_meta::{GroupResource, GroupVersion, GroupVersionKind, Str};
use std::sync::Arc;

/// One API resource: all that the pipeline needs to know to serve it.
#[derive(Debug)]
pub struct Resource {
    /// API group, "" for core.
    pub group: Str,
    /// What it is called.
    pub names: Names,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// Its versions, preferred first.
    pub versions: Vec<Version>,
    /// Where and how its objects are stored; `None` for resources that store nothing (reviews).
    pub storage: Option<Storage>,
    /// Rises with every change of the resource itself, so that what was encoded by its old rules is made anew.
    /// Built-in resources stay at 0.
    pub generation: u64,
    /// Rules of its writes.
    pub strategy: Strategy,
    /// What data cannot say.
    pub hooks: &'static dyn Hooks,
}

/// What a resource is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// URL plural.
    pub plural: Str,
    /// URL singular.
    pub singular: Str,
    /// Schema name.
    pub kind: Str,
    /// Schema name of its lists.
    pub list_kind: Str,
    /// Short names for command lines.
    pub short_names: Vec<Str>,
    /// Groups of resources it belongs to (`all`).
    pub categories: Vec<Str>,
}

/// Where objects live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once in the cluster.
    Cluster,
    /// In a namespace.
    Namespaced,
}

/// One version of a resource.
#[derive(Debug)]
pub struct Version {
    /// `v1`, `v1beta1`...
    pub name: Str,
    /// Whether requests for it are answered.
    pub served: bool,
    /// Kind as requests name it, with group and version.
    pub kind: GroupVersionKind,
    /// Shape of its objects.
    pub schema: Arc<Struct>,
    /// What can be done with the resource itself.
    pub verbs: Verbs,
    /// Table columns.
    pub columns: Vec<Column>,
    /// Fields that field selectors may name.
    pub selectable_fields: Vec<SelectableField>,
    /// `status`, `scale`, ...
    pub subresources: Vec<Subresource>,
    /// Warning for clients that use it.
    pub deprecated: Option<String>,
}

/// A path below an object.
#[derive(Debug)]
pub struct Subresource {
    /// Last path segment: `status`.
    pub name: Str,
    /// Kind of the documents sent and answered.
    pub kind: GroupVersionKind,
    /// Shape of those documents; `None` for streams (log, exec, proxy).
    pub schema: Option<Arc<Struct>>,
    /// What can be done with it.
    pub verbs: Verbs,
    /// Members that a write through it leaves as they were: `spec`, `metadata.labels`.
    pub resets: Vec<Str>,
    /// How it is spoken to.
    pub access: Access,
    /// What its documents are to the object.
    pub view: View,
}

/// What the documents of a subresource are to the object they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The object itself; writes change a part of it.
    Whole,
    /// How many replicas there are and should be (autoscaling/v1 Scale).
    Scale(ScalePaths),
    /// Something that is done to the object, or with what it stands for.
    Action,
}

/// Where a Scale finds its numbers; members from the root of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalePaths {
    /// How many there should be.
    pub spec_replicas: Vec<Str>,
    /// How many there are.
    pub status_replicas: Vec<Str>,
    /// Which pods are counted: a label selector, a map of labels, or a selector's text.
    pub selector: Vec<Str>,
}

/// How a subresource is spoken to.
#[derive(Clone, Debug, Default)]
pub enum Access {
    /// Documents of its kind are sent and answered.
    #[default]
    Documents,
    /// A GET is answered with text; the query holds the fields of `options`.
    Text {
        /// Shape of the query.
        options: Arc<Struct>,
    },
    /// The connection is handed on; the query holds the fields of the subresource's own kind.
    Connect {
        /// The path goes on behind the subresource's name.
        subpath: bool,
    },
}

/// A field that field selectors may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectableField {
    /// What selectors call it.
    pub label: Str,
    /// The member it stands for, in the hub form.
    pub field: Str,
}

/// The set of verbs a resource has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verbs(u16);

/// What is done with a resource, as authorization and discovery name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Verb {
    /// POST.
    Create = 1,
    /// DELETE of one object.
    Delete = 2,
    /// DELETE of many.
    DeleteCollection = 4,
    /// GET of one object.
    Get = 8,
    /// GET of many.
    List = 16,
    /// PATCH.
    Patch = 32,
    /// PUT.
    Update = 64,
    /// GET with `watch`.
    Watch = 128,
}

/// How objects are stored.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Below the storage prefix, without slashes at the ends: `pods`, `services/specs`.
    pub prefix: Str,
    /// The form that is written.
    pub kind: GroupVersionKind,
    /// Shape of that form.
    pub schema: Arc<Struct>,
    /// Always stored as JSON, in which empty lists and maps survive instead of becoming nil: custom resources, their
    /// definitions and APIServices.
    pub keeps_empty: bool,
    /// Members that hold text by which many clients select, each another value (`spec.nodeName`): objects are found by it
    /// without a look at the others.
    pub indexed: Vec<Str>,
}

/// A column of the Table form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub name: Str,
    /// OpenAPI type of its cells.
    pub ty: Str,
    /// OpenAPI format, `name` for the object's name.
    pub format: Str,
    /// 0 is always shown, more only when asked for wide output.
    pub priority: i32,
    /// Where its cells come from.
    pub cell: Cell,
}

/// Where a cell comes from. Paths are members from the root of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The value itself; the zero of its type where an object does not say it.
    Path(Vec<Str>),
    /// Time since that time, for people.
    Age(Vec<Str>),
    /// Number of items.
    Len(Vec<Str>),
    /// `key=value,...` of a map.
    Labels(Vec<Str>),
    /// A label selector in its text form.
    Selector(Vec<Str>),
    /// Computed by the kind's `cells` hook. What the hook returns beyond its columns comes after all of them.
    Computed,
}

/// What the reference's strategy for a resource says, as data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strategy {
    /// PUT of a missing object creates it.
    pub create_on_update: bool,
    /// PUT without resourceVersion overwrites.
    pub unconditional_update: bool,
    /// When metadata.generation moves.
    pub generation: Generation,
    /// Rule for metadata.name.
    pub name: NameRule,
    /// What deletion does to dependents when the client does not say.
    pub propagation: Propagation,
    /// A finished delete answers the object, not a Status.
    pub returns_deleted_object: bool,
    /// The OpenAPI documents promise a Status all the same.
    pub documents_status: bool,
    /// Deletion waits for a grace period (Pods).
    pub graceful_deletion: bool,
    /// Members that a write of the whole object leaves as they were, and a create clears: `status`.
    pub resets: Vec<Str>,
}

/// When metadata.generation moves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Generation {
    /// Never; the client's value is kept.
    #[default]
    Unmanaged,
    /// The server's business.
    Managed {
        /// 1 at create, whatever the client sent.
        starts_at_one: bool,
        /// One more when one of these members changed; `*` is all but metadata and status.
        bumped_by: Vec<Str>,
    },
}

/// Rule for names of objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameRule {
    /// DNS-1123 subdomain.
    #[default]
    Subdomain,
    /// DNS-1123 label.
    Label,
    /// DNS-1035 label.
    Label1035,
    /// Anything that can stand in a path.
    PathSegment,
    /// A rule of its own, in the kind's validation hook.
    Own,
}

/// What deletion does to dependents by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// They are collected after the owner is gone.
    #[default]
    Background,
    /// They stay.
    Orphan,
    /// The resource is not garbage collected at all (events).
    Unsupported,
}

impl Resource {
    /// Group and plural.
    pub fn group_resource(&self) -> GroupResource {
        GroupResource { group: self.group.clone(), resource: self.names.plural.clone() }
    }

    /// The version of this name.
    pub fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }
}

impl Version {
    /// Group and version of its requests.
    pub fn group_version(&self) -> GroupVersion {
        self.kind.group_version()
    }

    /// The subresource of this name.
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|sub| sub.name == name)
    }
}

impl Verbs {
    /// Exactly these.
    pub fn of(verbs: impl IntoIterator<Item = Verb>) -> Verbs {
        Verbs(verbs.into_iter().fold(0, |bits, verb| bits | verb as u16))
    }

    /// Whether `verb` is among them.
    pub fn has(self, verb: Verb) -> bool {
        self.0 & verb as u16 != 0
    }

    /// Each of them in alphabetical order, as discovery lists them.
    pub fn iter(self) -> impl Iterator<Item = Verb> {
        Verb::ALL.into_iter().filter(move |verb| self.has(*verb))
    }
}

impl Verb {
    /// All in alphabetical order.
    pub const ALL: [Verb; 8] = [
        Verb::Create,
        Verb::Delete,
        Verb::DeleteCollection,
        Verb::Get,
        Verb::List,
        Verb::Patch,
        Verb::Update,
        Verb::Watch,
    ];

    /// The word of authorization and discovery.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Create => "create",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Patch => "patch",
            Verb::Update => "update",
            Verb::Watch => "watch",
        }
    }

    /// The verb of that word.
    pub fn parse(word: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.as_str() == word)
    }
}
