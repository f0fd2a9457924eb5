//! A real etcd: one member on a unix socket, `$PINTLE_TEST_ETCD` or the one in the path. It can be killed and started
//! again on what it has.

use crate::folder::Folder;
use crate::program;
use std::ffi::OsString;
use std::fs::File;
use std::process::{Child, Command, Stdio};

/// A member; ends with this value.
#[derive(Debug)]
pub struct Etcd {
    member: Child,
    folder: Folder,
}

impl Etcd {
    /// Whether these tests can run; says so aloud when not.
    pub fn is_here() -> bool {
        let here = program::exists(&binary().to_string_lossy());
        if !here {
            println!("SKIPPED: no etcd in $PINTLE_TEST_ETCD or the path");
        }
        here
    }

    /// Starts one that has nothing. It may not answer yet.
    pub fn start() -> Etcd {
        let folder = Folder::new();
        Etcd { member: member(&folder), folder }
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        self.member.kill().unwrap();
        self.member.wait().unwrap();
    }

    /// Starts it again after it was killed.
    pub fn restart(&mut self) {
        self.member = member(&self.folder);
    }

    /// Where clients reach it.
    pub fn url(&self) -> String {
        format!("unix://{}", self.folder.path().join("etcd:1").display())
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        // It may be dead already, which is what is wanted.
        let _ = self.member.kill();
        let _ = self.member.wait();
    }
}

/// etcd takes no path for its socket, only a name with a port, which it makes in its working folder.
fn member(folder: &Folder) -> Child {
    // One that was killed leaves its socket, and 3.4 does not replace it.
    let _ = std::fs::remove_file(folder.path().join("etcd:1"));
    let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let mut command = Command::new(binary());
    command
        .current_dir(folder.path())
        .env("ETCD_UNSUPPORTED_ARCH", std::env::consts::ARCH)
        .args(["--data-dir", "data", "--logger", "zap"])
        .args(["--listen-client-urls", "unix://etcd:1", "--advertise-client-urls", "unix://etcd:1"])
        .args(["--listen-peer-urls", "http://127.0.0.1:0"])
        .args(["--initial-advertise-peer-urls", "http://127.0.0.1:1"])
        .args(["--initial-cluster", "default=http://127.0.0.1:1"])
        .args(["--heartbeat-interval", "50", "--election-timeout", "500"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

fn binary() -> OsString {
    std::env::var_os("PINTLE_TEST_ETCD").filter(|name| !name.is_empty()).unwrap_or_else(|| "etcd".into())
}
