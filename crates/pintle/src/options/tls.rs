//! TLS by Go's names. We speak 1.2 and 1.3 with forward-secret AEAD suites only; less is never offered, so a
//! list that names more is cut down, and a list of which nothing is left is refused.

use super::{Certificate, Problems, Tls, TlsVersion};
use crate::flags::Given;

/// The suites of TLS 1.2 that we speak.
const SPOKEN: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// Names the reference also takes for two of them.
const OLDER_NAMES: [(&str, &str); 2] = [
    ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
];

/// Suites the reference knows and we never offer: no forward secrecy, CBC or RC4. TLS 1.3's are always on.
const NOT_SPOKEN: [&str; 19] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_RC4_128_SHA",
];

/// Reads the server's side of TLS.
pub(super) fn read(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> Tls {
    let names = given.list("tls-cipher-suites");
    let cipher_suites = problems.take(cipher_suites(&names, warnings));
    let min_version = problems.take(min_version(given.text("tls-min-version"), warnings));
    // A list of nothing but TLS 1.3's suites leaves none for 1.2.
    let only_13 = !names.is_empty() && cipher_suites.is_empty();
    Tls {
        certificate: certificate(given, problems),
        client_ca: given.path("client-ca-file"),
        min_version: if only_13 { TlsVersion::Tls13 } else { min_version },
        cipher_suites,
    }
}

fn certificate(given: &Given, problems: &mut Problems) -> Certificate {
    match (given.path("tls-cert-file"), given.path("tls-private-key-file")) {
        (Some(certificate), Some(key)) => return Certificate::Files { certificate, key },
        (Some(_), None) => problems.add("--tls-cert-file needs --tls-private-key-file"),
        (None, Some(_)) => problems.add("--tls-private-key-file needs --tls-cert-file"),
        (None, None) => {}
    }
    Certificate::SelfSigned(given.path("cert-dir").unwrap_or_else(|| ".".into()))
}

fn min_version(text: &str, warnings: &mut Vec<String>) -> Result<TlsVersion, String> {
    match text {
        "" | "VersionTLS12" => Ok(TlsVersion::Tls12),
        "VersionTLS13" => Ok(TlsVersion::Tls13),
        "VersionTLS10" | "VersionTLS11" => {
            warnings.push(format!("--tls-min-version={text}: nothing below TLS 1.2 is spoken"));
            Ok(TlsVersion::Tls12)
        }
        other => Err(format!("--tls-min-version {other:?} must be VersionTLS12 or VersionTLS13")),
    }
}

fn cipher_suites(names: &[String], warnings: &mut Vec<String>) -> Result<Vec<String>, String> {
    let mut suites = Vec::new();
    for name in names {
        let older = OLDER_NAMES.iter().find(|(older, _)| older == name).map(|(_, today)| *today);
        match older.or_else(|| SPOKEN.iter().copied().find(|spoken| spoken == name)) {
            Some(suite) => suites.push(suite.to_owned()),
            None if NOT_SPOKEN.contains(&name.as_str()) => {
                // TLS 1.3 has no choice of suites in the reference either.
                if name.contains("_WITH_") {
                    warnings.push(format!("--tls-cipher-suites: {name} is never offered: it is too weak"));
                }
            }
            None => {
                return Err(format!(
                    "--tls-cipher-suites: {name:?} is no cipher suite; there are {}",
                    SPOKEN.join(", ")
                ));
            }
        }
    }
    let asked_for_old = names.iter().any(|name| name.contains("_WITH_"));
    if suites.is_empty() && asked_for_old {
        return Err(format!(
            "--tls-cipher-suites names none that is offered; there are {}",
            SPOKEN.join(", ")
        ));
    }
    Ok(suites)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_good_is_never_offered() {
        let suites = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            cipher_suites(&names, &mut Vec::new())
        };
        assert_eq!(suites(&[]), Ok(vec![]));
        assert_eq!(suites(&["TLS_AES_128_GCM_SHA256"]), Ok(vec![]));
        assert_eq!(
            suites(&["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_RSA_WITH_AES_128_CBC_SHA"]),
            Ok(vec!["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256".to_owned()])
        );
        assert!(
            suites(&["TLS_RSA_WITH_AES_128_CBC_SHA"]).unwrap_err().contains("names none that is offered")
        );
        assert!(
            suites(&["TLS_NONSENSE"]).unwrap_err().starts_with("--tls-cipher-suites: \"TLS_NONSENSE\" is no")
        );
    }

    #[test]
    fn only_suites_of_13_leave_no_12() {
        let given = Given::from_words(&["--tls-cipher-suites=TLS_AES_128_GCM_SHA256"]).unwrap();
        let tls = read(&given, &mut Problems::default(), &mut Vec::new());
        assert_eq!(tls.min_version, TlsVersion::Tls13);
    }

    #[test]
    fn versions_and_pairs_of_files() {
        let mut warnings = Vec::new();
        assert_eq!(min_version("VersionTLS13", &mut warnings), Ok(TlsVersion::Tls13));
        assert_eq!(min_version("VersionTLS10", &mut warnings), Ok(TlsVersion::Tls12));
        assert_eq!(warnings, ["--tls-min-version=VersionTLS10: nothing below TLS 1.2 is spoken"]);
        let mut problems = Problems::default();
        certificate(&Given::from_words(&["--tls-cert-file=a"]).unwrap(), &mut problems);
        assert_eq!(problems.0, ["--tls-cert-file needs --tls-private-key-file"]);
    }
}
