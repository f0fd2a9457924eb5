//! Server-side apply (KEP-555): a document says what its manager wants, and by that what it owns. What it wants is
//! merged into the object, what it does not want any more and nobody else wants is removed, and what others want
//! otherwise is a conflict.

use super::change::{Changes, Conflicts, Unownable, Write, reconcile_all};
use super::managers::{Manager, Managers, Owned};
use super::merge::merge;
use super::remove::remove;
use super::update::updated;
use super::{FieldSet, check, compare, fields_of, last_applied, unowned};
use crate::decode;
use pintle_meta::{Object, ObjectMut, Str, Value};

/// Who owns what was there before the first apply.
const BEFORE_FIRST: &str = "before-first-apply";

/// What an apply makes of an object.
#[derive(Debug)]
pub struct Applied {
    /// The object, not in normal form; `None` when the apply changes nothing in it but its owners.
    pub document: Option<Value>,
    /// Who owns what then.
    pub managers: Managers,
}

/// Why an apply fails.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ApplyError {
    /// Others want something else.
    #[error("{}", .0.text())]
    Conflict(Conflicts),
    /// The applied document says who owns what.
    #[error("metadata.managedFields must be nil")]
    OwnManagedFields,
    /// The applied document is not of its type.
    #[error("failed to create typed patch object ({about}): {why}")]
    Config {
        /// Namespace, name and kind that it says.
        about: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something else.
    #[error(transparent)]
    Unownable(#[from] Unownable),
}

/// Applies `config` to `live` (a zero document when there is nothing yet). `None` when that changes nothing, owners
/// included.
///
/// # Errors
/// [`ApplyError`]; [`ApplyError::Conflict`] only without `force`.
pub fn apply(
    write: &Write<'_>,
    live: &Value,
    config: &Value,
    force: bool,
) -> Result<Option<Applied>, ApplyError> {
    let mut bare = live.clone();
    bare.remove_meta("managedFields");
    let mut managers = Managers::of(live);
    let is_first = managers.0.is_empty();
    if is_first {
        let before = Write { manager: BEFORE_FIRST, ..*write };
        managers = updated(&before, managers, &decode::zero(write.schema), &bare)?;
    }
    if config
        .metadata()
        .and_then(|meta| meta.get("managedFields"))
        .is_some_and(|said| said.as_list().is_some())
    {
        return Err(ApplyError::OwnManagedFields);
    }
    check::check(write.schema, config).map_err(|why| ApplyError::Config { about: about(config), why })?;
    let is_reconciled = reconcile_all(write, &mut managers);
    let applied = match merged(write, &bare, config, managers.clone(), force) {
        Err(ApplyError::Conflict(conflicts)) if write.manager == last_applied::MANAGER => {
            let conflicts = conflicts.without(&last_applied::allowed(write, &bare));
            if !conflicts.is_empty() {
                return Err(ApplyError::Conflict(conflicts));
            }
            merged(write, &bare, config, managers.clone(), true)
        }
        other => other,
    };
    let mut applied = applied?;
    if write.manager == last_applied::MANAGER {
        last_applied::follow(&mut applied.document, &bare, config);
    }
    let is_same = applied.document.is_none() && applied.managers.is_same_as(&managers);
    Ok(Some(applied).filter(|_| is_first || is_reconciled || !is_same))
}

fn merged(
    write: &Write<'_>,
    live: &Value,
    config: &Value,
    mut managers: Managers,
    force: bool,
) -> Result<Applied, ApplyError> {
    let writer = write.writer(true);
    let document = merge(write.schema, live, config)
        .map_err(|error| Unownable(format!("failed to merge config: {error}")))?
        .unwrap_or_else(|| live.clone());
    let fields = fields_of(write.schema, config).without_below(write.ignored);
    let (last, time) = match managers.get_mut(&writer) {
        Some(owned) => {
            (Some((std::mem::take(&mut owned.fields), owned.api_version.clone())), owned.time.clone())
        }
        None => (None, Str::new()),
    };
    managers.0.retain(|(manager, _)| *manager != writer);
    managers.0.push((writer.clone(), Owned { fields, api_version: write.api_version.into(), time }));
    let document = match last {
        Some((last, version)) if !last.is_empty() => {
            Pruning { write, managers: &managers, last: &last, version: &version }.prune(document)?
        }
        _ => document,
    };
    let changes = Changes::find(write, live, &document, &managers)?;
    let conflicts = changes.conflicts(write, &managers, &writer);
    if !force && !conflicts.is_empty() {
        return Err(ApplyError::Conflict(conflicts));
    }
    changes.take_from(write, &mut managers, Some(&writer));
    strip(&mut managers, &writer);
    let document = Some(document).filter(|document| !compare::same(live, document));
    if document.is_some()
        && let Some(owned) = managers.get_mut(&writer)
    {
        owned.time = write.now.into();
    }
    Ok(Applied { document, managers })
}

/// Takes from the writer what nobody owns.
fn strip(managers: &mut Managers, writer: &Manager) {
    if let Some(owned) = managers.get_mut(writer) {
        owned.fields = std::mem::take(&mut owned.fields).difference(unowned());
    }
    managers.0.retain(|(_, owned)| !owned.fields.is_empty());
}

/// Removes what a manager applied the last time, and neither it nor anybody else owns now.
struct Pruning<'a> {
    write: &'a Write<'a>,
    /// Whoever owns something, the applier with what it wants now.
    managers: &'a Managers,
    /// What the applier wanted the last time.
    last: &'a FieldSet,
    /// The version it wanted that in.
    version: &'a str,
}

impl Pruning<'_> {
    fn prune(&self, merged: Value) -> Result<Value, Unownable> {
        if self.wants_all_of_it() {
            return Ok(merged);
        }
        let Some((schema, converted)) = self.write.in_version(&merged, self.version)? else {
            return Ok(merged);
        };
        let last = self.last.with_named(&schema);
        let mut pruned = remove(&schema, &converted, &last);
        for version in self.versions() {
            pruned = self.add_back_owned(&converted, pruned, &version)?;
        }
        // What goes must have been the applier's own: what nobody owned stays.
        let there = fields_of(&schema, &converted).with_named(&schema);
        let left = fields_of(&schema, &pruned).with_named(&schema);
        let gone = there.difference(&left).intersection(&last);
        let pruned = remove(&schema, &converted, &gone);
        if self.version == self.write.api_version {
            return Ok(pruned);
        }
        self.write.versions.convert(pruned, self.version, self.write.api_version).map_err(Unownable)
    }

    /// Nothing goes when everything that was wanted still is.
    fn wants_all_of_it(&self) -> bool {
        let writer = self.write.writer(true);
        let now = self.managers.0.iter().find(|(manager, _)| *manager == writer).map(|(_, owned)| owned);
        now.is_some_and(|now| self.version == self.write.api_version && self.last.is_within(&now.fields))
    }

    /// The versions that managers write in; the one that is pruned in first, for a conversion may need what goes.
    fn versions(&self) -> Vec<Str> {
        let mut versions: Vec<Str> =
            self.managers.0.iter().map(|(_, owned)| owned.api_version.clone()).collect();
        versions.sort_by_key(|version| (version != self.version, version.clone()));
        versions.dedup();
        versions
    }

    /// Both documents are of [`Self::version`]; so is what comes out.
    fn add_back_owned(&self, merged: &Value, pruned: Value, version: &str) -> Result<Value, Unownable> {
        let Some(schema) = self.write.versions.schema(version) else { return Ok(pruned) };
        let to = |document: Value, from: &str, to: &str| match from == to {
            true => Ok(document),
            false => self.write.versions.convert(document, from, to).map_err(Unownable),
        };
        let merged = to(merged.clone(), self.version, version)?;
        let pruned = to(pruned, self.version, version)?;
        let owners = self.managers.0.iter().filter(|(_, owned)| owned.api_version == version);
        let wanted = owners.fold(FieldSet::new(), |wanted, (_, owned)| wanted.union(owned.fields.clone()));
        let there = fields_of(&schema, &merged).with_named(&schema);
        let left = fields_of(&schema, &pruned).with_named(&schema).union(wanted.with_named(&schema));
        to(remove(&schema, &merged, &there.difference(&left)), version, self.version)
    }
}

/// Namespace, name and kind as the reference's messages tell them.
fn about(config: &Value) -> String {
    let kind = config.group_version_kind().map(|kind| kind.to_string()).unwrap_or_default();
    format!("{}/{}; {kind}", config.namespace(), config.name())
}
