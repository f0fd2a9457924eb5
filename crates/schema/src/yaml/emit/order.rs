//! The order of keys: by letters, but numbers in them by their value.
//!
//! It is no total order (`1a` < `2` < `12` < `1a`), which the standard sort does not forgive; ours does.

use std::cmp::Ordering;

/// How go-yaml compares keys.
pub(super) fn natural_order(a: &str, b: &str) -> Ordering {
    let (left, right) = (a.as_bytes(), b.as_bytes());
    let mut at = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(at) || !b.is_char_boundary(at) {
        at -= 1;
    }
    let (Some(x), Some(y)) = (a[at..].chars().next(), b[at..].chars().next()) else {
        return left.len().cmp(&right.len());
    };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => x.cmp(&y),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            // A zero within a number counts, one that leads it does not.
            let within = (x == '0' || y == '0') && follows_number(&left[..at]);
            let (m, m_len) = number(&left[at..], within);
            let (n, n_len) = number(&right[at..], within);
            m.cmp(&n).then(m_len.cmp(&n_len)).then(x.cmp(&y))
        }
    }
}

/// Whether the digits that `text` ends with hold one that is no zero.
fn follows_number(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| byte.is_ascii_digit()).any(|byte| *byte != b'0')
}

/// The number that `text` starts with, after a 1 if it goes on from earlier digits; it wraps as in Go.
fn number(text: &[u8], within: bool) -> (i64, usize) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold((i64::from(within), 0), |(number, length), digit| {
        (number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), length + 1)
    })
}

/// Sorts by merging, which ends and loses nothing whatever `compare` says.
pub(super) fn sorted<T: Copy>(mut items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if items.is_sorted_by(|a, b| compare(a, b) != Ordering::Greater) {
        return items;
    }
    let mut merged = Vec::with_capacity(items.len());
    let mut width = 1;
    while width < items.len() {
        for pair in items.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if compare(b, a) == Ordering::Less {
                    merged.push(*b);
                    right = right_rest;
                } else {
                    merged.push(*a);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut items, &mut merged);
        merged.clear();
        width *= 2;
    }
    items
}
