//! The table of processes, and what to try with them.

pub(super) use crate::dev::greeting::quoted;
use crate::version;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The processes, storage first.
#[derive(Debug)]
pub(super) struct Table {
    /// One for each.
    pub(super) rows: Vec<Row>,
}

/// One process.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name, and kubectl's context if it is an API server.
    pub(super) name: String,
    /// Its number.
    pub(super) pid: u32,
    /// Where its clients reach it.
    pub(super) address: String,
    /// What it keeps; none for an API server.
    pub(super) folder: Option<PathBuf>,
}

impl Table {
    /// What the terminal says once everything serves. The first line can be given to a shell. `control` are the flags that
    /// let `pintle ctl` in.
    pub(super) fn greeting(&self, kubeconfig: &Path, home: &Path, control: &str) -> String {
        let is_node = |row: &&Row| row.folder.is_some();
        let nodes = self.rows.iter().filter(is_node).count();
        let last = self.rows.last().map_or("", |row| row.name.as_str());
        // Not the first: whoever kills one then kills the other next.
        let node = self.rows.iter().rfind(is_node).map_or(0, |row| row.pid);
        let apiserver = self.rows.iter().find(|row| row.folder.is_none()).map_or(0, |row| row.pid);
        format!(
            "\
export KUBECONFIG={kubeconfig}

Kubernetes {version} is served by {servers} on {tier}, each a process of its own:

{table}
In another terminal, paste the line above and try:

  kubectl create configmap hello --from-literal=greeting=hi
  kubectl --context={last} get configmap hello --output=yaml
  kubectl get configmaps --watch      # leave it running
  kill -9 {node:<19}         # a storage node: with three of them the others go on
  kill -9 {apiserver:<19}         # an API server: another context answers meanwhile
  kill -STOP {node:<16}         # as if its machine hung; kill -CONT lets it go on
  pintle ctl {control} \\
    endpoint status --write-out=table

What is killed is started again after 3 seconds. Logs are in {logs}.
Objects are kept in {home}. Ctrl-C stops everything.
",
            kubeconfig = quoted(&kubeconfig.display().to_string()),
            version = version::KUBERNETES,
            servers = count(self.rows.len() - nodes, "API server"),
            tier = count(nodes, "storage node"),
            table = self.lines(),
            logs = home.join("logs").display(),
            home = home.display(),
        )
    }

    fn lines(&self) -> String {
        let wide = |cell: &dyn Fn(&Row) -> usize| self.rows.iter().map(cell).max().unwrap_or_default();
        let (name, address) = (wide(&|row| row.name.len()), wide(&|row| row.address.len()));
        let mut text = format!("  {:name$}  {:7}  {:address$}  DATA\n", "NAME", "PID", "ADDRESS");
        for row in &self.rows {
            let folder =
                row.folder.as_deref().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
            // Writing to a text does not fail.
            let _ =
                writeln!(text, "  {:name$}  {:<7}  {:address$}  {folder}", row.name, row.pid, row.address);
        }
        text
    }
}

fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_shows_every_process_and_what_to_try() {
        let row = |name: &str, pid, folder: Option<&str>| Row {
            name: name.to_owned(),
            pid,
            address: format!("https://127.0.0.1:{pid}"),
            folder: folder.map(PathBuf::from),
        };
        let rows = vec![row("storage-1", 101, Some("/d/cluster/storage-1")), row("apiserver-1", 6443, None)];
        let text = Table { rows }.greeting(Path::new("/d/kubeconfig"), Path::new("/d/cluster"), "--x");
        assert_eq!(text.lines().next(), Some("export KUBECONFIG=/d/kubeconfig"));
        for expected in [
            "is served by 1 API server on 1 storage node,",
            "\n  storage-1    101      https://127.0.0.1:101   /d/cluster/storage-1\n",
            "\n  apiserver-1  6443     https://127.0.0.1:6443  -\n",
            "\n  kill -9 101 ",
            "\n  kill -9 6443 ",
            "--context=apiserver-1 ",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in\n{text}");
        }
    }
}
