//! The binary as a terminal sees it: what it prints where, its exit status, how it stops.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

fn pintle(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pintle"));
    command.args(words);
    command
}

fn run(words: &[&str]) -> Output {
    pintle(words).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder of its own that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pintle-command-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running `pintle dev` that is ready.
struct Dev {
    child: Child,
    first_line: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Dev {
    fn start(folder: &Folder) -> Dev {
        let mut command = pintle(&["dev", "--port=0", "--data-dir", folder.path()]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        output.read_line(&mut first_line).unwrap();
        Dev { child, first_line, output }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn wrong_flags_end_with_status_1_and_a_line_on_standard_error() {
    let cases = [
        (&["apiserver", "--no-such-flag"][..], "error: unknown flag: --no-such-flag\n"),
        (
            &["apiserver", "--secure-port=https"],
            "error: invalid argument \"https\" for \"--secure-port\" flag: expected a whole number\n",
        ),
        (&["apiserver"], "error: say where to keep objects: --etcd-servers=URL,..."),
        (
            &["apiserver", "--etcd-servers=http://127.0.0.1:2379", "--embedded-storage=/data"],
            "error: --embedded-storage and --etcd-servers are two places to keep objects: choose one\n",
        ),
        (
            &["apiserver", "--embedded-storage=memory", "--encryption-provider-config=e.yaml"],
            "error: --encryption-provider-config: ",
        ),
    ];
    for (words, expected) in cases {
        let output = run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(text(&output.stderr).starts_with(expected), "{words:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn versions_and_help_go_to_standard_output() {
    for (words, expected) in [
        (&["version"][..], "pintle "),
        (&["--help"], "A Kubernetes API server"),
        (&["apiserver", "--version"], "Kubernetes v1.36."),
    ] {
        let output = run(words);
        assert!(output.status.success());
        assert!(text(&output.stdout).starts_with(expected), "{words:?}: {}", text(&output.stdout));
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn a_port_in_use_is_named() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = run(&["dev", "--data-dir", folder.path(), "--port", &port.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains(&format!("can't listen on 127.0.0.1:{port}: Address already in use")), "{said}");
    assert!(said.contains("choose another with --port="), "{said}");
}

#[cfg(unix)]
#[test]
fn dev_gets_ready_keeps_its_folder_and_stops_on_a_signal() {
    let folder = Folder::new("dev");
    let mut dev = Dev::start(&folder);
    let kubeconfig = folder.0.join("kubeconfig");
    assert_eq!(
        dev.first_line,
        format!("export KUBECONFIG={}\n", kubeconfig.canonicalize().unwrap().display())
    );
    let second = run(&["dev", "--port=0", "--data-dir", folder.path()]);
    assert!(text(&second.stderr).contains("is in use by another `pintle dev`"), "{}", text(&second.stderr));
    let written = std::fs::read_to_string(&kubeconfig).unwrap();
    let killed = Command::new("kill").arg(dev.child.id().to_string()).status().unwrap();
    assert!(killed.success());
    let mut rest = String::new();
    dev.output.read_to_string(&mut rest).unwrap();
    assert!(dev.child.wait().unwrap().success(), "a signal is an orderly end");
    assert!(rest.contains("kubectl get namespaces"));
    drop(dev);
    // A second start has the same certificates; only the port differs.
    let again = Dev::start(&folder);
    let rewritten = std::fs::read_to_string(&kubeconfig).unwrap();
    let without_server =
        |text: &str| text.lines().filter(|line| !line.contains("server:")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_server(&rewritten), without_server(&written));
    drop(again);
}
