//! What a newer server has stored and this one does not know: fields of a message that its type has no number for. The
//! normal form has no place for them, so a successor gets them from the bytes of what it replaces. Without this, one
//! write by an older server of a mixed cluster would take away what newer ones rely on; the reference does so.
//!
//! They stay with the message that they are in, as long as that stays: a struct as long as it is set, an item of a list as
//! long as there is one with the same keys or, in a list without keys, one with the same content.

use super::decode::decode;
use super::encode::encode;
use super::plan::{Plan, What};
use super::wire::{Backward, Fields, NESTING_MAX, Read};
use super::{ProtobufError, TooDeep};
use crate::types::{ListType, Ownership, Struct, Type};
use pintle_meta::Str;
use std::borrow::Cow;

/// Whether a message of `ty`, or one in it, has a field that its type does not know.
///
/// # Errors
/// [`ProtobufError`] when it is no message.
pub fn has_unknown(ty: &Struct, message: &[u8]) -> Result<bool, ProtobufError> {
    Shape::of(ty).any_unknown(message, NESTING_MAX)
}

/// Puts the message `now` with the unknown fields of `before`, in which [`has_unknown`] has found some.
pub fn put_with_unknown(ty: &Struct, before: &[u8], now: &[u8], out: &mut Backward) {
    Shape::of(ty).put_kept(before, now, out);
}

/// What a message may hold: the fields of a struct, or of one that is embedded in it.
#[derive(Clone, Copy)]
struct Shape<'t> {
    home: &'t Struct,
    plan: &'t Plan,
}

impl<'t> Shape<'t> {
    fn of(ty: &'t Struct) -> Shape<'t> {
        Shape { home: ty, plan: ty.plan() }
    }

    fn what(self, number: u32, guess: usize) -> Option<(usize, &'t What)> {
        let at = self.plan.find(number, guess)?;
        Some((at, &self.plan.entries()[at].what))
    }

    /// The messages that lie in a field: a struct's own, those of a list's items, or a part of this one.
    fn inside(self, what: &'t What) -> Option<Shape<'t>> {
        match what {
            What::Inline { plan, .. } => Some(Shape { plan, ..self }),
            What::Field(at) => match &self.home.fields()[*at].ty {
                Type::Struct(ty) => Some(Shape::of(ty)),
                Type::List(list) if !list.boxed => list.item.as_struct().map(|ty| Shape::of(ty)),
                _ => None,
            },
        }
    }

    fn any_unknown(self, message: &[u8], nesting: usize) -> Result<bool, ProtobufError> {
        let nesting = nesting.checked_sub(1).ok_or(ProtobufError::TooDeep)?;
        let mut guess = 0;
        for field in Fields::new(message) {
            let (number, read) = field.map_err(ProtobufError::Wire)?;
            let Some((at, what)) = self.what(number, guess) else { return Ok(true) };
            guess = at;
            if let (Read::Bytes(bytes), Some(inner)) = (read, self.inside(what))
                && inner.any_unknown(bytes, nesting)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put_kept(self, before: &[u8], now: &[u8], out: &mut Backward) {
        let before = pieces(before);
        let unknown = before.iter().rev().filter(|piece| self.what(piece.number, 0).is_none());
        unknown.for_each(|piece| out.bytes(piece.raw));
        for piece in pieces(now).iter().rev() {
            match self.counterpart(&before, piece) {
                Some((inner, before)) => {
                    out.message(piece.number, |out| inner.put_kept(&before, piece.bytes(), out));
                }
                None => out.bytes(piece.raw),
            }
        }
    }

    /// The shape of the message in `piece`, and what of `before` it came from.
    fn counterpart<'m>(self, before: &[Piece<'m>], piece: &Piece<'m>) -> Option<(Shape<'t>, Cow<'m, [u8]>)> {
        let (_, what) = self.what(piece.number, 0)?;
        let inner = self.inside(what)?;
        let candidates = before.iter().filter(|earlier| earlier.number == piece.number);
        let mut candidates = candidates.map(Piece::bytes);
        let found = match what {
            What::Field(at) if let Type::List(list) = &self.home.fields()[*at].ty => Cow::Borrowed(
                candidates.find(|earlier| is_same_item(list, inner.home, earlier, piece.bytes()))?,
            ),
            // The parts of a message are merged one after another.
            _ => match candidates.collect::<Vec<_>>()[..] {
                [] => return None,
                [only] => Cow::Borrowed(only),
                ref parts => Cow::Owned(parts.concat()),
            },
        };
        Some((inner, found))
    }
}

/// One field of a message.
struct Piece<'m> {
    number: u32,
    read: Read<'m>,
    /// All of it, number and length included.
    raw: &'m [u8],
}

impl<'m> Piece<'m> {
    /// The message in it; nothing in what can't hold one.
    fn bytes(&self) -> &'m [u8] {
        match self.read {
            Read::Bytes(bytes) => bytes,
            _ => &[],
        }
    }
}

/// The fields of a message; it was walked to its end before.
fn pieces(message: &[u8]) -> Vec<Piece<'_>> {
    let mut fields = Fields::new(message);
    let mut pieces = Vec::new();
    let mut rest = message;
    while let Some(Ok((number, read))) = fields.next() {
        let raw = &rest[..rest.len() - fields.rest().len()];
        rest = fields.rest();
        pieces.push(Piece { number, read, raw });
    }
    pieces
}

fn is_same_item(list: &ListType, ty: &Struct, before: &[u8], now: &[u8]) -> bool {
    match &list.ownership {
        Ownership::Map(keys) => keys.iter().all(|key| member(ty, before, key) == member(ty, now, key)),
        Ownership::Unsaid | Ownership::Atomic | Ownership::Set => {
            known_part(ty, before).is_ok_and(|known| known == now)
        }
    }
}

/// The bytes of one member of a message.
fn member(ty: &Struct, message: &[u8], name: &Str) -> Vec<u8> {
    let number =
        super::numbers(ty, std::slice::from_ref(name)).filter(|path| path.len() == 1).map(|path| path[0]);
    let found = pieces(message).into_iter().filter(|piece| Some(piece.number) == number);
    found.flat_map(|piece| piece.raw.to_vec()).collect()
}

/// A message without its unknown fields, as this server writes it.
fn known_part(ty: &Struct, message: &[u8]) -> Result<Vec<u8>, Unreadable> {
    Ok(encode(ty, &decode(ty, message)?)?.to_vec())
}

/// A message that can't be compared.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Protobuf(#[from] ProtobufError),
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
}
