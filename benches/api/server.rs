//! The API server that is measured, in a folder of its own.

use crate::client::Client;
use crate::failure::Failure;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Ends with this value, and its folder too.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    /// When there is no such program, or it does not get ready.
    pub(crate) fn start(program: &Path) -> Result<Server, Failure> {
        if !program.exists() {
            return Err(Failure::NoProgram(program.to_owned()));
        }
        let folder = std::env::temp_dir().join(format!("pintle-api-bench-{}", std::process::id()));
        let mut command = Command::new(program);
        command.args(["dev", "--port=0", "--data-dir"]).arg(&folder);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = child.stdout.take();
        let server = Server { child, folder };
        let mut line = String::new();
        let read = stdout.map(|stdout| BufReader::new(stdout).read_line(&mut line)).transpose()?;
        match read {
            Some(bytes) if bytes > 0 => Ok(server),
            _ => Err(Failure::Server("the server ended before it was ready".to_owned())),
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// A client as its administrator.
    ///
    /// # Errors
    /// When it can't connect.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        let kubeconfig = std::fs::read_to_string(self.folder.join("kubeconfig"))?;
        let address = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("server: https://"));
        let address = address.and_then(|address| address.trim_matches('"').parse().ok());
        let address = address.ok_or_else(|| Failure::Server("the kubeconfig names no server".to_owned()))?;
        Client::connect(address, &self.folder.join("pki")).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What it has is of no use to anybody.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
