//! The disk of a member: small, and it can be full, break, or lose power.
//!
//! ```text
//! FOLDER/disk-0/           a tmpfs: what the device is made of
//! FOLDER/disk-0/device     the device, with holes: a file system on a loop device
//! FOLDER/disk-0/mounted/   where that is mounted; the member's folder is in it
//! ```
//!
//! Full: a large file takes the room. Broken: the tmpfs has no room for the device's holes, so that writes to them fail
//! with EIO or ENOSPC. Without power: the file system is shut down as it is, without writing what it holds in memory, and mounted
//! anew from what is on the device.

use super::tool::{exists, run};
use crate::failure::Failure;
use rustix::fs::FallocateFlags;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Bytes of a device.
const DEVICE_BYTES: u64 = 384 << 20;
/// Bytes that what it is made of needs beside it.
const OVERHEAD_BYTES: u64 = 16 << 20;
/// Bytes that a device that breaks may still take.
const SLACK_BYTES: u64 = 64 << 10;
/// The same, where very much is written.
const SLACK_MAX: u64 = 8 << 20;
/// Shuts a file system down without flushing its journal (linux/fs.h, EXT4_IOC_SHUTDOWN with NOLOGFLUSH).
const SHUT_DOWN: &str = "import fcntl,os,struct,sys\nfcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

/// A member's disk.
#[derive(Debug)]
pub(crate) enum Disk {
    /// A folder like any other.
    Folder(PathBuf),
    /// A file system on a device of its own.
    Device {
        /// What the device is made of.
        stuff: PathBuf,
        /// Whether its power can be cut.
        can_lose_power: bool,
    },
}

impl Disk {
    /// A device in `folder`. Must be called in this process's own namespaces.
    pub(crate) fn device(folder: &Path, place: usize) -> Result<Disk, Failure> {
        let stuff = folder.join(format!("disk-{place}"));
        std::fs::create_dir_all(&stuff)?;
        let size = format!("size={}", DEVICE_BYTES + OVERHEAD_BYTES);
        run(&["mount", "-t", "tmpfs", "-o", &size, "pintle-chaos", text(&stuff)])?;
        let device = stuff.join("device");
        File::create(&device)?.set_len(DEVICE_BYTES)?;
        run(&["mkfs.ext4", "-q", "-F", "-b", "4096", text(&device)])?;
        std::fs::create_dir(stuff.join("mounted"))?;
        let disk = Disk::Device { stuff, can_lose_power: exists("python3") };
        disk.mount()?;
        Ok(disk)
    }

    /// Where the member's folder goes.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Disk::Folder(path) => path.clone(),
            Disk::Device { stuff, .. } => stuff.join("mounted"),
        }
    }

    /// Whether it can be filled and broken.
    pub(crate) fn is_device(&self) -> bool {
        matches!(self, Disk::Device { .. })
    }

    /// Whether its power can be cut.
    pub(crate) fn can_lose_power(&self) -> bool {
        matches!(self, Disk::Device { can_lose_power: true, .. })
    }

    /// Takes all room but so many bytes.
    pub(crate) fn fill(&self, leave: u64) -> Result<(), Failure> {
        let disk = rustix::fs::statvfs(self.path()).map_err(std::io::Error::from)?;
        let bytes = disk.f_bavail.saturating_mul(disk.f_frsize).saturating_sub(leave);
        let ballast = File::create(self.path().join("ballast"))?;
        match rustix::fs::fallocate(&ballast, FallocateFlags::empty(), 0, bytes.max(1)) {
            // Others write, too: what could be had is taken.
            Ok(()) | Err(rustix::io::Errno::NOSPC) => Ok(()),
            Err(error) => Err(std::io::Error::from(error).into()),
        }
    }

    /// Gives the room back.
    pub(crate) fn free(&self) -> Result<(), Failure> {
        Ok(std::fs::remove_file(self.path().join("ballast"))?)
    }

    /// Lets writes to places that were never written fail from now on.
    pub(crate) fn breaks(&self) -> Result<(), Failure> {
        let Disk::Device { stuff, .. } = self else { return Ok(()) };
        // Others write meanwhile: what is in use a moment later must still be allowed.
        let mut slack = SLACK_BYTES;
        loop {
            let made_of = rustix::fs::statvfs(stuff).map_err(std::io::Error::from)?;
            let used = made_of.f_blocks.saturating_sub(made_of.f_bfree) * made_of.f_frsize;
            match run(&["mount", "-o", &format!("remount,size={}", used + slack), text(stuff)]) {
                Ok(_) => return Ok(()),
                Err(failure) if slack > SLACK_MAX => return Err(failure),
                Err(_) => slack *= 2,
            }
        }
    }

    /// Mends what broke, and the file system on it. Nobody may use it now.
    pub(crate) fn mend(&self) -> Result<(), Failure> {
        let Disk::Device { stuff, .. } = self else { return Ok(()) };
        run(&["umount", text(&self.path())])?;
        let size = format!("remount,size={}", DEVICE_BYTES + OVERHEAD_BYTES);
        run(&["mount", "-o", &size, text(stuff)])?;
        match run(&["e2fsck", "-y", text(&stuff.join("device"))]) {
            // 1 says that it found something and corrected it.
            Ok(_) | Err(Failure::Tool { .. }) => {}
            Err(failure) => return Err(failure),
        }
        self.mount()
    }

    /// The power goes. Whoever uses it must be ended before it comes [back](Self::power_on).
    pub(crate) fn power_off(&self) -> Result<(), Failure> {
        run(&["python3", "-c", SHUT_DOWN, text(&self.path())]).map(drop)
    }

    /// The power comes back: there is what was on the device.
    pub(crate) fn power_on(&self) -> Result<(), Failure> {
        run(&["umount", text(&self.path())])?;
        self.mount()
    }

    /// Takes it away, with all that is on it.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let Disk::Device { stuff, .. } = self else { return Ok(()) };
        run(&["umount", text(&self.path())])?;
        run(&["umount", text(stuff)]).map(drop)
    }

    /// What is removed becomes holes again.
    fn mount(&self) -> Result<(), Failure> {
        let Disk::Device { stuff, .. } = self else { return Ok(()) };
        run(&["mount", "-o", "loop,discard", text(&stuff.join("device")), text(&self.path())])?;
        // Linux (6.18) calls a write to a loop device a success of which only the first part was taken: a sync would be
        // told so too. Of a single page there is no first part.
        let device = std::fs::metadata(self.path())?.dev();
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        Ok(std::fs::write(format!("/sys/dev/block/{major}:{minor}/queue/max_sectors_kb"), "4")?)
    }
}

/// Paths of ours are text.
fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}
