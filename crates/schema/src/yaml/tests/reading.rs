//! Structure: indentation, folding, aliases, merges, documents, encodings.

use super::{json, parse};

#[test]
fn collections_nest_by_indentation_and_by_brackets() {
    for (text, value) in [
        ("", "null"),
        ("# nothing\n", "null"),
        ("---\n", "null"),
        ("a: 1\nb:\n  c: 2\n", r#"{"a":1,"b":{"c":2}}"#),
        ("b: 1\na: 2\n", r#"{"a":2,"b":1}"#),
        ("a:\n- 1\n- 2\nb: 3", r#"{"a":[1,2],"b":3}"#),
        ("a:\n  - 1\n  -\n  - b: 2\n    c: 3\n", r#"{"a":[1,null,{"b":2,"c":3}]}"#),
        ("- - 1\n  - 2\n- 3", "[[1,2],3]"),
        ("a:\nb:\n", r#"{"a":null,"b":null}"#),
        ("{a: 1, b: [x, z], c}", r#"{"a":1,"b":["x","z"],"c":null}"#),
        ("[a: 1, {b: 2,}, ]", r#"[{"a":1},{"b":2}]"#),
        ("[? a : b, c]", r#"[{"a":"b"},"c"]"#),
        ("{? a, ? b : c}", r#"{"a":null,"b":"c"}"#),
        ("{\"a\":1,\"b\":{}}", r#"{"a":1,"b":{}}"#),
        ("{\n\t\"a\": [\n\t\t1\n\t]\n}", r#"{"a":[1]}"#),
        ("a: b # c\nd: e#f", r#"{"a":"b","d":"e#f"}"#),
        ("url: http://x:80/y", r#"{"url":"http://x:80/y"}"#),
        ("a:\tb", r#"{"a":"b"}"#),
        ("a: 1\n  - b", r#"{"a":"1 - b"}"#),
        ("!a[b", r#""""#),
        ("-1", "-1"),
        ("- -1\n- -a", r#"[-1,"-a"]"#),
        ("a: !x [1]\nb: &y {c: 2}", r#"{"a":[1],"b":{"c":2}}"#),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn long_text_is_folded_or_kept() {
    for (text, value) in [
        ("a: b\n  c\n\n  d\n", r#"{"a":"b c\nd"}"#),
        ("a: 'b\n  c''d\n\n\n  e'", r#"{"a":"b c'd\n\ne"}"#),
        ("\"a  b \\\n  c\\td\"", r#""a  b c\td""#),
        ("\"\\x41\\u00e9\\U0001F600\\N\\_\\L\\e\\'\"", "\"Aé😀\u{85}\u{a0}\\u2028\\u001b'\""),
        ("a: |\n  x\n   y\n\n  z\n\n", r#"{"a":"x\n y\n\nz\n"}"#),
        ("a: |-\n  x\n\n", r#"{"a":"x"}"#),
        ("a: |+\n  x\n\nb: 1", r#"{"a":"x\n\n","b":1}"#),
        ("a: >\n  x\n  y\n\n  z\n   w\n  v\n", r#"{"a":"x y\nz\n w\nv\n"}"#),
        ("a: |2\n   x\n  y\n", r#"{"a":" x\ny\n"}"#),
        ("a: |2-\n   x\n", r#"{"a":" x"}"#),
        ("a: |+1 # c\n  x", r#"{"a":" x"}"#),
        ("a: |\n\n\n  x", r#"{"a":"\n\nx"}"#),
        ("a: |", r#"{"a":""}"#),
        ("- |\n a\n- >-\n b\n c", r#"["a\n","b c"]"#),
        ("a: |\r\n  x\r\n  y\r\n", r#"{"a":"x\ny\n"}"#),
        ("--- |\n a\n...\n", r#""a\n""#),
        ("a: 'x\u{2028}y'", "{\"a\":\"x\\u2028y\"}"),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn aliases_and_merges() {
    for (text, value) in [
        ("a: &x 1\nb: *x", r#"{"a":1,"b":1}"#),
        ("a: &x {c: 1}\nb: *x", r#"{"a":{"c":1},"b":{"c":1}}"#),
        ("&k a: 1\nb: *k", r#"{"a":1,"b":"a"}"#),
        ("a: &x 1\nb: &x 2\nc: *x", r#"{"a":1,"b":2,"c":2}"#),
        ("*x", "yaml: unknown anchor 'x' referenced"),
        ("&a [*a]", "yaml: anchor 'a' value contains itself"),
        ("a: &a {<<: *a}", "yaml: anchor 'a' value contains itself"),
        ("a: &x {c: 1, d: 2}\nb: {<<: *x, c: 3}", r#"{"a":{"c":1,"d":2},"b":{"c":3,"d":2}}"#),
        // A merge wins over what stands before it.
        ("a: &x {c: 1}\nb: {c: 3, <<: *x}", r#"{"a":{"c":1},"b":{"c":1}}"#),
        ("<<: {a: 1}\nb: 2", r#"{"a":1,"b":2}"#),
        ("<<: [{a: 1, b: 1}, {a: 2, c: 2}]", r#"{"a":1,"b":1,"c":2}"#),
        ("x: &x {a: 1}\n<<: [*x]", r#"{"a":1,"x":{"a":1}}"#),
        ("<<: {<<: {a: 1}, b: 2}", r#"{"a":1,"b":2}"#),
        ("'<<': 1", r#"{"\u003c\u003c":1}"#),
        ("!!merge <<: {a: 1}", r#"{"a":1}"#),
        ("<<: 1", "yaml: map merge requires map or sequence of maps as the value"),
        ("x: &x 1\n<<: *x", "yaml: map merge requires map or sequence of maps as the value"),
        ("<<: [1]", "yaml: map merge requires map or sequence of maps as the value"),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn only_the_first_document_is_read() {
    for (text, value) in [
        ("a: 1\n---\nb: 2", r#"{"a":1}"#),
        ("---\na: 1\n...\n\"", r#"{"a":1}"#),
        ("--- 1\n--- [", "1"),
        ("%YAML 1.1\n---\na", r#""a""#),
        ("---\n---\na: 1", "null"),
        ("{} x", "{}"),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn encodings_are_told_by_their_mark() {
    let utf16 = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        mark.into_iter().chain("a: é😀".encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    for bytes in [
        b"\xef\xbb\xbfa: \xc3\xa9\xf0\x9f\x98\x80".to_vec(),
        utf16([0xff, 0xfe], u16::to_le_bytes),
        utf16([0xfe, 0xff], u16::to_be_bytes),
    ] {
        assert_eq!(json(&bytes), "{\"a\":\"é😀\"}", "{bytes:?}");
    }
}

#[test]
fn duplicate_keys_are_told_with_the_line_of_their_value() {
    let duplicates = |text: &str| parse(text.as_bytes()).unwrap().duplicates;
    assert_eq!(json("a: 1\na: 2"), r#"{"a":2}"#);
    assert_eq!(duplicates("a: 1\na: 2"), [r#"line 2: key "a" already set in map"#]);
    assert_eq!(duplicates("a:\n  b: 1\n  c: 2\n  b:\n    x: 1\na: 0").len(), 2);
    assert_eq!(
        duplicates("1: a\n1: b\ntrue: c\ny: d"),
        ["line 2: key 1 already set in map", "line 4: key true already set in map"]
    );
    assert!(duplicates("1: a\n\"1\": b\n1.0: c").is_empty());
    assert_eq!(duplicates("a: 1\na:\n- 2"), [r#"line 3: key "a" already set in map"#]);
    assert_eq!(duplicates("x: &x {c: 1}\ny:\n  <<: *x\n  c: 2"), [r#"line 4: key "c" already set in map"#]);
    let many: String = (0..40).map(|n| format!("k{n}: 1\n")).collect();
    assert_eq!(duplicates(&format!("{many}k39: 2\n")), [r#"line 41: key "k39" already set in map"#]);
}
