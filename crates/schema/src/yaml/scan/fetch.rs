//! Which token stands here: the order of the questions is the reference's, for they overlap.

use super::{Scanner, TokenKind};
use crate::yaml::YamlError;
use pintle_meta::value::DEPTH_MAX;

type Done = Result<(), YamlError>;

impl<'a> Scanner<'a> {
    /// Adds at least one token to the queue.
    pub(super) fn fetch(&mut self) -> Done {
        self.skip_to_token();
        self.unroll_indent(self.cursor.mark.column.cast_signed());
        // The reference makes sure of four characters here, so a fault that near shows now.
        self.cursor.byte(3);
        let byte = self.cursor.byte(0);
        let (block, gap_follows) = (self.in_block(), self.cursor.is_gap(1));
        match byte {
            0 => self.fetch_stream_end(),
            b'%' if self.cursor.mark.column == 0 => self.fetch_directive(),
            b'-' if self.cursor.is_document_indicator() => self.fetch_indicator(TokenKind::DocumentStart),
            b'.' if self.cursor.is_document_indicator() => self.fetch_indicator(TokenKind::DocumentEnd),
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if gap_follows => self.fetch_block_entry(),
            b'?' if !block || gap_follows => self.fetch_key(),
            b':' if !block || gap_follows => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if block => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted(),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                Err(self.error("found character that cannot start any token"))
            }
            _ => self.fetch_plain(),
        }
    }

    /// Goes over blanks, comments and line breaks. A tab is none where it could pass for indentation.
    fn skip_to_token(&mut self) {
        loop {
            if self.cursor.mark.column == 0 && self.cursor.text[self.cursor.mark.at..].starts_with('\u{feff}')
            {
                self.cursor.skip();
            }
            let tabs = !self.in_block() || !self.key_allowed;
            while self.cursor.byte(0) == b' ' || tabs && self.cursor.byte(0) == b'\t' {
                self.cursor.skip();
            }
            self.cursor.skip_comment();
            if !self.cursor.is_break() {
                return;
            }
            self.cursor.take_break();
            if self.in_block() {
                self.key_allowed = true;
            }
        }
    }

    fn fetch_stream_end(&mut self) -> Done {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.end_blocks()?;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    /// What starts or ends a document ends all that is open.
    fn end_blocks(&mut self) -> Done {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Done {
        self.end_blocks()?;
        let start = self.cursor.mark;
        let kind = self.scan_directive()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_indicator(&mut self, kind: TokenKind<'a>) -> Done {
        self.end_blocks()?;
        self.push_mark(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Done {
        self.save_key()?;
        self.keys.open(self.next_number(), self.cursor.mark);
        if self.keys.flow_level() > DEPTH_MAX {
            return Err(self.error(format_args!("exceeded max depth of {DEPTH_MAX}")));
        }
        self.key_allowed = true;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Done {
        self.remove_key()?;
        self.keys.close();
        self.key_allowed = false;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Done {
        self.remove_key()?;
        self.key_allowed = true;
        self.push_mark(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Done {
        self.start_in_block(TokenKind::BlockSequenceStart, "block sequence entries")?;
        self.remove_key()?;
        self.key_allowed = true;
        self.push_mark(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Done {
        self.start_in_block(TokenKind::BlockMappingStart, "mapping keys")?;
        self.remove_key()?;
        self.key_allowed = self.in_block();
        self.push_mark(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Done {
        match self.keys.take(self.cursor.mark)? {
            Some(key) => {
                self.push_before(key.token, TokenKind::Key, key.mark);
                self.roll_indent(TokenKind::BlockMappingStart, Some(key.token), key.mark)?;
                self.key_allowed = false;
            }
            None => {
                self.start_in_block(TokenKind::BlockMappingStart, "mapping values")?;
                self.key_allowed = self.in_block();
            }
        }
        self.push_mark(TokenKind::Value, 1);
        Ok(())
    }

    /// Opens a block collection where one may start; within flow collections there is nothing to open.
    fn start_in_block(&mut self, kind: TokenKind<'a>, what: &str) -> Done {
        if !self.in_block() {
            return Ok(());
        }
        if !self.key_allowed {
            return Err(self.error(format_args!("{what} are not allowed in this context")));
        }
        self.roll_indent(kind, None, self.cursor.mark)
    }

    fn fetch_anchor(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let kind = self.scan_anchor()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let kind = self.scan_tag()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self) -> Done {
        self.remove_key()?;
        self.key_allowed = true;
        let start = self.cursor.mark;
        let text = self.scan_block_scalar()?;
        self.push(TokenKind::Scalar { text, plain: false }, start);
        Ok(())
    }

    fn fetch_quoted(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let text = self.scan_quoted()?;
        self.push(TokenKind::Scalar { text, plain: false }, start);
        Ok(())
    }

    fn fetch_plain(&mut self) -> Done {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.cursor.mark;
        let text = self.scan_plain()?;
        self.push(TokenKind::Scalar { text, plain: true }, start);
        Ok(())
    }

    /// Pushes a token that is `width` characters of punctuation.
    fn push_mark(&mut self, kind: TokenKind<'a>, width: usize) {
        self.push(kind, self.cursor.mark);
        self.cursor.skip_many(width);
    }
}
