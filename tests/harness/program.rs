//! Other programs, run to their end with a deadline.

use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How one ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit status; none when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Runs it, its input given; ended by force when it takes longer than `limit`.
pub async fn run(mut command: Command, input: &str, limit: Duration) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let given = async {
        // A program that doesn't want it may have closed its input.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
    };
    let ended = async { tokio::join!(given, child.wait_with_output()).1.unwrap() };
    let output = timeout(limit, ended).await.unwrap_or_else(|_| panic!("{command:?} has hung"));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// How long the next line of a program may take.
const LINE_MAX: Duration = Duration::from_secs(60);

/// A program that goes on; ended by force when dropped.
#[derive(Debug)]
pub struct Following {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    /// Starts it, its input closed.
    pub fn start(mut command: Command) -> Following {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Following { _child: child, lines }
    }

    /// The next line it prints.
    pub async fn line(&mut self) -> String {
        let line = timeout(LINE_MAX, self.lines.next_line()).await.expect("a line in time");
        line.unwrap().expect("the program goes on")
    }
}

/// Whether there is such a program: it is asked for its version.
pub fn exists(program: &str) -> bool {
    let mut command = std::process::Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
