//! Which styles a text can be written in so that it reads back the same.

/// What there is in a text that matters to its style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) plain_allowed: bool,
    pub(super) single_quoted_allowed: bool,
    pub(super) literal_allowed: bool,
}

/// Looks at `text` once.
pub(super) fn analyze(text: &str) -> Analysis {
    if text.is_empty() {
        return Analysis {
            multiline: false,
            plain_allowed: true,
            single_quoted_allowed: true,
            literal_allowed: false,
        };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut breaks, mut special, mut break_space, mut space_break) = (false, false, false, false);
    let (mut previous, mut after_gap) = (None, true);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let before_blank = rest.as_str().chars().next().is_none_or(|next| matches!(next, ' ' | '\t'));
        indicators |= match c {
            '#' => after_gap,
            ':' => before_blank,
            '-' | '?' => previous.is_none() && before_blank,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                previous.is_none()
            }
            _ => false,
        };
        special |= !is_printable(c);
        breaks |= is_break(c);
        break_space |= c == ' ' && previous.is_some_and(is_break);
        space_break |= is_break(c) && previous == Some(' ');
        after_gap = c == ' ' || c == '\t' || is_break(c) || c == '\0';
        previous = Some(c);
    }
    let edge = |c: char| c == ' ' || is_break(c);
    let edges = text.starts_with(edge) || text.ends_with(edge);
    let quoted_only = space_break || special;
    Analysis {
        multiline: breaks,
        plain_allowed: !(edges || break_space || breaks || indicators || quoted_only),
        single_quoted_allowed: !(break_space || quoted_only),
        literal_allowed: !(text.ends_with(' ') || quoted_only),
    }
}

/// A character that YAML 1.1 takes for the end of a line.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether go-yaml prints `c` as it is. It does so for nothing beyond U+FFFF.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}
