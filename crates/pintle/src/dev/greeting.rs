//! What the terminal says once the server is ready. The first line can be given to a shell.

use crate::version;
use std::net::SocketAddr;
use std::path::Path;

/// The way to the server, and something to try.
pub(super) fn greeting(address: SocketAddr, kubeconfig: &Path) -> String {
    format!(
        "\
export KUBECONFIG={}

Kubernetes {} is served at https://{address}. In another terminal, paste the line above and try:

  kubectl get namespaces
  kubectl create configmap hello --from-literal=greeting=hi
  kubectl get configmap hello --output=yaml

Objects are kept in memory. Ctrl-C stops the server.
",
        quoted(&kubeconfig.display().to_string()),
        version::KUBERNETES,
    )
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%,=".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_for_a_shell() {
        let first = |path: &str| {
            let text = greeting(([127, 0, 0, 1], 6443).into(), Path::new(path));
            text.lines().next().unwrap().to_owned()
        };
        assert_eq!(first("/home/me/.pintle/kubeconfig"), "export KUBECONFIG=/home/me/.pintle/kubeconfig");
        assert_eq!(first("/my home/it's/k"), r"export KUBECONFIG='/my home/it'\''s/k'");
    }
}
