//! The binary under test: built as `cargo conform` builds it, so that what is tested is never an old one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where it is; built when it is missing or old.
pub fn pintle() -> &'static Path {
    static PINTLE: OnceLock<PathBuf> = OnceLock::new();
    PINTLE.get_or_init(|| {
        let target = target();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--package", "pintle", "--target-dir"]);
        command.arg(&target).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(command.status().unwrap().success(), "the server can't be built");
        target.join("debug").join("pintle")
    })
}

/// Cargo's folder: this test lies at `<target>/<profile>/deps/<test>`.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

/// A folder below cargo's that outlives the test: what is fetched is fetched once.
pub(crate) fn kept(name: &str) -> PathBuf {
    let folder = target().join("clients").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
