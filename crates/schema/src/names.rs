//! Which field has a name: every walk of a document asks it for every member.

use crate::types::Field;

/// No field.
const NONE: u16 = u16::MAX;

/// Positions of fields by their names: a table with open addressing, at most half full.
#[derive(Debug)]
pub(crate) struct Names(Box<[u16]>);

impl Names {
    /// The names of `fields`, of which the first of equal ones counts.
    pub(crate) fn of(fields: &[Field]) -> Names {
        let mut table = vec![NONE; (fields.len() * 2).next_power_of_two()].into_boxed_slice();
        for (at, field) in fields.iter().enumerate() {
            let Ok(at) = u16::try_from(at) else { break };
            let mut place = hash(&field.name) & (table.len() - 1);
            while table[place] != NONE && fields[usize::from(table[place])].name != field.name {
                place = (place + 1) & (table.len() - 1);
            }
            if table[place] == NONE {
                table[place] = at;
            }
        }
        Names(table)
    }

    /// Where among `fields`, those that this was made of, the one with this name is.
    pub(crate) fn find(&self, fields: &[Field], name: &str) -> Option<usize> {
        let mut place = hash(name) & (self.0.len() - 1);
        while self.0[place] != NONE {
            let at = usize::from(self.0[place]);
            if fields[at].name == name {
                return Some(at);
            }
            place = (place + 1) & (self.0.len() - 1);
        }
        None
    }
}

/// Spreads well enough what a schema names; names that are made up to collide only make a client's own request slower,
/// and by no more than a look at every field.
fn hash(name: &str) -> usize {
    let mut hash = name.len() as u64;
    for chunk in name.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 32;
    }
    hash as usize
}
