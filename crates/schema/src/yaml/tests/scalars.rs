//! What a scalar is.

use super::json;

#[test]
fn plain_scalars_are_what_yaml_1_1_makes_of_them() {
    for (text, value) in [
        ("y", "true"),
        ("Y", "true"),
        ("yes", "true"),
        ("On", "true"),
        ("TRUE", "true"),
        ("n", "false"),
        ("N", "false"),
        ("No", "false"),
        ("off", "false"),
        ("yEs", r#""yEs""#),
        ("~", "null"),
        ("null", "null"),
        ("Null", "null"),
        ("", "null"),
        ("nULL", r#""nULL""#),
        ("0", "0"),
        ("-0", "0"),
        ("+1", "1"),
        ("0644", "420"),
        ("0o644", "420"),
        ("0O17", "15"),
        ("08", "8"),
        ("0x1F", "31"),
        ("-0x1f", "-31"),
        ("0b101", "5"),
        ("-0b11", "-3"),
        ("1_000", "1000"),
        ("1_", "1"),
        ("_1", r#""_1""#),
        ("0b", r#""0b""#),
        ("0xg", r#""0xg""#),
        ("--1", r#""--1""#),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854776000"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9223372036854776000"),
        ("18446744073709551616", "18446744073709552000"),
        ("1.5", "1.5"),
        ("1.0", "1"),
        ("1.", "1"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("1e3", "1000"),
        ("1E-7", "1e-07"),
        ("1e400", r#""1e400""#),
        (".1_0", "0.1"),
        ("._1", r#""._1""#),
        (".", r#"".""#),
        ("1.2.3", r#""1.2.3""#),
        ("1:30", r#""1:30""#),
        ("190:20:30.15", r#""190:20:30.15""#),
        ("2001-12-14", r#""2001-12-14""#),
        ("2001-12-14T21:59:43.10-05:00", r#""2001-12-14T21:59:43.10-05:00""#),
        ("2001-13-14", r#""2001-13-14""#),
        ("infinity", r#""infinity""#),
        ("5Gi", r#""5Gi""#),
        ("'y'", r#""y""#),
        (r#""1""#, r#""1""#),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn infinities_are_no_json() {
    assert_eq!(json(".inf"), "json: unsupported value: +Inf");
    assert_eq!(json("a: [-.INF]"), "json: unsupported value: -Inf");
    assert_eq!(json(".nan"), "json: unsupported value: NaN");
}

#[test]
fn tags_decide() {
    for (text, value) in [
        ("!!str 1", r#""1""#),
        ("!!str", r#""""#),
        ("! 1", r#""1""#),
        ("!mine 1", r#""1""#),
        ("!!int '5'", "5"),
        ("!!float 5", "5"),
        ("!!bool yes", "true"),
        ("!!null ~", "null"),
        ("!!timestamp 2001-12-14", r#""2001-12-14""#),
        ("!!binary aGk=", r#""hi""#),
        ("!!binary /w==", "\"\u{fffd}\""),
        ("!<tag:yaml.org,2002:str> 1", r#""1""#),
        ("!!map {a: 1}", r#"{"a":1}"#),
        ("%TAG !y! tag:yaml.org,2002:\n--- !y!str 1", r#""1""#),
        ("!!int x", "yaml: cannot decode !!str `x` as a !!int"),
        ("!!int ''", "yaml: cannot decode !!null `` as a !!int"),
        ("!!bool 1", "yaml: cannot decode !!int `1` as a !!bool"),
        ("!!float 2001-12-14", "yaml: cannot decode !!str `2001-12-14` as a !!float"),
        ("!!binary a", "yaml: !!binary value contains invalid base64 data"),
        ("!u!x 1", "yaml: found undefined tag handle"),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}

#[test]
fn keys_become_text() {
    for (text, value) in [
        ("n: 1", r#"{"false":1}"#),
        ("on: 1", r#"{"true":1}"#),
        ("0x10: a", r#"{"16":"a"}"#),
        ("1.0: a", r#"{"1":"a"}"#),
        ("0.1: a", r#"{"0.1":"a"}"#),
        ("1234567.0: a", r#"{"1.234567e+06":"a"}"#),
        ("123456.0: a", r#"{"123456":"a"}"#),
        ("0.00001: a", r#"{"1e-05":"a"}"#),
        (".inf: a", r#"{".inf":"a"}"#),
        ("2001-12-14: a", r#"{"2001-12-14":"a"}"#),
        ("? a\n: b", r#"{"a":"b"}"#),
        ("? |\n  a\n: b", r#"{"a\n":"b"}"#),
        ("~: 1", "Unsupported map key of type: %!s(<nil>), key: <nil>, value: 1"),
        (
            "~: {b: [x, null]}",
            r#"Unsupported map key of type: %!s(<nil>), key: <nil>, value: map[interface {}]interface {}{"b":[]interface {}{"x", interface {}(nil)}}"#,
        ),
        (
            "18446744073709551615: null",
            "Unsupported map key of type: uint64, key: 0xffffffffffffffff, value: <nil>",
        ),
        (
            "name: {{ .Release.Name }}",
            r#"yaml: invalid map key: map[interface {}]interface {}{".Release.Name":interface {}(nil)}"#,
        ),
        ("? [a, 1]\n: b", r#"yaml: invalid map key: []interface {}{"a", 1}"#),
    ] {
        assert_eq!(json(text), value, "{text:?}");
    }
}
