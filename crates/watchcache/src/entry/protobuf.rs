//! A look into stored protobuf without decoding it: walks the fields of a message and skips over what it does not
//! look for.

use pintle_schema::protobuf::Envelope;
pub(super) use pintle_schema::protobuf::MAGIC;
use pintle_schema::protobuf::wire::{Fields, Read};

/// The object in an envelope whose magic was seen.
pub(super) fn enveloped(bytes: &[u8]) -> Option<&[u8]> {
    Envelope::read(bytes).ok().map(|envelope| envelope.raw)
}

/// The content of the length-delimited field that `path` leads to. Of a field that is repeated the last counts.
pub(super) fn find<'a>(message: &'a [u8], path: &[u32]) -> Option<&'a [u8]> {
    path.iter().try_fold(message, |message, number| {
        contents(message).filter(|(found, _)| found == number).map(|(_, content)| content).last()
    })
}

/// The length-delimited fields of a message, in order. Ends where the message is cut off.
pub(super) fn contents(message: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    Fields::new(message).map_while(Result::ok).filter_map(|(number, read)| match read {
        Read::Bytes(content) => Some((number, content)),
        _ => None,
    })
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
        assert_eq!(contents(&[0xff; 20]).next(), None);
    }
}
