//! What a flag's value looks like, by the type names of the facts.

use super::value;
use pintle_meta::Quantity;
use pintle_meta::time::Duration;
use std::net::IpAddr;

/// The type of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `--flag` or `--flag=false`.
    Bool,
    /// Go's whole numbers: decimal, 0x, 0o, 0b.
    Int,
    /// A number with a fraction.
    Float,
    /// Go's durations: `1h15m`, `30s`.
    Duration,
    /// An address, or "" for none.
    Ip,
    /// Any text.
    Text,
    /// Comma-separated, quoted as CSV; repeating adds.
    Texts,
    /// One text each time; repeating adds.
    TextArray,
    /// `key=value,key`, a missing value being "".
    Switches,
    /// `key=value` each time.
    Pair,
    /// `key=value,key=value`, quoted as CSV.
    Pairs,
    /// `Gate=true,component:Gate=false`.
    Gates,
    /// Comma-separated whole numbers.
    Ints,
    /// `certificate,key[:name,...]` each time.
    NamedCertificate,
    /// `30000-32767`, `30000+2767`, `30000`.
    PortRange,
    /// `64Ki`.
    Quantity,
    /// `file=N,...`.
    Pattern,
    /// `--version`, `--version=raw`.
    Version,
}

impl Kind {
    /// The kind that the facts call `written`.
    pub(crate) fn of(name: &str, written: &str) -> Kind {
        match written {
            "bool" => Kind::Bool,
            "int" | "Level" => Kind::Int,
            "float" | "float32" => Kind::Float,
            "duration" => Kind::Duration,
            "ip" => Kind::Ip,
            "strings" => Kind::Texts,
            "stringArray" => Kind::TextArray,
            // Two flag types upstream share this name; only one of them splits.
            "mapStringString" if name == "runtime-config" => Kind::Switches,
            "mapStringString" => Kind::Pair,
            "stringToString" => Kind::Pairs,
            "colonSeparatedMultimapStringString" => Kind::Gates,
            "int32Slice" => Kind::Ints,
            "namedCertKey" => Kind::NamedCertificate,
            "portRange" => Kind::PortRange,
            "quantity" => Kind::Quantity,
            "pattern" => Kind::Pattern,
            "version" => Kind::Version,
            _ => Kind::Text,
        }
    }

    /// What `--flag` alone means; `None` when a value must follow.
    pub(crate) fn alone(self) -> Option<&'static str> {
        matches!(self, Kind::Bool | Kind::Version).then_some("true")
    }

    /// Whether the value is well-formed.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Kind::Bool => value::bool(text).is_some(),
            Kind::Int => value::int(text).is_some(),
            Kind::Float => text.parse::<f64>().is_ok(),
            Kind::Duration => Duration::parse(text).is_ok(),
            Kind::Ip => text.trim().is_empty() || text.trim().parse::<IpAddr>().is_ok(),
            Kind::Texts => value::list(text).is_some(),
            Kind::Pair => text.contains('='),
            Kind::Pairs => value::list(text).is_some_and(|pairs| pairs.iter().all(|pair| pair.contains('='))),
            Kind::Gates => value::gates(text).is_some(),
            Kind::Ints => text.split(',').all(|number| number.trim().parse::<i32>().is_ok()),
            Kind::NamedCertificate => value::named_certificate(text),
            Kind::PortRange => value::port_range(text).is_some(),
            Kind::Quantity => Quantity::parse(text).is_ok(),
            Kind::Pattern => value::pattern(text),
            Kind::Version => value::bool(text).is_some() || text == "raw" || text.starts_with('v'),
            Kind::Text | Kind::TextArray | Kind::Switches => true,
        }
    }

    /// What a good value is, for the sentence that refuses a bad one.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Kind::Bool => "true or false",
            Kind::Int => "a whole number",
            Kind::Float => "a number such as 0.02",
            Kind::Duration => "a duration such as 30s or 1h15m",
            Kind::Ip => "an IP address such as 192.0.2.1 or 2001:db8::1",
            Kind::Texts => "values separated by commas, with quotes only around whole values",
            Kind::Pair => "a pair such as claim=value",
            Kind::Pairs => "pairs such as key=value, separated by commas",
            Kind::Gates => "pairs such as Gate=true or component:Gate=false, separated by commas",
            Kind::Ints => "whole numbers separated by commas",
            Kind::NamedCertificate => {
                "two files such as server.crt,server.key, or with names server.crt,server.key:example.com"
            }
            Kind::PortRange => "a range of ports such as 30000-32767",
            Kind::Quantity => "a quantity such as 512Ki",
            Kind::Pattern => "pairs such as file=2, separated by commas",
            Kind::Version => "true, false or raw",
            Kind::Text | Kind::TextArray | Kind::Switches => "a text",
        }
    }

    /// The placeholder in help texts.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Kind::Bool => "true|false",
            Kind::Int => "number",
            Kind::Float => "fraction",
            Kind::Duration => "duration",
            Kind::Ip => "address",
            Kind::Texts | Kind::Ints => "a,b",
            Kind::Text | Kind::TextArray => "text",
            Kind::Switches | Kind::Pairs => "key=value,...",
            Kind::Pair => "key=value",
            Kind::Gates => "Gate=true,...",
            Kind::NamedCertificate => "cert,key[:names]",
            Kind::PortRange => "from-to",
            Kind::Quantity => "quantity",
            Kind::Pattern => "file=N,...",
            Kind::Version => "true|raw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_values() {
        let good: [(Kind, &[&str]); 9] = [
            (Kind::Bool, &["true", "F", "1", "False"]),
            (Kind::Int, &["0", "-1", "0x1F", "1_000"]),
            (Kind::Duration, &["0", "1h15m", "1.5s", "-1m"]),
            (Kind::Ip, &["", "0.0.0.0", "::", " 10.0.0.1"]),
            (Kind::Texts, &["", "a,b", "\"a,b\",c"]),
            (Kind::Gates, &["", "A=true", "kube:A=false,B=T"]),
            (Kind::PortRange, &["30000-32767", "30000+10", "80", "0"]),
            (Kind::NamedCertificate, &["a.crt,a.key", "a.crt, a.key:*.example.com,x"]),
            (Kind::Pattern, &["", "a=1,b*=2"]),
        ];
        let bad: [(Kind, &[&str]); 9] = [
            (Kind::Bool, &["yes", "", "tRUE"]),
            (Kind::Int, &["", "6443x", "1.0", "99999999999999999999"]),
            (Kind::Duration, &["30", "5 m", "soon"]),
            (Kind::Ip, &["localhost", "10.0.0", "10.0.0.01", "10.0.0.0/8"]),
            (Kind::Texts, &["a\"b", "\"a", "\"a\"b"]),
            (Kind::Gates, &["A", "A=maybe"]),
            (Kind::PortRange, &["", "3-1", "1-70000", "a-b"]),
            (Kind::NamedCertificate, &["a.crt", "a,b,c", ",b"]),
            (Kind::Pattern, &["a", "=1", "a=-1"]),
        ];
        for (kind, values) in good {
            values.iter().for_each(|value| assert!(kind.accepts(value), "{kind:?} {value:?}"));
        }
        for (kind, values) in bad {
            values.iter().for_each(|value| assert!(!kind.accepts(value), "{kind:?} {value:?}"));
        }
    }
}
