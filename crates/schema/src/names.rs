//! Which field has a name: every walk of a document asks it for every member.

/// No field.
const NONE: u16 = u16::MAX;

/// Positions of fields by their names: a table with open addressing, at most half full.
#[derive(Debug)]
pub(crate) struct Names(Box<[u16]>);

impl Names {
    /// Of so many fields, each with the name that `name_of` says; the first of equal ones counts.
    pub(crate) fn of<'a>(count: usize, name_of: impl Fn(usize) -> &'a str) -> Names {
        let size = (count.min(usize::from(NONE)) * 2).next_power_of_two();
        let mut names = Names(vec![NONE; size].into_boxed_slice());
        for at in (0..NONE).take(count) {
            if let Err(free) = names.place(name_of(usize::from(at)), &name_of) {
                names.0[free] = at;
            }
        }
        names
    }

    /// The position of the field with this name; `name_of` is what this was made of.
    pub(crate) fn find<'a>(&self, name: &str, name_of: impl Fn(usize) -> &'a str) -> Option<usize> {
        self.place(name, name_of).ok()
    }

    /// The position of the field, or the place in the table where it belongs.
    fn place<'a>(&self, name: &str, name_of: impl Fn(usize) -> &'a str) -> Result<usize, usize> {
        let mut place = hash(name) & (self.0.len() - 1);
        loop {
            match usize::from(self.0[place]) {
                at if at == usize::from(NONE) => return Err(place),
                at if name_of(at) == name => return Ok(at),
                _ => place = (place + 1) & (self.0.len() - 1),
            }
        }
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
