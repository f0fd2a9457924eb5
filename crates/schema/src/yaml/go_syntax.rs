//! Values as Go's `%#v` writes them, which the reference's complaints about keys show.

use super::number;
use super::resolve::Plain;
use pintle_meta::Value;
use pintle_meta::field::go_quote;

/// The most that a complaint shows of a value.
const SHOWN_MAX: usize = 4096;

/// A scalar, as the value of an interface.
pub(super) fn plain(value: &Plain) -> String {
    match value {
        Plain::Null => "<nil>".to_owned(),
        Plain::Bool(flag) => flag.to_string(),
        Plain::Int(number) => number.to_string(),
        Plain::Uint(number) => format!("{number:#x}"),
        Plain::Float(number) => float(*number),
        Plain::Text(text) => go_quote(text),
    }
}

/// A value with all that it holds, cut off where it gets long.
pub(super) fn value(value: &Value) -> String {
    if value.is_null() {
        return "<nil>".to_owned();
    }
    let mut out = String::new();
    let mut todo = vec![Piece::Value(value)];
    while let Some(piece) = todo.pop() {
        match piece {
            _ if out.len() > SHOWN_MAX => break,
            Piece::Text(text) => out.push_str(text),
            Piece::Key(key) => {
                out.push_str(&go_quote(key));
                out.push(':');
            }
            Piece::Value(value) => write(value, &mut out, &mut todo),
        }
    }
    out
}

enum Piece<'a> {
    Text(&'static str),
    Key(&'a str),
    Value(&'a Value),
}

/// Writes the start of `value`; what it holds is left in `todo`, last first.
fn write<'a>(value: &'a Value, out: &mut String, todo: &mut Vec<Piece<'a>>) {
    match value {
        Value::Null => out.push_str("interface {}(nil)"),
        Value::Bool(flag) => out.push_str(&flag.to_string()),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::String(text) => out.push_str(&go_quote(text)),
        Value::List(list) => {
            out.push_str("[]interface {}{");
            todo.push(Piece::Text("}"));
            for (at, item) in list.iter().enumerate().rev() {
                todo.push(Piece::Value(item));
                if at > 0 {
                    todo.push(Piece::Text(", "));
                }
            }
        }
        Value::Map(map) => {
            out.push_str("map[interface {}]interface {}{");
            todo.push(Piece::Text("}"));
            for (at, (key, value)) in map.iter().enumerate().rev() {
                todo.push(Piece::Value(value));
                todo.push(Piece::Key(key));
                if at > 0 {
                    todo.push(Piece::Text(", "));
                }
            }
        }
    }
}

fn float(number: f64) -> String {
    match number {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        _ if number.is_nan() => "NaN".to_owned(),
        _ => number::general(number),
    }
}
