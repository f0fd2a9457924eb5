//! A running cluster of processes, seen by what it prints.

use pintle_tests::{Folder, Kubectl, Said, pintle};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a line may take, and anything that it is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Lines that the terminal may be ahead.
const LINES: usize = 10_000;

/// A cluster; ends with this value.
pub(crate) struct Cluster {
    parent: Child,
    lines: Receiver<String>,
    folder: Arc<Folder>,
    /// Numbers of the processes by name, as last told.
    pids: BTreeMap<String, u32>,
    /// Addresses by name.
    pub(crate) addresses: BTreeMap<String, String>,
}

/// The command line of one in a folder.
pub(crate) fn command(folder: &Folder, nodes: &str) -> Command {
    let mut command = Command::new(pintle());
    command.args(["dev", "--nodes", nodes, "--apiservers=2", "--port=0", "--data-dir"]).arg(folder.path());
    command
}

impl Cluster {
    /// Starts one of three storage nodes and two API servers, and waits until all serve.
    pub(crate) fn start(folder: &Arc<Folder>) -> Cluster {
        let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
        let mut command = command(folder, "3");
        let mut parent = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = BufReader::new(parent.stdout.take().unwrap());
        let (say, lines) = sync_channel(LINES);
        // Ends with the parent, which keeps its standard output open.
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .take_while(|line| say.send(line.clone()).is_ok())
                .for_each(drop);
        });
        let (pids, addresses) = (BTreeMap::new(), BTreeMap::new());
        let mut cluster = Cluster { parent, lines, folder: Arc::clone(folder), pids, addresses };
        assert_eq!(cluster.line("export"), format!("export KUBECONFIG={}", cluster.kubeconfig().display()));
        cluster.line("  NAME ");
        while let Some((name, pid, address)) = row(&cluster.line("")) {
            cluster.pids.insert(name.clone(), pid);
            cluster.addresses.insert(name, address);
        }
        assert_eq!(cluster.pids.len(), 5, "{:?}", cluster.pids);
        cluster.line("Objects are kept in");
        cluster
    }

    fn kubeconfig(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("kubeconfig")
    }

    /// kubectl, with the first API server as its context.
    pub(crate) fn kubectl(&self) -> Kubectl<'static> {
        Kubectl::with_config(&self.kubeconfig())
    }

    /// The next line that begins so.
    pub(crate) fn line(&self, begins: &str) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no line {begins:?}\n{}", self.log()));
            if line.starts_with(begins) {
                return line;
            }
        }
    }

    /// Ends a process as the user would, and answers what is said when it is there again.
    pub(crate) fn kill(&mut self, name: &str) {
        let pid = self.pids[name];
        signal(pid, "-KILL");
        let ended = self.line(name);
        assert_eq!(
            ended,
            format!("{name} (PID {pid}) has ended: signal: 9 (SIGKILL); it is started again in 3.0 s")
        );
    }

    /// Waits until a process that was killed serves again.
    pub(crate) fn until_back(&mut self, name: &str) {
        let started = self.line(&format!("{name} is started again, with PID "));
        self.pids.insert(name.to_owned(), started.rsplit(' ').next().unwrap().parse().unwrap());
        self.line(&format!("{name} serves again, "));
    }

    /// Numbers of all processes but the parent.
    pub(crate) fn children(&self) -> Vec<u32> {
        self.pids.values().copied().collect()
    }

    /// Ends the parent without a word.
    pub(crate) fn kill_parent(mut self) {
        self.parent.kill().unwrap();
        self.parent.wait().unwrap();
    }

    /// Asks the parent to stop, and answers how it ended.
    pub(crate) fn stop(mut self) -> ExitStatus {
        signal(self.parent.id(), "-TERM");
        self.parent.wait().unwrap()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("what it said:\n{}", self.log());
        }
        // It may be dead already; its children end with it.
        let _ = self.parent.kill();
        let _ = self.parent.wait();
    }
}

/// Runs kubectl until it succeeds: while leadership moves, a request may be refused.
pub(crate) async fn until_good(kubectl: &Kubectl<'_>, line: &str) -> Said {
    let begun = Instant::now();
    loop {
        let said = kubectl.run(line).await;
        // One that was refused may have been done.
        if said.ended.code == Some(0) || said.ended.stderr.contains("AlreadyExists") {
            return said;
        }
        assert!(begun.elapsed() < PATIENCE, "{said:#?}");
        sleep(LOOK).await;
    }
}

/// Waits until none of these processes is there.
pub(crate) async fn until_gone(pids: &[u32]) {
    let begun = Instant::now();
    while let Some(pid) = pids.iter().find(|pid| is_there(**pid)) {
        assert!(begun.elapsed() < PATIENCE, "process {pid} is still there");
        sleep(LOOK).await;
    }
}

/// Whether a process runs; one that has ended and that nobody has asked about does not.
pub(crate) fn is_there(pid: u32) -> bool {
    let state = Command::new("ps").args(["-o", "state=", "-p", &pid.to_string()]).output().unwrap().stdout;
    !matches!(state.first(), None | Some(b'Z'))
}

fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// A row of the table: name, number, address.
fn row(line: &str) -> Option<(String, u32, String)> {
    let mut cells = line.split_whitespace();
    Some((cells.next()?.to_owned(), cells.next()?.parse().ok()?, cells.next()?.to_owned()))
}
