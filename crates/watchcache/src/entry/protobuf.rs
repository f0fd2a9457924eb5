//! A look into stored protobuf without decoding it: walks the fields of a message and skips over what it does not
//! look for. Also knows the envelope in which built-ins are stored: `k8s\0`, then a `runtime.Unknown` whose field 2
//! holds the object.

/// What the stored form of a built-in begins with.
pub(super) const MAGIC: &[u8] = b"k8s\0";

/// The field of `runtime.Unknown` that holds the object.
const RAW: u32 = 2;

/// The object in an envelope whose magic was seen.
pub(super) fn enveloped(bytes: &[u8]) -> Option<&[u8]> {
    find(bytes.strip_prefix(MAGIC)?, &[RAW])
}

/// The content of the length-delimited field that `path` leads to. Of a field that is repeated the last counts.
pub(super) fn find<'a>(message: &'a [u8], path: &[u32]) -> Option<&'a [u8]> {
    path.iter().try_fold(message, |message, number| {
        Fields(message).filter(|(found, _)| found == number).map(|(_, content)| content).last()
    })
}

/// The length-delimited fields of a message, in order. Ends where the message is cut off.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<(u32, &'a [u8])> {
        loop {
            let tag = self.varint()?;
            let number = u32::try_from(tag >> 3).ok()?;
            match tag & 7 {
                0 => drop(self.varint()?),
                1 => drop(self.take(8)?),
                2 => {
                    let length = self.varint()?;
                    return Some((number, self.take(usize::try_from(length).ok()?)?));
                }
                5 => drop(self.take(4)?),
                _ => return None,
            }
        }
    }
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_wire_types_are_skipped_and_the_last_counts() {
        let message = [
            &[0x08, 0x96, 0x01][..],         // 1: varint
            &[0x11, 0, 0, 0, 0, 0, 0, 0, 0], // 2: fixed64
            &[0x1a, 2, b'a', b'b'],          // 3: bytes
            &[0x25, 0, 0, 0, 0],             // 4: fixed32
            &[0x1a, 1, b'c'],                // 3 again
        ]
        .concat();
        assert_eq!(find(&message, &[3]), Some(&b"c"[..]));
        assert_eq!(find(&message, &[2]), None);
        for end in 0..message.len() {
            let _ = find(&message[..end], &[3]);
        }
    }

    #[test]
    fn an_endless_number_ends_the_search() {
        assert_eq!(Fields(&[0xff; 20]).next(), None);
    }
}
