//! Keys and certificates on disk: made when missing, used again while good, renewed before they run out.
//!
//! ```text
//! Authority (ca.crt, ca.key) --issues--> Leaf --judge: still good?--> name.crt, name.key
//! ```
//! All keys are ECDSA P-256, for their owner's eyes only, and never in a log.

mod authority;
mod file;
mod judge;
mod leaf;

pub(crate) use authority::{Authority, Issued, key_pair};
pub(crate) use file::{make_folder, write_atomically};
pub(crate) use leaf::Leaf;

use crate::clock;
use crate::failure::Failure;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// A certificate that vouches for itself: `apiserver.crt` and `apiserver.key` in `folder`, as the reference
/// names them. Files that are there are used as they are: somebody may have put them there.
///
/// # Errors
/// When the folder can't be used.
pub(crate) fn self_signed(folder: &Path, addresses: Vec<IpAddr>) -> Result<(PathBuf, PathBuf), Failure> {
    let files = (folder.join("apiserver.crt"), folder.join("apiserver.key"));
    if files.0.is_file() && files.1.is_file() {
        return Ok(files);
    }
    make_folder(
        folder,
        "choose another folder with --cert-dir, or give --tls-cert-file and --tls-private-key-file",
    )?;
    let leaf = Leaf::server([addresses, vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]].concat());
    let made = authority::vouch_for_itself(&leaf, clock::now())?;
    file::write_pair(&files.0, &files.1, &made)?;
    Ok(files)
}

#[cfg(test)]
mod tests;
