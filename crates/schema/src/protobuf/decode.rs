//! Messages to normal form. A message's fields are gathered first and taken in order of their numbers afterwards, as
//! a field may come in several pieces: items of a list, entries of a map, parts of one message.

use super::plan::{Plan, What, wire};
use super::wire::{BYTES, Fields, NESTING_MAX, Read, varint};
use super::{ProtobufError, special};
use crate::decode::{Slots, assemble, zero};
use crate::types::{IntType, ListType, MapType, Special, Struct, Type};
use pintle_meta::{List, Map, Str, Value, base64};
use smallvec::SmallVec;
use std::borrow::Cow;

/// The normal form of a message of `ty`; `kind` and `apiVersion` are not in it.
///
/// # Errors
/// [`ProtobufError`]
pub fn decode(ty: &Struct, message: &[u8]) -> Result<Value, ProtobufError> {
    Reader { home: ty, nesting: 0 }.structure(ty, message)
}

/// Reads what stands in a message of `home`.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) home: &'a Struct,
    nesting: usize,
}

/// Fields as they came, by their position in the plan.
type Found<'a> = SmallVec<[(u32, Read<'a>); 16]>;

impl<'t> Reader<'t> {
    /// A message of `ty`.
    pub(super) fn structure(self, ty: &Struct, message: &[u8]) -> Result<Value, ProtobufError> {
        if message.is_empty() {
            return Ok(zero(ty));
        }
        let mut slots = Slots::new();
        let inner = Reader { home: ty, nesting: self.nesting };
        inner.deeper()?.members(&ty.go_name, ty.plan(), message, &mut slots)?;
        Ok(assemble(ty, slots))
    }

    fn deeper(self) -> Result<Reader<'t>, ProtobufError> {
        let nesting = self.nesting + 1;
        if nesting > NESTING_MAX { Err(ProtobufError::TooDeep) } else { Ok(Reader { nesting, ..self }) }
    }

    fn members(
        self,
        name: &str,
        plan: &Plan,
        message: &[u8],
        slots: &mut Slots,
    ) -> Result<(), ProtobufError> {
        for group in self.gather(name, plan, message)?.chunk_by(|one, other| one.0 == other.0) {
            match &plan.entries()[group[0].0 as usize].what {
                What::Inline { name, plan, .. } => self.members(name, plan, &joined(group), slots)?,
                What::Field(at) => {
                    let value = self.field(&self.home.fields()[*at].ty, group)?;
                    slots.push((u16::try_from(*at).unwrap_or(u16::MAX), value));
                }
            }
        }
        Ok(())
    }

    /// The known fields of a message in the order of their numbers.
    fn gather<'m>(self, name: &str, plan: &Plan, message: &'m [u8]) -> Result<Found<'m>, ProtobufError> {
        let (mut found, mut guess, mut sorted) = (Found::new(), 0, true);
        for field in Fields::new(message) {
            let (number, read) = field.map_err(|error| ProtobufError::within(name, error))?;
            let Some(at) = plan.find(number, guess) else { continue };
            let what = &plan.entries()[at].what;
            if read.wire() != what.wire(self.home) && !(read.wire() == BYTES && what.packable(self.home)) {
                let field = what.go_name(self.home).to_owned();
                return Err(ProtobufError::WrongWire { wire: read.wire(), field });
            }
            let position = u32::try_from(at).unwrap_or(u32::MAX);
            sorted &= found.last().is_none_or(|(last, _)| *last <= position);
            found.push((position, read));
            // Of a list or map more comes, of anything else the next.
            let again = matches!(what, What::Field(at) if is_repeated(&self.home.fields()[*at].ty));
            guess = if again { at } else { at + 1 };
        }
        if !sorted {
            found.sort_by_key(|(at, _)| *at);
        }
        Ok(found)
    }

    /// A field's value of all its pieces.
    fn field(self, ty: &Type, pieces: &[(u32, Read<'_>)]) -> Result<Value, ProtobufError> {
        match ty {
            Type::List(list) if !list.boxed => self.list(list, pieces.iter().map(|(_, read)| *read)),
            Type::Map(map) => self.map(map, pieces),
            Type::Struct(_) | Type::Special(_) | Type::List(_) => self.one(ty, Read::Bytes(&joined(pieces))),
            Type::Bool | Type::Int(_) | Type::Float | Type::String | Type::Bytes => {
                self.one(ty, pieces.last().expect("a group has a member").1)
            }
        }
    }

    /// One value, whose wire type was checked.
    fn one(self, ty: &Type, read: Read<'_>) -> Result<Value, ProtobufError> {
        match (ty, read) {
            (Type::Bool, Read::Varint(number)) => Ok(Value::Bool(number != 0)),
            (Type::Int(int), Read::Varint(number)) => Ok(integer(*int, number)),
            (Type::Float, Read::Fixed64(bits)) => Ok(Value::Float(f64::from_bits(bits))),
            (Type::String, Read::Bytes(bytes)) => Ok(Value::from(text(bytes))),
            (Type::Bytes, Read::Bytes(bytes)) => Ok(Value::from(base64::encode(bytes))),
            (Type::Struct(ty), Read::Bytes(bytes)) => self.structure(ty, bytes),
            (Type::Special(special), Read::Bytes(bytes)) => self.special(*special, bytes),
            (Type::List(list), Read::Bytes(bytes)) => self.boxed(list, bytes),
            (_, read) => Err(ProtobufError::WrongWire { wire: read.wire(), field: String::new() }),
        }
    }

    fn special(self, ty: Special, bytes: &[u8]) -> Result<Value, ProtobufError> {
        special::decode(self.deeper()?, ty, bytes)
    }

    fn list<'m>(
        self,
        list: &ListType,
        pieces: impl ExactSizeIterator<Item = Read<'m>>,
    ) -> Result<Value, ProtobufError> {
        let mut items = List::with_capacity(pieces.len());
        let unpacked = wire(&list.item);
        for piece in pieces {
            match piece {
                Read::Bytes(mut packed) if unpacked != BYTES => {
                    while !packed.is_empty() {
                        items.push(self.one(&list.item, number(unpacked, &mut packed)?)?);
                    }
                }
                one => items.push(self.one(&list.item, one)?),
            }
        }
        Ok(Value::List(items))
    }

    /// A list that is a message: its field 1 holds the items.
    fn boxed(self, list: &ListType, message: &[u8]) -> Result<Value, ProtobufError> {
        let mut pieces: SmallVec<[Read<'_>; 8]> = SmallVec::new();
        for (number, read) in fields("Items", message)? {
            match (number, read.wire()) {
                (1, BYTES) => pieces.push(read),
                (1, wire) => return Err(ProtobufError::WrongWire { wire, field: "Items".to_owned() }),
                _ => {}
            }
        }
        // Without items Go's slice stays nil.
        if pieces.is_empty() { Ok(Value::Null) } else { self.list(list, pieces.into_iter()) }
    }

    fn map(self, map: &MapType, pieces: &[(u32, Read<'_>)]) -> Result<Value, ProtobufError> {
        let mut entries: Vec<(Str, Value)> = Vec::with_capacity(pieces.len());
        for (_, piece) in pieces {
            let Read::Bytes(entry) = piece else { continue };
            let (mut key, mut value) = (Str::new(), None);
            for (number, read) in fields("Entry", entry)? {
                match (number, read) {
                    (1, Read::Bytes(bytes)) => key = text(bytes),
                    (2, read) => value = Some(self.one(&map.value, read)?),
                    _ => {}
                }
            }
            let value = match value {
                Some(value) => value,
                None => self.absent(&map.value)?,
            };
            entries.push((key, value));
        }
        let mut map = Map::from_entries(entries, |_| {});
        map.sort();
        Ok(Value::Map(map))
    }

    /// What Go puts in a map for an entry without a value.
    fn absent(self, ty: &Type) -> Result<Value, ProtobufError> {
        match ty {
            Type::Bool => Ok(Value::Bool(false)),
            Type::Int(_) => Ok(Value::Int(0)),
            Type::Float => Ok(Value::Float(0.0)),
            _ => self.one(ty, Read::Bytes(&[])),
        }
    }
}

/// A message's fields, for those of a few fields only.
pub(super) fn fields<'m>(
    name: &str,
    message: &'m [u8],
) -> Result<SmallVec<[(u32, Read<'m>); 4]>, ProtobufError> {
    Fields::new(message).map(|field| field.map_err(|error| ProtobufError::within(name, error))).collect()
}

/// Text as JSON shows it: what is no UTF-8 becomes the replacement character.
pub(super) fn text(bytes: &[u8]) -> Str {
    match std::str::from_utf8(bytes) {
        Ok(text) => Str::from(text),
        Err(_) => Str::from(String::from_utf8_lossy(bytes).as_ref()),
    }
}

/// The pieces of a message one after another, which is how protobuf merges them.
fn joined<'m>(pieces: &[(u32, Read<'m>)]) -> Cow<'m, [u8]> {
    let bytes = |piece: &(u32, Read<'m>)| match piece.1 {
        Read::Bytes(bytes) => bytes,
        _ => &[],
    };
    match pieces {
        [only] => Cow::Borrowed(bytes(only)),
        several => Cow::Owned(several.iter().flat_map(|piece| bytes(piece).iter().copied()).collect()),
    }
}

fn is_repeated(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Map(_))
}

/// Go keeps as many bits as the type has.
fn integer(int: IntType, number: u64) -> Value {
    Value::Int(int.wrap(number.cast_signed()))
}

/// The next of packed numbers.
fn number<'m>(wire: u8, packed: &mut &'m [u8]) -> Result<Read<'m>, ProtobufError> {
    if wire == super::wire::VARINT {
        return varint(packed).map(Read::Varint).map_err(ProtobufError::Wire);
    }
    let truncated = ProtobufError::Wire(super::wire::WireError::Truncated);
    let (bits, rest) = packed.split_first_chunk::<8>().ok_or(truncated)?;
    *packed = rest;
    Ok(Read::Fixed64(u64::from_le_bytes(*bits)))
}
