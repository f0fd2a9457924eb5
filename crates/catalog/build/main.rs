//! Joins the facts of all packages into one text, and takes the descriptions of types and fields from the
//! published Rust types, so that no prose of theirs lives in this repository.
#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

mod descriptions;
mod published;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=data/types");
    println!("cargo::rerun-if-changed=data/overlay");
    println!("cargo::rerun-if-changed=data/own.texts");
    join_facts(Path::new("data/types"), &out.join("types.facts"))?;
    join_facts(Path::new("data/overlay"), &out.join("overlay.facts"))?;
    descriptions::write(&published::schemas(), Path::new("data/own.texts"), &out)
}

fn join_facts(folder: &Path, target: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
    files.sort();
    let mut joined = fs::File::create(target)?;
    files.iter().try_for_each(|file| joined.write_all(&fs::read(file)?))
}
