//! Files that are whole or not there: written beside their place, then moved to it. Keys are their owner's only.

use super::authority::Made;
use crate::failure::Failure;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Keys and what holds keys.
const SECRET: u32 = 0o600;
/// Certificates and public keys.
const PUBLIC: u32 = 0o644;
const HELP: &str = "check that this user may write there, and that the disk isn't full";

/// The file's text; `None` when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read(path) {
        // Bytes that are no text are as bad as a certificate that doesn't parse: both are made anew.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(
            path,
            &error,
            "check that this user may read it, or remove it: it is made anew",
        )),
    }
}

/// A certificate with its key; the key first, so that a certificate never lies there without one.
pub(super) fn write_pair(certificate: &Path, key: &Path, made: &Made) -> Result<(), Failure> {
    write_key(key, &made.key)?;
    write_public(certificate, &made.certificate)
}

/// A private key.
pub(super) fn write_key(path: &Path, pem: &str) -> Result<(), Failure> {
    write_atomically(path, pem.as_bytes())
}

/// What everybody may read.
pub(super) fn write_public(path: &Path, pem: &str) -> Result<(), Failure> {
    write(path, pem.as_bytes(), PUBLIC)
}

/// A file for its owner only.
///
/// # Errors
/// When it can't be written.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes, SECRET)
}

/// A folder for its owner only, with those above it; one that is there stays as it is.
///
/// # Errors
/// When it can't be made; `help` says what to do then.
pub(crate) fn make_folder(path: &Path, help: &str) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Failure::file(path, &error, help))
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let beside = beside(path);
    let written = create(&beside, mode).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    moved.map_err(|error| {
        // Best effort: the reason of the failure matters, the remains don't.
        let _ = fs::remove_file(&beside);
        Failure::file(path, &error, HELP)
    })
}

/// A name of its own for every process, so that two never write into one file.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

fn create(path: &Path, mode: u32) -> io::Result<File> {
    // What an earlier process of this number left behind may have another mode.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}
