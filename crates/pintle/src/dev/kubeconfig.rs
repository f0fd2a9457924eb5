//! The kubeconfig: where the server is, whom to believe, who the administrator is. All in one file, so that it
//! can be moved, and for its owner only, since it holds a key.

use super::credentials::Credentials;
use crate::failure::Failure;
use crate::pki::write_atomically;
use pintle_meta::base64;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// Writes it, whole or not at all: a context for each of the servers, by its name, the first the one in use.
///
/// # Errors
/// When a file can't be read or written.
pub(super) fn write(
    path: &Path,
    servers: &[(String, SocketAddr)],
    credentials: &Credentials,
) -> Result<(), Failure> {
    let read = |path: &Path| {
        fs::read(path)
            .map_err(|error| Failure::file(path, &error, "start again: what is missing is made anew"))
    };
    let certificate = read(&credentials.admin.certificate)?;
    let key = read(&credentials.admin.key)?;
    let text = text(servers, credentials.authority_pem.as_bytes(), &certificate, &key);
    write_atomically(path, text.as_bytes())
}

fn text(servers: &[(String, SocketAddr)], authority: &[u8], certificate: &[u8], key: &[u8]) -> String {
    let [authority, certificate, key] = [authority, certificate, key].map(base64::encode);
    let current = servers.first().map_or("", |(name, _)| name.as_str());
    let (mut clusters, mut contexts) = (String::new(), String::new());
    for (name, server) in servers {
        clusters.push_str(&format!(
            "\
- name: {name}
  cluster:
    server: https://{server}
    certificate-authority-data: {authority}
"
        ));
        contexts.push_str(&format!(
            "\
- name: {name}
  context:
    cluster: {name}
    user: kubernetes-admin
"
        ));
    }
    format!(
        "\
apiVersion: v1
kind: Config
clusters:
{clusters}\
users:
- name: kubernetes-admin
  user:
    client-certificate-data: {certificate}
    client-key-data: {key}
contexts:
{contexts}\
current-context: {current}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn kubectl_finds_what_it_needs() {
        let path = std::env::temp_dir().join(format!("pintle-kubeconfig-{}", std::process::id()));
        let servers = [("pintle", "[::1]:7443"), ("other", "127.0.0.1:7444")]
            .map(|(name, address)| (name.to_owned(), address.parse().unwrap()));
        fs::write(&path, text(&servers, b"authority", b"certificate", b"key")).unwrap();
        let kubectl = std::env::var("KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
        let view = |template: &str| {
            let mut command = Command::new(&kubectl);
            command.args(["config", "view", "--raw", "--minify", "--output", template, "--kubeconfig"]);
            command.arg(&path).output().map(|output| String::from_utf8(output.stdout).unwrap())
        };
        let cases = [
            ("jsonpath={.clusters[0].cluster.server}", "https://[::1]:7443"),
            ("jsonpath={.clusters[0].cluster.certificate-authority-data}", "YXV0aG9yaXR5"),
            ("jsonpath={.users[0].user.client-certificate-data}", "Y2VydGlmaWNhdGU="),
            ("jsonpath={.users[0].user.client-key-data}", "a2V5"),
            ("jsonpath={.current-context} {.contexts[0].context.user}", "pintle kubernetes-admin"),
            ("jsonpath={.contexts[0].context.cluster}", "pintle"),
        ];
        for (template, expected) in cases {
            match view(template) {
                Ok(found) => assert_eq!(found, expected, "{template}"),
                Err(error) => println!("SKIPPED: no kubectl to read the kubeconfig with: {error}"),
            }
        }
        fs::remove_file(path).unwrap();
    }
}
