//! A watch's bytes to its events, at next to no cost: where events end is known by the form, and of an event only its stamp
//! is looked for.

use crate::objects::STAMP;
use crate::order::Encoding;
use memchr::memmem::Finder;
use std::sync::LazyLock;

static STAMPED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(STAMP));

/// What an object was written with: whose it is, the how manieth of it, and when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The object's number.
    pub(crate) object: u32,
    /// The change's number among those of the object.
    pub(crate) change: u32,
    /// When it was sent, in nanoseconds since the load began.
    pub(crate) sent: u64,
}

impl Stamp {
    /// As it stands in the annotation.
    pub(crate) fn text(self) -> String {
        format!("{:07}-{:07}-{:020}", self.object, self.change, self.sent)
    }

    /// The first stamp in these bytes, in either form.
    pub(crate) fn find(bytes: &[u8]) -> Option<Stamp> {
        let rest = &bytes[STAMPED.find(bytes)? + STAMP.len()..];
        // Quotes and a colon, or a tag and a length.
        let begin = rest.iter().take(4).position(u8::is_ascii_digit)?;
        let text = rest.get(begin..begin + 36)?;
        let number = |from: usize, to: usize| std::str::from_utf8(&text[from..to]).ok()?.parse::<u64>().ok();
        let small = |from, to| number(from, to).and_then(|number| u32::try_from(number).ok());
        Some(Stamp { object: small(0, 7)?, change: small(8, 15)?, sent: number(16, 36)? })
    }
}

/// Cuts a stream into events.
#[derive(Debug)]
pub(crate) struct Frames {
    encoding: Encoding,
    /// The beginning of an event whose end has not come.
    begun: Vec<u8>,
}

impl Frames {
    pub(crate) fn new(encoding: Encoding) -> Frames {
        Frames { encoding, begun: Vec::new() }
    }

    /// Hands out the events that end in `chunk`.
    pub(crate) fn push(&mut self, chunk: &[u8], mut event: impl FnMut(&[u8])) {
        let mut rest = chunk;
        // Of an event that was begun only as much is added as it needs.
        while !self.begun.is_empty() {
            if self.end(&self.begun).is_some() {
                event(&self.begun);
                self.begun.clear();
                break;
            }
            if rest.is_empty() {
                return;
            }
            let (piece, after) = rest.split_at(self.needed(rest));
            self.begun.extend_from_slice(piece);
            rest = after;
        }
        while let Some(end) = self.end(rest) {
            event(&rest[..end]);
            rest = &rest[end..];
        }
        self.begun.extend_from_slice(rest);
    }

    /// Where the first event of these bytes ends.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        match self.encoding {
            Encoding::Json => memchr::memchr(b'\n', bytes).map(|at| at + 1),
            Encoding::Protobuf => {
                let (length, rest) = bytes.split_first_chunk::<4>()?;
                let length = u32::from_be_bytes(*length) as usize;
                (rest.len() >= length).then_some(4 + length)
            }
        }
    }

    /// How much of these bytes belongs to the event that was begun.
    fn needed(&self, rest: &[u8]) -> usize {
        let wanted = match self.encoding {
            Encoding::Json => memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1),
            Encoding::Protobuf => match self.begun.first_chunk::<4>() {
                Some(length) => 4 + u32::from_be_bytes(*length) as usize - self.begun.len(),
                None => 4 - self.begun.len(),
            },
        };
        wanted.min(rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMPS: [Stamp; 3] = [
        Stamp { object: 0, change: 1, sent: 12 },
        Stamp { object: 99, change: 2, sent: u64::MAX },
        Stamp { object: 9_999_999, change: 9_999_999, sent: 0 },
    ];

    fn event(encoding: Encoding, stamp: Stamp) -> Vec<u8> {
        match encoding {
            Encoding::Json => {
                format!("{{\"a\":{{\"{STAMP}\":\"{}\"}},\"b\":1}}\n", stamp.text()).into_bytes()
            }
            Encoding::Protobuf => {
                let content = [STAMP.as_bytes(), &[0x12, 36], stamp.text().as_bytes(), b"\n\n"].concat();
                [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &content].concat()
            }
        }
    }

    #[test]
    fn events_come_whole_however_they_are_cut() {
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            let stream: Vec<u8> = STAMPS.iter().flat_map(|stamp| event(encoding, *stamp)).collect();
            for size in 1..=stream.len() {
                let (mut frames, mut found) = (Frames::new(encoding), Vec::new());
                for chunk in stream.chunks(size) {
                    frames.push(chunk, |event| found.push(Stamp::find(event).unwrap()));
                }
                assert_eq!(found, STAMPS, "{encoding:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn what_bears_no_stamp_has_none() {
        for bytes in [&b""[..], b"{}", STAMP.as_bytes(), format!("{STAMP}\":\"12").as_bytes()] {
            assert_eq!(Stamp::find(bytes), None);
        }
    }
}
