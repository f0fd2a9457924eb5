//! Names of container images, read as far as it matters to how they are pulled.
//!
//! The grammar is that of distribution's references: `[DOMAIN/]PATH[:TAG][@DIGEST]`.

/// When an image is pulled by default: always when its tag moves, that is `latest`, said or meant.
pub(super) fn pull_policy(image: &str) -> &'static str {
    if tag(image).is_some_and(|tag| tag == "latest") { "Always" } else { "IfNotPresent" }
}

/// The tag of an image, `latest` when it has neither tag nor digest; `None` for what is no image name.
fn tag(image: &str) -> Option<&str> {
    if image.len() == 64 && image.bytes().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9')) {
        return None;
    }
    let (named, digest) =
        image.split_once('@').map_or((image, None), |(named, digest)| (named, Some(digest)));
    let (domain, rest) = split_domain(named);
    let (path, tag) = rest.split_once(':').map_or((rest, None), |(path, tag)| (path, Some(tag)));
    let length = domain.unwrap_or(IMPLIED_DOMAIN).len() + 1 + path.len();
    let sound = domain.is_none_or(is_domain)
        && length <= NAME_MAX
        && path.split('/').all(is_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest);
    sound.then(|| tag.unwrap_or(if digest.is_some() { "" } else { "latest" }))
}

/// Where images without a domain come from.
const IMPLIED_DOMAIN: &str = "docker.io";
/// The most characters of domain and path.
const NAME_MAX: usize = 255;

/// The first part is a domain only when it looks like one.
fn split_domain(named: &str) -> (Option<&str>, &str) {
    match named.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first =>
        {
            (Some(first), rest)
        }
        _ => (None, named),
    }
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.rfind(':') {
        Some(at) if !text.ends_with(']') => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let address = |host: &str| {
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        inside.is_some_and(|inside| inside.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'))
    };
    port.is_none_or(digits) && (address(host) || host.split('.').all(label))
}

/// Lower-case letters and digits, with single separators `.`, `_`, `__` or dashes between them.
fn is_component(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separators = text.as_bytes().split(plain).filter(|run| !run.is_empty());
    let ends = [text.bytes().next(), text.bytes().next_back()];
    ends.iter().all(|end| end.as_ref().is_some_and(plain))
        && separators
            .into_iter()
            .all(|run| matches!(run, b"." | b"_" | b"__") || run.iter().all(|byte| *byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let length = match text.split_once(':') {
        Some(("sha256", _)) => 64,
        Some(("sha384", _)) => 96,
        Some(("sha512", _)) => 128,
        _ => return false,
    };
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.split_once(':').is_some_and(|(_, value)| value.len() == length && value.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_latest_is_always_pulled() {
        let digest = format!("a@sha256:{}", "0".repeat(64));
        let latest_and_digest = format!("a:latest@sha256:{}", "0".repeat(64));
        for (image, policy) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.25", "IfNotPresent"),
            ("registry.example.com:5000/a/b", "Always"),
            ("registry.example.com:5000/a/b:v1", "IfNotPresent"),
            ("localhost/a:latest", "Always"),
            ("[2001:db8::1]:5000/a", "Always"),
            ("", "IfNotPresent"),
            ("Nginx", "IfNotPresent"),
            ("Nginx:latest", "IfNotPresent"),
            ("HOST/a", "Always"),
            ("a b", "IfNotPresent"),
            ("a__b/c-d.e", "Always"),
            ("a___b", "IfNotPresent"),
            ("a:", "IfNotPresent"),
            ("a/", "IfNotPresent"),
            (&"0".repeat(64), "IfNotPresent"),
            (&digest, "IfNotPresent"),
            (&latest_and_digest, "Always"),
            ("a@sha256:0", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }
}
