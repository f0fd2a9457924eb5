//! The rules for names, labels and keys (k8s.io/apimachinery's validation), as lists of messages.
//!
//! An empty list means valid. The messages quote the reference's regular expressions because clients show
//! them; the checks themselves are loops over bytes that look at each byte once. Two of the reference's
//! packages share these rules but not the unit: label rules count "bytes", the others "characters".

mod ascii;
mod dns;
mod ip;
mod keys;
mod labels;
mod object_name;

pub use dns::{
    dns1035_label, dns1123_label, dns1123_subdomain, dns1123_subdomain_caseless,
    dns1123_subdomain_with_underscore, fully_qualified_domain_name, fully_qualified_name,
    wildcard_dns1123_subdomain,
};
pub use ip::{ip_address, legacy_ip_address};
pub use keys::{
    c_identifier, config_map_key, domain_prefixed_key, domain_prefixed_path, env_var_name, http_header_name,
    percent, port_name, port_number, relaxed_env_var_name,
};
pub use labels::{label_value, prefixed_label_key, qualified_name};
pub use object_name::{
    NameRule, mask_trailing_dash, name_is_dns_label, name_is_dns_subdomain, name_is_dns1035_label,
    path_segment_name, path_segment_prefix,
};

/// The most bytes of a DNS label.
pub const LABEL_MAX: usize = 63;
/// The most bytes of a DNS subdomain.
pub const SUBDOMAIN_MAX: usize = 253;

/// What is said of text that does not match: the rule, examples, and the reference's regular expression.
pub fn regex_message(rule: &str, regex: &str, examples: &[&str]) -> String {
    if examples.is_empty() {
        return format!("{rule} (regex used for validation is '{regex}')");
    }
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{rule} (e.g. {}regex used for validation is '{regex}')", examples.join(" or "))
}

/// What is said of text that is too long.
pub fn max_len_message(max: usize) -> String {
    format!("must be no more than {max} characters")
}

/// What is said of a number outside a range.
pub fn range_message(low: i64, high: i64) -> String {
    format!("must be between {low} and {high}, inclusive")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_panics_on_random_text() {
        let alphabet = ['a', 'Z', '0', '-', '_', '.', '/', '%', '*', '=', ':', ' ', 'é', '\0'];
        let mut seed = 0xdead_beef_cafe_f00d_u64;
        for turn in 0..20_000 {
            let text: String = (0..turn % 9)
                .map(|_| {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    alphabet[(seed % alphabet.len() as u64) as usize]
                })
                .collect();
            for rule in [
                dns1035_label,
                dns1123_label,
                dns1123_subdomain,
                dns1123_subdomain_caseless,
                dns1123_subdomain_with_underscore,
                wildcard_dns1123_subdomain,
                c_identifier,
                config_map_key,
                env_var_name,
                http_header_name,
                percent,
                port_name,
                relaxed_env_var_name,
                label_value,
                prefixed_label_key,
                qualified_name,
                path_segment_name,
                path_segment_prefix,
            ] {
                rule(&text);
            }
            for rule in [fully_qualified_name, fully_qualified_domain_name, ip_address, legacy_ip_address] {
                rule("f", &text);
            }
            domain_prefixed_key("f", &text);
            domain_prefixed_path("f", &text);
            name_is_dns_subdomain(&text, true);
        }
    }
}
