//! Protobuf's wire format, as much of it as these messages need.

/// Wire types.
pub(super) const VARINT: u32 = 0;
pub(super) const FIXED64: u32 = 1;
pub(super) const BYTES: u32 = 2;

/// Appends a number, seven bits a byte.
pub(super) fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Appends a field's number and wire type.
pub(super) fn put_tag(number: u32, wire: u32, out: &mut Vec<u8>) {
    put_varint(u64::from(number << 3 | wire), out);
}

/// Appends a field of text or a message, which `write` appends; its length is put before it afterwards.
pub(super) fn put_bytes(number: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    put_tag(number, BYTES, out);
    let start = out.len();
    write(out);
    let mut length = Vec::with_capacity(10);
    put_varint((out.len() - start) as u64, &mut length);
    out.splice(start..start, length);
}

/// A field as it was read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Read<'a> {
    Number(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, one after another; ends early with `None` where the bytes are no message.
pub(super) fn fields(bytes: &[u8]) -> Option<Vec<(u32, Read<'_>)>> {
    let (mut rest, mut fields) = (bytes, Vec::new());
    while !rest.is_empty() {
        let tag = u32::try_from(varint(&mut rest)?).ok()?;
        let read = match tag & 7 {
            VARINT => Read::Number(varint(&mut rest)?),
            FIXED64 => Read::Fixed(u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?)),
            BYTES => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                Read::Bytes(take(&mut rest, length)?)
            }
            _ => return None,
        };
        fields.push((tag >> 3, read));
    }
    Some(fields)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}
