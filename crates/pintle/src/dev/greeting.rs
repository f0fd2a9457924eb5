//! What the terminal says once the server is ready. The first line can be given to a shell.

use crate::version;
use std::net::SocketAddr;
use std::path::Path;

/// The way to the server, and something to try. `storage` is where objects stay; without it they don't.
pub(super) fn greeting(address: SocketAddr, kubeconfig: &Path, storage: Option<&Path>) -> String {
    let kept = match storage {
        Some(folder) => format!("Objects are kept in {}.", folder.display()),
        None => "Objects are kept in memory until the server stops.".to_owned(),
    };
    format!(
        "\
export KUBECONFIG={}

Kubernetes {} is served at https://{address}. In another terminal, paste the line above and try:

  kubectl get namespaces
  kubectl create configmap hello --from-literal=greeting=hi
  kubectl get configmap hello --output=yaml

{kept} Ctrl-C stops the server.
",
        quoted(&kubeconfig.display().to_string()),
        version::KUBERNETES,
    )
}

/// A word for a shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+:@%,=".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_for_a_shell() {
        let first = |path: &str| {
            let text = greeting(([127, 0, 0, 1], 6443).into(), Path::new(path), None);
            text.lines().next().unwrap().to_owned()
        };
        assert_eq!(first("/home/me/.pintle/kubeconfig"), "export KUBECONFIG=/home/me/.pintle/kubeconfig");
        assert_eq!(first("/my home/it's/k"), r"export KUBECONFIG='/my home/it'\''s/k'");
    }

    #[test]
    fn it_says_whether_objects_stay() {
        let text = |storage| greeting(([127, 0, 0, 1], 6443).into(), Path::new("/k"), storage);
        assert!(text(Some(Path::new("/d/storage"))).contains("Objects are kept in /d/storage. Ctrl-C"));
        assert!(text(None).contains("Objects are kept in memory until the server stops. Ctrl-C"));
    }
}
