//! What is no YAML, in go-yaml's words, with the lines that go-yaml names.

use super::json;

#[test]
fn errors_read_as_the_reference_writes_them() {
    for (text, error) in [
        ("a: b: c", "mapping values are not allowed in this context"),
        ("x: 1\ny: 2\na: b: c", "line 3: mapping values are not allowed in this context"),
        ("a: 1\n b: 2", "line 2: mapping values are not allowed in this context"),
        ("a: - b", "block sequence entries are not allowed in this context"),
        ("a: ? b", "mapping keys are not allowed in this context"),
        ("a:\n  b: 1\n c: 2", "line 2: did not find expected key"),
        ("a: 'b' c", "did not find expected key"),
        ("a: b\n- c", "line 1: did not find expected key"),
        ("a:\n  1:\nb\n  2:", "line 4: could not find expected ':'"),
        ("- [a,", "line 1: did not find expected node content"),
        ("a:\n- b\n  c: d", "line 3: mapping values are not allowed in this context"),
        ("- a\nb: c", "line 1: did not find expected '-' indicator"),
        ("a: [1, 2", "line 1: did not find expected ',' or ']'"),
        ("a: {b: 1", "line 1: did not find expected ',' or '}'"),
        ("[a b: c: d]", "did not find expected ',' or ']'"),
        ("a: @b", "found character that cannot start any token"),
        ("a:\n\tb: c", "line 2: found character that cannot start any token"),
        ("a: `b`", "found character that cannot start any token"),
        ("a: %b", "found character that cannot start any token"),
        ("a: 1\nb\nc: 2", "line 3: could not find expected ':'"),
        ("a: 1\nb", "line 3: could not find expected ':'"),
        ("a: \"b", "found unexpected end of stream"),
        ("a: 'b\n---\nc", "line 2: found unexpected document indicator"),
        ("a: \"\\z\"", "found unknown escape character"),
        ("a: \"\\/\"", "found unknown escape character"),
        ("a: \"\\", "found unknown escape character"),
        ("a: \"\\xg0\"", "did not find expected hexdecimal number"),
        ("a: \"\\ud83d\\ude00\"", "found invalid Unicode character escape code"),
        ("a: \"\\UFFFFFFFF\"", "found invalid Unicode character escape code"),
        ("a: *", "did not find expected alphabetic or numeric character"),
        ("a: &x.y 1", "did not find expected alphabetic or numeric character"),
        ("a: |x\n b", "did not find expected comment or line break"),
        ("a: |0\n b", "found an indentation indicator equal to 0"),
        ("a: |\n\tb", "line 2: found a tab character where an indentation space is expected"),
        ("a: b\n\tc", "line 2: found a tab character that violates indentation"),
        ("]", "did not find expected node content"),
        ("...", "did not find expected node content"),
        ("a: 1\n}", "line 1: did not find expected key"),
        ("%YAML 1.2\n---\na", "found incompatible YAML document"),
        ("%YAML 1.1\n%YAML 1.1\n---", "line 1: found duplicate %YAML directive"),
        ("%TAG ! a\n%TAG ! b\n---", "line 1: found duplicate %TAG directive"),
        ("%FOO\n---", "found unknown directive name"),
        ("%YAML 1.1\na", "line 1: did not find expected <document start>"),
        ("%TAG !a b\n---", "did not find expected '!'"),
        ("%YAML x\n---", "did not find expected version number"),
        ("%YAML 111.1\n---", "found extremely long version number"),
        ("!<x 1", "did not find the expected '>'"),
        ("!a%zz 1", "did not find URI escaped octet"),
        ("!!a{b", "did not find expected whitespace or line break"),
    ] {
        assert_eq!(json(text), format!("yaml: {error}"), "{text:?}");
    }
}

#[test]
fn bad_characters_are_refused_when_their_window_is_read() {
    for (bytes, error) in [
        (&b"a: \x01"[..], "control characters are not allowed"),
        (b"a: \x7f", "control characters are not allowed"),
        (b"a: \x00", "control characters are not allowed"),
        (b"a: \xff", "invalid leading UTF-8 octet"),
        (b"a: \xc3", "incomplete UTF-8 octet sequence"),
        (b"a: \xc3(", "invalid trailing UTF-8 octet"),
        (b"a: \xc0\x80", "invalid length of a UTF-8 sequence"),
        (b"a: \xed\xa0\x80", "invalid Unicode character"),
        (b"\xff\xfea", "incomplete UTF-16 character"),
        (b"\xff\xfe\x3d\xd8", "incomplete UTF-16 surrogate pair"),
        (b"\xff\xfe\x3d\xd8a\0", "expected low surrogate area"),
        (b"\xff\xfe\x00\xdc", "unexpected low surrogate area"),
        // The whole window is refused before the colons are looked at.
        (b"a: b: c\x01", "control characters are not allowed"),
    ] {
        assert_eq!(json(bytes), format!("yaml: {error}"), "{bytes:?}");
    }
    let late = format!("a: b: c\n{}\x01", "#".repeat(600));
    assert_eq!(json(&late), "yaml: mapping values are not allowed in this context");
    let unread = format!("a: 1\n---\n{}\x01", "#".repeat(600));
    assert_eq!(json(&unread), r#"{"a":1}"#);
    let split = format!("a: {}é\nb: c: d\n", "x".repeat(508));
    assert_eq!(json(&split), "yaml: line 2: mapping values are not allowed in this context");
}
