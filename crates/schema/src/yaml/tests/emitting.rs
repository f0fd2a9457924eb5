//! What is printed.

use super::emit;
use pintle_meta::Value;
use pintle_meta::value::parse as parse_json;

fn yaml(json: &str) -> String {
    String::from_utf8(emit(&parse_json(json.as_bytes()).unwrap())).unwrap()
}

fn of_text(text: &str) -> String {
    let yaml = String::from_utf8(emit(&Value::from(text))).unwrap();
    yaml.strip_suffix('\n').unwrap_or(&yaml).to_owned()
}

#[test]
fn collections_are_printed_in_blocks() {
    for (json, text) in [
        ("null", "null\n"),
        ("{}", "{}\n"),
        ("[]", "[]\n"),
        (r#"{"b":[1,{"c":2,"d":[]}],"a":{}}"#, "a: {}\nb:\n- 1\n- c: 2\n  d: []\n"),
        (r#"[[1,2],[{"a":[3]}]]"#, "- - 1\n  - 2\n- - a:\n    - 3\n"),
        (r#"{"a":{"b":{"c":null}}}"#, "a:\n  b:\n    c: null\n"),
        (
            r#"{"a":"x\ny\n","b":[" x\n","x\n\n","x\ny"]}"#,
            "a: |\n  x\n  y\nb:\n- |2\n   x\n- |+\n  x\n\n- |-\n  x\n  y\n",
        ),
        (r#"{"x\ny":1}"#, "? |-\n  x\n  y\n: 1\n"),
    ] {
        assert_eq!(yaml(json), text, "{json}");
    }
    let long = "k".repeat(129);
    assert_eq!(yaml(&format!(r#"{{"{long}":[1]}}"#)), format!("? {long}\n: - 1\n"));
}

#[test]
fn numbers_are_printed_as_after_json() {
    for (json, text) in [
        ("1", "1\n"),
        ("1.0", "1\n"),
        ("-0.0", "0\n"),
        ("0.5", "0.5\n"),
        ("1234567.5", "1.2345675e+06\n"),
        ("1e21", "1e+21\n"),
        ("1e20", "1e+20\n"),
        ("9223372036854775808", "9223372036854776000\n"),
        ("0.00001", "1e-05\n"),
        ("true", "true\n"),
    ] {
        assert_eq!(yaml(json), text, "{json}");
    }
}

#[test]
fn keys_are_in_natural_order() {
    let keys = |json: &str| {
        let keys: Vec<String> =
            yaml(json).lines().map(|line| line.split(':').next().unwrap().to_owned()).collect();
        keys.join(" ")
    };
    assert_eq!(keys(r#"{"a10":0,"a2":0,"a1":0,"A":0,"b":0,"a":0}"#), "A a a1 a2 a10 b");
    assert_eq!(keys(r#"{"a.b":0,"a-b":0,"a/b":0,"ab":0,"a1":0}"#), "a-b a.b a/b a1 ab");
    assert_eq!(keys(r#"{"v1.10":0,"v1.9":0,"v1.09":0,"v100":0,"v1":0}"#), "v1 v1.9 v1.09 v1.10 v100");
    // No total order, but nothing is lost.
    assert_eq!(yaml(r#"{"1a":0,"2":0,"12":0}"#).lines().count(), 3);
}

#[test]
fn text_is_quoted_where_it_would_read_as_something_else() {
    for (text, printed) in [
        ("abc", "abc"),
        ("a b", "a b"),
        ("", r#""""#),
        ("true", r#""true""#),
        ("y", r#""y""#),
        ("No", r#""No""#),
        ("null", r#""null""#),
        ("~", r#""~""#),
        ("1", r#""1""#),
        ("0644", r#""0644""#),
        ("1_0", r#""1_0""#),
        ("1e3", r#""1e3""#),
        (".5", r#"".5""#),
        (".inf", r#"".inf""#),
        ("1:30", r#""1:30""#),
        ("1:60", "1:60"),
        ("-1:2:03.5", r#""-1:2:03.5""#),
        ("1.2.3", "1.2.3"),
        ("5Gi", "5Gi"),
        ("2001-12-14T21:59:43Z", r#""2001-12-14T21:59:43Z""#),
        ("2001-1-2", r#""2001-1-2""#),
        ("2001-02-30", "2001-02-30"),
        ("2001-1-2  3:4:5,6", r#""2001-1-2  3:4:5,6""#),
        ("<<", "<<"),
        ("=", "="),
        ("-", "'-'"),
        ("-a", "-a"),
        ("- a", "'- a'"),
        ("---", "'---'"),
        ("...a", "'...a'"),
        ("?", "'?'"),
        ("?a", "?a"),
        (":a", ":a"),
        ("a:", "'a:'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        ("#a", "'#a'"),
        ("*", "'*'"),
        ("&a", "'&a'"),
        ("!a", "'!a'"),
        ("%a", "'%a'"),
        ("@a", "'@a'"),
        ("`a`", "'`a`'"),
        ("'a'", "'''a'''"),
        ("it's", "it's"),
        ("\"a\"", "'\"a\"'"),
        ("{a}", "'{a}'"),
        ("a{b}", "a{b}"),
        ("[a]", "'[a]'"),
        (",a", "',a'"),
        ("|", "'|'"),
        (">", "'>'"),
        (" a", "' a'"),
        ("a ", "'a '"),
        ("a\tb", r#""a\tb""#),
        ("a\\b", "a\\b"),
        ("\u{7}\u{1b}\u{1}", r#""\a\e\x01""#),
        ("é", "é"),
        ("😀", r#""\U0001F600""#),
        ("\u{feff}", r#""\uFEFF""#),
        ("\u{85}", r#""\N""#),
        ("\r\n", r#""\r\n""#),
        ("a \nb", r#""a \nb""#),
        ("a\n b", "|-\n  a\n   b"),
        ("a\n", "|\n  a"),
        ("\n", "|2+\n"),
    ] {
        assert_eq!(of_text(text), printed, "{text:?}");
    }
}

#[test]
fn long_lines_are_folded_behind_column_80() {
    let words = "word ".repeat(40).trim_end().to_owned();
    let printed = yaml(&format!(r#"{{"a":"{words}"}}"#));
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    assert!(lines[0].starts_with("a: word") && lines[0].len() == 82, "{}", lines[0].len());
    assert!(lines[1].starts_with("  word"));
    for text in [format!("'{words}"), format!("\u{1}{words}  {words}"), format!("{words}: {words}")] {
        let value = Value::from([("k", Value::from(text.as_str()))]);
        let printed = emit(&value);
        assert!(printed.split(|byte| *byte == b'\n').all(|line| line.len() <= 90));
        assert_eq!(super::parse(&printed).unwrap().value, value);
    }
    // Keys are never folded.
    let key = "k ".repeat(60).trim_end().to_owned();
    assert_eq!(yaml(&format!(r#"{{"{key}":1}}"#)), format!("{key}: 1\n"));
}
