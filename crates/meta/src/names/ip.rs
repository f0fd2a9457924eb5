//! IP addresses in fields: strict for new fields, lenient about form for those that predate the rule.

use crate::field::{FieldError, go_quote};
use crate::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address in canonical form (RFC 5952), not IPv4 mapped into IPv6.
pub fn ip_address(path: &str, text: &str) -> Vec<FieldError> {
    let errors = legacy_ip_address(path, text);
    if !errors.is_empty() {
        return errors;
    }
    let canonical = parse(text).map_or_else(String::new, |address| address.to_string());
    if canonical == text {
        return Vec::new();
    }
    vec![invalid(path, text, format!("must be in canonical form ({})", go_quote(&canonical)))]
}

/// An address in any form, but without leading zeros and not IPv4 mapped into IPv6.
pub fn legacy_ip_address(path: &str, text: &str) -> Vec<FieldError> {
    let detail = match parse(text) {
        Some(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            "must not be an IPv4-mapped IPv6 address"
        }
        Some(_) => return Vec::new(),
        None if parse(&without_leading_zeros(text)).is_some() => "must not have leading 0s",
        None => "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
    };
    vec![invalid(path, text, detail.to_owned())]
}

fn parse(text: &str) -> Option<IpAddr> {
    text.parse::<Ipv4Addr>().map(IpAddr::V4).or_else(|_| text.parse::<Ipv6Addr>().map(IpAddr::V6)).ok()
}

/// The decimal octets at the end of `text` as they were once read: with their leading zeros ignored.
fn without_leading_zeros(text: &str) -> String {
    let (front, octets) = text.rsplit_once(':').map_or(("", text), |(front, octets)| (front, octets));
    let bare: Vec<&str> = octets
        .split('.')
        .map(|octet| match octet.trim_start_matches('0') {
            "" if !octet.is_empty() => "0",
            rest => rest,
        })
        .collect();
    let separator = if text.contains(':') { ":" } else { "" };
    format!("{front}{separator}{}", bare.join("."))
}

fn invalid(path: &str, text: &str, detail: String) -> FieldError {
    FieldError::invalid(path, &Value::from(text), detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_as_in_the_reference() {
        let unparsable = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        for (text, detail) in [
            ("10.9.8.7", ""),
            ("2001:db8::ffff", ""),
            ("", unparsable),
            ("1.2.3", unparsable),
            ("1.2.3.256", unparsable),
            ("fe80::1%eth0", unparsable),
            ("01.2.3.4", "must not have leading 0s"),
            ("1.2.3.00", "must not have leading 0s"),
            ("::ffff:1.2.3.4", "must not be an IPv4-mapped IPv6 address"),
            ("2001:DB8::1", "must be in canonical form (\"2001:db8::1\")"),
            ("0:0:0:0:0:0:0:1", "must be in canonical form (\"::1\")"),
        ] {
            let errors = ip_address("f", text);
            assert_eq!(errors.first().map_or("", |error| &error.detail), detail, "{text:?}");
        }
        assert!(legacy_ip_address("f", "2001:DB8::1").is_empty());
    }
}
