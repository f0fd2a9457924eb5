//! Frames of HTTP/2 (RFC 9113, section 4), as far as it takes to find header blocks. Everything else goes through as it
//! comes, in pieces of any size.

use super::block::{Mended, mend};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD: usize = 9;
const HEADERS: u8 = 0x1;
const CONTINUATION: u8 = 0x9;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;
/// Bytes of priority in a frame that has it.
const PRIORITY_BYTES: usize = 5;
/// The payload of a frame that everybody takes.
const PAYLOAD_MAX: usize = 16 << 10;
/// Bytes of one header block with its frames; one that is larger is not looked at.
const HELD_MAX: usize = 64 << 10;

/// Finds header blocks in what a client sends.
#[derive(Default)]
pub(super) struct Frames {
    place: Place,
    /// What was seen of the preface, of a head, or of a header block.
    held: Vec<u8>,
    /// Whether an illegal authority was seen: then others may follow.
    has_mended: bool,
}

#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Preface,
    /// Before a frame.
    Head,
    /// Within a frame that matters to nobody here, with so many bytes of it to come.
    Payload(usize),
    /// Within a header block, of which so many bytes of `held` are whole frames.
    Block { whole: usize },
    /// Nothing is looked at any more.
    Over,
}

impl Frames {
    pub(super) fn is_over(&self) -> bool {
        matches!(self.place, Place::Over)
    }

    /// Takes what was received, and adds to `out` what is to be handed on.
    pub(super) fn take(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            bytes = match self.place {
                Place::Preface => self.preface(bytes, out),
                Place::Head => self.head(bytes, out),
                Place::Payload(left) => {
                    let (these, others) = bytes.split_at(left.min(bytes.len()));
                    out.extend_from_slice(these);
                    let left = left - these.len();
                    self.place = if left == 0 { Place::Head } else { Place::Payload(left) };
                    others
                }
                Place::Block { whole } => self.block(whole, bytes, out),
                Place::Over => {
                    out.extend_from_slice(bytes);
                    &[]
                }
            };
        }
    }

    /// Hands on what is held: nothing more comes.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        self.place = Place::Over;
        out.append(&mut self.held);
    }

    fn preface<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let rest = self.hold(PREFACE.len(), bytes);
        if !PREFACE.starts_with(&self.held) {
            // Another protocol.
            self.end(out);
        } else if self.held.len() == PREFACE.len() {
            out.append(&mut self.held);
            self.place = Place::Head;
        }
        rest
    }

    fn head<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let rest = self.hold(HEAD, bytes);
        let Some(head) = Head::of(&self.held) else { return rest };
        if head.kind == HEADERS {
            self.place = Place::Block { whole: 0 };
        } else {
            out.append(&mut self.held);
            self.place = if head.length == 0 { Place::Head } else { Place::Payload(head.length) };
        }
        if head.kind == HEADERS && head.length == 0 {
            // Nothing more of it comes, so nothing would look at it.
            self.end(out);
        }
        rest
    }

    /// Holds frames until the block is there.
    fn block<'a>(&mut self, whole: usize, bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let rest = self.hold(whole + HEAD, bytes);
        let Some(head) = Head::of(&self.held[whole..]) else { return rest };
        let continues = whole == 0 || (head.kind == CONTINUATION && head.stream == stream(&self.held));
        let end = whole + HEAD + head.length;
        if !continues || end > HELD_MAX {
            self.end(out);
            return rest;
        }
        let rest = self.hold(end, rest);
        if self.held.len() == end {
            if head.flags & END_HEADERS == 0 {
                self.place = Place::Block { whole: end };
            } else {
                self.judge(out);
            }
        }
        rest
    }

    /// Hands on a whole block, mended if it has to be.
    fn judge(&mut self, out: &mut Vec<u8>) {
        let block = Block::of(&self.held);
        match block.as_ref().map(|block| mend(&block.fragments)) {
            Some(Mended::Changed(fields)) => {
                self.has_mended = true;
                self.place = Place::Head;
                block.expect("a block that was mended").write(&fields, out);
                self.held.clear();
            }
            Some(Mended::Legal) if self.has_mended => {
                self.place = Place::Head;
                out.append(&mut self.held);
            }
            // One client's requests all have the same authority: if the first is legal, so are the others.
            Some(Mended::Legal | Mended::Unreadable) | None => self.end(out),
        }
    }

    /// Moves bytes until `count` are held, or there are no more; answers the others.
    fn hold<'a>(&mut self, count: usize, bytes: &'a [u8]) -> &'a [u8] {
        let missing = count.saturating_sub(self.held.len()).min(bytes.len());
        let (these, others) = bytes.split_at(missing);
        self.held.extend_from_slice(these);
        others
    }
}

/// The nine bytes before a payload.
struct Head {
    length: usize,
    kind: u8,
    flags: u8,
    stream: [u8; 4],
}

impl Head {
    fn of(bytes: &[u8]) -> Option<Head> {
        let head = bytes.get(..HEAD)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        Some(Head { length, kind: head[3], flags: head[4], stream: stream(head) })
    }
}

fn stream(frame: &[u8]) -> [u8; 4] {
    [frame[5], frame[6], frame[7], frame[8]]
}

/// A header block out of its frames.
struct Block {
    flags: u8,
    stream: [u8; 4],
    priority: Vec<u8>,
    fragments: Vec<u8>,
}

impl Block {
    /// The block of whole frames, of which the first has the headers' flags; `None` when they are malformed.
    fn of(mut frames: &[u8]) -> Option<Block> {
        let first = Head::of(frames)?;
        let mut block = Block {
            flags: first.flags & !(PADDED | END_HEADERS),
            stream: first.stream,
            priority: Vec::new(),
            fragments: Vec::new(),
        };
        let mut is_first = true;
        while let Some(head) = Head::of(frames) {
            let mut payload = frames.get(HEAD..HEAD + head.length)?;
            frames = &frames[HEAD + head.length..];
            if is_first && head.flags & PADDED != 0 {
                let (padding, padded) = payload.split_first()?;
                payload = padded.get(..padded.len().checked_sub(usize::from(*padding))?)?;
            }
            if is_first && head.flags & PRIORITY != 0 {
                block.priority.extend_from_slice(payload.get(..PRIORITY_BYTES)?);
                payload = &payload[PRIORITY_BYTES..];
            }
            block.fragments.extend_from_slice(payload);
            is_first = false;
        }
        Some(block)
    }

    /// Writes frames that have these fields: headers, and what does not fit into them as continuations.
    fn write(mut self, fields: &[u8], out: &mut Vec<u8>) {
        let mut payload = std::mem::take(&mut self.priority);
        payload.extend_from_slice(fields);
        let mut pieces = payload.chunks(PAYLOAD_MAX).peekable();
        let (mut kind, mut flags) = (HEADERS, self.flags);
        while let Some(piece) = pieces.next() {
            let end = if pieces.peek().is_none() { END_HEADERS } else { 0 };
            let length = u32::try_from(piece.len()).expect("a piece fits into a frame");
            out.extend_from_slice(&length.to_be_bytes()[1..]);
            out.extend_from_slice(&[kind, flags | end]);
            out.extend_from_slice(&self.stream);
            out.extend_from_slice(piece);
            (kind, flags) = (CONTINUATION, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `:authority` as a literal that both sides remember, not compressed.
    fn authority(value: &str) -> Vec<u8> {
        [&[0x41, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat()
    }

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
    }

    /// What comes out, however what goes in is cut.
    fn through(bytes: &[u8]) -> (Vec<u8>, bool) {
        let cut = |size: usize| {
            let (mut frames, mut out) = (Frames::default(), Vec::new());
            bytes.chunks(size).for_each(|piece| frames.take(piece, &mut out));
            let is_over = frames.is_over();
            frames.end(&mut out);
            (out, is_over)
        };
        let whole = cut(bytes.len());
        for size in [1, 2, 3, 7, 64] {
            assert!(cut(size) == whole, "cut into pieces of {size}");
        }
        whole
    }

    fn connection(frames: &[Vec<u8>]) -> Vec<u8> {
        [PREFACE.to_vec(), frame(4, 0, &[]), frames.concat()].concat()
    }

    #[test]
    fn legal_connections_and_other_protocols_are_left_alone() {
        let legal =
            connection(&[frame(HEADERS, END_HEADERS, &authority("127.0.0.1:2379")), frame(0, 1, b"data")]);
        for bytes in [&legal[..], b"GET /health HTTP/1.1\r\n\r\n", b"PRI * HTTP/1.0\r\n\r\n"] {
            assert_eq!(through(bytes), (bytes.to_vec(), true));
        }
    }

    #[test]
    fn what_is_illegal_becomes_legal_and_stays_as_long_as_it_was() {
        let given = authority("http://[::1]:2379");
        let request = |fields: &[u8]| [frame(HEADERS, END_HEADERS, fields), frame(0, 1, &[7; 100])].concat();
        let (out, is_over) = through(&connection(&[request(&given), request(&given)]));
        let mended = authority("http------1--2379");
        assert_eq!(mended.len(), given.len());
        assert_eq!((out, is_over), (connection(&[request(&mended), request(&mended)]), false));
    }

    #[test]
    fn padding_goes_and_priority_stays() {
        let fields = authority("http://a");
        let padded = [&[3][..], &[1, 2, 3, 4, 5], &fields, &[0; 3]].concat();
        let given = frame(HEADERS, END_HEADERS | PADDED | PRIORITY | 1, &padded);
        let payload = [&[1, 2, 3, 4, 5][..], &authority("http---a")].concat();
        let expected = frame(HEADERS, END_HEADERS | PRIORITY | 1, &payload);
        assert_eq!(through(&connection(&[given])).0, connection(&[expected]));
    }

    #[test]
    fn blocks_in_several_frames_are_put_together() {
        let fields = [authority("http://a"), vec![0x82; 20_000]].concat();
        let given = [
            frame(HEADERS, 1, &fields[..5]),
            frame(CONTINUATION, 0, &fields[5..9_000]),
            frame(CONTINUATION, END_HEADERS, &fields[9_000..]),
        ];
        let fields = [authority("http---a"), vec![0x82; 20_000]].concat();
        let expected = [
            frame(HEADERS, 1, &fields[..PAYLOAD_MAX]),
            frame(CONTINUATION, END_HEADERS, &fields[PAYLOAD_MAX..]),
        ];
        assert_eq!(through(&connection(&given)).0, connection(&expected));
    }

    #[test]
    fn what_can_not_be_read_is_handed_on_as_it_is() {
        for bytes in [
            connection(&[frame(HEADERS, END_HEADERS | PADDED, &[200, 1])]),
            connection(&[frame(HEADERS, END_HEADERS, &[0x41, 0xff])]),
            connection(&[frame(HEADERS, END_HEADERS, &[]), frame(0, 1, b"data")]),
            connection(&[frame(HEADERS, 0, &authority("http://a")), frame(0, 1, b"data")]),
            connection(&[vec![0xff, 0xff, 0xff, HEADERS, 0, 0, 0, 0, 1], vec![0; 100]]),
        ] {
            assert_eq!(through(&bytes).0, bytes);
        }
    }
}
