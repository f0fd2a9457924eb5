//! Ownership after a write that is no apply: who changed a field owns it, who had it before does not any more.

use super::cap::cap;
use super::change::{Changes, Unownable, Write, reconcile_all};
use super::managers::{Managers, Owned, Said};
use super::{FieldSet, unowned};
use pintle_meta::{Object, ObjectMut, Value};

/// Sets `object`'s managed fields as they are after it replaced `live` (a zero document when it is new).
///
/// When ownership can't be worked out, nobody owns anything, as in the reference: garbage must not stay.
pub fn update(write: &Write<'_>, live: &Value, object: &mut Value) {
    // Through a subresource nobody sets managed fields.
    let said = if write.subresource.is_empty() { Managers::said_by(object) } else { Said::Nothing };
    let managers = match said {
        Said::These(managers) => managers,
        Said::Reset => Managers::default(),
        Said::Nothing => Managers::of(live),
    };
    object.remove_meta("managedFields");
    // Once nobody owns anything, only an apply begins it again.
    let after = if managers.0.is_empty() && !live.uid().is_empty() {
        Managers::default()
    } else {
        let mut bare = live.clone();
        bare.remove_meta("managedFields");
        updated(write, managers, &bare, object).unwrap_or_default()
    };
    after.write_to(write.schema, object);
}

/// The managers after `object` replaced `live`, neither of which shows managed fields.
///
/// # Errors
/// When documents can't be compared.
pub(super) fn updated(
    write: &Write<'_>,
    mut managers: Managers,
    live: &Value,
    object: &Value,
) -> Result<Managers, Unownable> {
    reconcile_all(write, &mut managers);
    let changes = Changes::find(write, live, object, &managers)?;
    changes.take_from(write, &mut managers, None);
    let taken = changes.own.modified.union(changes.own.added);
    take(write, &mut managers, taken.difference(unowned()));
    cap(&mut managers);
    Ok(managers)
}

/// Gives the writer what it changed.
fn take(write: &Write<'_>, managers: &mut Managers, taken: FieldSet) {
    if taken.is_empty() {
        return;
    }
    let writer = write.writer(false);
    let (api_version, time) = (write.api_version.into(), write.now.into());
    match managers.get_mut(&writer) {
        Some(owned) => {
            owned.fields = std::mem::take(&mut owned.fields).union(taken);
            owned.time = time;
        }
        None => managers.0.push((writer, Owned { fields: taken, api_version, time })),
    }
}
