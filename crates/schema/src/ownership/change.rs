//! What a write does to those who own what it changes: in each manager's own version, what changed is taken from it.
//! (structured-merge-diff's merge.Updater.)

use super::managers::{Manager, Managers};
use super::reconcile::reconcile;
use super::{Comparison, FieldSet, Versions};
use crate::types::Struct;
use pintle_meta::{Str, Value};

/// A write, as far as ownership is concerned.
pub struct Write<'a> {
    /// The versions of the documents.
    pub versions: &'a dyn Versions,
    /// The type of the documents.
    pub schema: &'a Struct,
    /// Group and version of the documents.
    pub api_version: &'a str,
    /// Who writes.
    pub manager: &'a str,
    /// The subresource written through, or "".
    pub subresource: &'a str,
    /// Members whose change does not count, for a write cannot change them.
    pub ignored: &'a FieldSet,
    /// The present time, as metadata holds it.
    pub now: &'a str,
}

/// Ownership can't be worked out.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unownable(pub(super) String);

/// What a write takes from whom.
#[derive(Debug, Default, PartialEq)]
pub struct Conflicts(pub(super) Vec<(Manager, FieldSet)>);

impl Write<'_> {
    /// What identifies the writer.
    pub(super) fn writer(&self, applies: bool) -> Manager {
        Manager {
            name: if self.manager.is_empty() { "unknown".into() } else { self.manager.into() },
            applies,
            api_version: if applies { Str::new() } else { self.api_version.into() },
            subresource: self.subresource.into(),
        }
    }

    /// The document in the version `to`, with its type; `None` when nobody knows the version.
    ///
    /// # Errors
    /// When it is not of its type.
    pub(super) fn in_version(
        &self,
        document: &Value,
        to: &str,
    ) -> Result<Option<(std::sync::Arc<Struct>, Value)>, Unownable> {
        let Some(schema) = self.versions.schema(to) else { return Ok(None) };
        let converted = match to == self.api_version {
            true => document.clone(),
            false => self.versions.convert(document.clone(), self.api_version, to).map_err(Unownable)?,
        };
        Ok(Some((schema, converted)))
    }
}

/// Brings managers to today's rules of what is owned how; those of unknown versions go. Whether anything changed.
pub(super) fn reconcile_all(write: &Write<'_>, managers: &mut Managers) -> bool {
    let mut is_changed = false;
    managers.0.retain_mut(|(_, owned)| {
        let schema = match owned.api_version == write.api_version {
            true => None,
            false => match write.versions.schema(&owned.api_version) {
                Some(schema) => Some(schema),
                None => {
                    is_changed = true;
                    return false;
                }
            },
        };
        if let Some(fields) = reconcile(&owned.fields, schema.as_deref().unwrap_or(write.schema)) {
            owned.fields = fields;
            is_changed = true;
        }
        true
    });
    is_changed
}

/// What changed, by version.
pub(super) struct Changes {
    /// In the version of the write.
    pub(super) own: Comparison,
    others: Vec<(Str, Comparison)>,
}

impl Changes {
    /// What `after` changes in `live`, in the version of the write and of each of `managers`.
    pub(super) fn find(
        write: &Write<'_>,
        live: &Value,
        after: &Value,
        managers: &Managers,
    ) -> Result<Changes, Unownable> {
        let compare = |schema: &Struct, live: &Value, after: &Value| match Comparison::of(schema, live, after)
        {
            Ok(comparison) => Ok(comparison.without(write.ignored)),
            Err(error) => Err(Unownable(format!("failed to compare objects: {error}"))),
        };
        let mut changes = Changes { own: compare(write.schema, live, after)?, others: Vec::new() };
        for (_, owned) in &managers.0 {
            let version = &owned.api_version;
            if version == write.api_version || changes.others.iter().any(|(have, _)| have == version) {
                continue;
            }
            let (before, after) = (write.in_version(live, version)?, write.in_version(after, version)?);
            if let (Some((schema, live)), Some((_, after))) = (before, after) {
                changes.others.push((version.clone(), compare(&schema, &live, &after)?));
            }
        }
        Ok(changes)
    }

    fn in_version(&self, write: &Write<'_>, version: &str) -> Option<&Comparison> {
        if version == write.api_version {
            return Some(&self.own);
        }
        self.others.iter().find(|(have, _)| have == version).map(|(_, comparison)| comparison)
    }

    /// What was modified or added and is not `writer`'s alone.
    pub(super) fn conflicts(&self, write: &Write<'_>, managers: &Managers, writer: &Manager) -> Conflicts {
        let others = managers.0.iter().filter(|(manager, _)| manager != writer);
        let conflicts = others.filter_map(|(manager, owned)| {
            let changed = self.in_version(write, &owned.api_version)?;
            let modified = owned.fields.intersection(&changed.modified);
            let set = modified.union(owned.fields.intersection(&changed.added));
            (!set.is_empty()).then(|| (manager.clone(), set))
        });
        let mut conflicts = Conflicts(conflicts.collect());
        conflicts.0.sort_by_key(|(manager, _)| manager.identifier());
        conflicts
    }

    /// Takes what changed from everybody but `writer`. Who owns nothing any more is gone, and so is who writes in a
    /// version that nobody knows.
    pub(super) fn take_from(&self, write: &Write<'_>, managers: &mut Managers, writer: Option<&Manager>) {
        managers.0.retain_mut(|(manager, owned)| {
            if Some(&*manager) != writer {
                let Some(changed) = self.in_version(write, &owned.api_version) else { return false };
                let fields = std::mem::take(&mut owned.fields);
                let fields = fields.difference(&changed.modified).difference(&changed.added);
                owned.fields = fields.difference(&changed.removed);
            }
            !owned.fields.is_empty()
        });
    }
}
