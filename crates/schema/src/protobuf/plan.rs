//! A struct as a message: which field number leads where. Embedded structs are messages of their own here, whose
//! members stand among those of the struct that embeds them.

use super::wire::{BYTES, FIXED64, VARINT};
use crate::types::{Field, Struct, Type};
use pintle_meta::Str;

/// The fields of a message, ascending by number.
#[derive(Debug)]
pub(crate) struct Plan(Vec<Entry>);

/// One field.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u32,
    pub(super) what: What,
}

/// What a field holds.
#[derive(Debug)]
pub(super) enum What {
    /// The field at this position of the struct.
    Field(usize),
    /// An embedded struct: part of the struct's fields.
    Inline { name: String, go_name: String, plan: Plan },
}

impl Plan {
    /// The message of `ty`.
    pub(crate) fn of(ty: &Struct) -> Plan {
        Plan::within(ty, ty)
    }

    /// The message of `part`, which is `home` or embedded in it.
    fn within(home: &Struct, part: &Struct) -> Plan {
        let numbered = part.fields().iter().filter(|field| field.number > 0);
        // A field of the embedded struct that its home hides has no place in JSON.
        let fields = numbered.filter_map(|field| {
            let (at, _) = home.field(&field.name)?;
            Some(Entry { number: field.number, what: What::Field(at) })
        });
        let inlines = part.inlines().iter().map(|inline| {
            let (name, go_name) = (inline.ty.go_name.to_string(), last_part(&inline.go_name).to_owned());
            let what = What::Inline { name, go_name, plan: Plan::within(home, &inline.ty) };
            Entry { number: inline.number, what }
        });
        let mut entries: Vec<Entry> = fields.chain(inlines).collect();
        entries.sort_by_key(|entry| entry.number);
        Plan(entries)
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// The numbers that lead to the field at this position of the struct, those of embedded structs included.
    fn path_to(&self, position: usize) -> Option<Vec<u32>> {
        self.0.iter().find_map(|entry| match &entry.what {
            What::Field(at) => (*at == position).then(|| vec![entry.number]),
            What::Inline { plan, .. } => {
                let rest = plan.path_to(position)?;
                Some([&[entry.number][..], &rest].concat())
            }
        })
    }

    /// Position of the field with this number; looks at `guess` first, as fields mostly come in order.
    pub(super) fn find(&self, number: u32, guess: usize) -> Option<usize> {
        if self.0.get(guess).is_some_and(|entry| entry.number == number) {
            return Some(guess);
        }
        self.0.binary_search_by_key(&number, |entry| entry.number).ok()
    }
}

/// The field numbers that lead to the member at `path`, through structs alone. `None` where there is no such member, or
/// not in a message.
pub fn numbers(ty: &Struct, path: &[Str]) -> Option<Vec<u32>> {
    let (first, rest) = path.split_first()?;
    let (at, field) = ty.field(first)?;
    let mut numbers = ty.plan().path_to(at)?;
    if !rest.is_empty() {
        numbers.extend(self::numbers(field.ty.as_struct()?, rest)?);
    }
    Some(numbers)
}

impl What {
    /// The wire type that it comes in, unpacked.
    pub(super) fn wire(&self, home: &Struct) -> u8 {
        match self {
            What::Field(at) => wire(&home.fields()[*at].ty),
            What::Inline { .. } => BYTES,
        }
    }

    /// Whether a whole run of it may come as one field.
    pub(super) fn packable(&self, home: &Struct) -> bool {
        match self {
            What::Field(at) => {
                matches!(&home.fields()[*at].ty, Type::List(list) if wire(&list.item) != BYTES)
            }
            What::Inline { .. } => false,
        }
    }

    /// The Go field's own name.
    pub(super) fn go_name<'a>(&'a self, home: &'a Struct) -> &'a str {
        match self {
            What::Field(at) => own_name(&home.fields()[*at]),
            What::Inline { go_name, .. } => go_name,
        }
    }
}

/// The wire type of a value; of a list's items.
pub(super) fn wire(ty: &Type) -> u8 {
    match ty {
        Type::Bool | Type::Int(_) => VARINT,
        Type::Float => FIXED64,
        Type::List(list) if !list.boxed => wire(&list.item),
        Type::String | Type::Bytes | Type::Special(_) | Type::Struct(_) | Type::List(_) | Type::Map(_) => {
            BYTES
        }
    }
}

fn own_name(field: &Field) -> &str {
    last_part(&field.go_name)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}
