//! The network between members: a namespace for each, and this process as the router between them, which drops what it
//! is told to drop.
//!
//! ```text
//! m0 10.213.0.2 --\
//! m1 10.213.1.2 ---- router: this process; the clients ask from here, 10.213.N.1
//! m2 10.213.2.2 --/
//! ```
//!
//! A cut is a rule of the router by which packets from one member to another vanish; clients reach both all the same.

use super::tool::run;
use crate::failure::Failure;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

/// Rules of ours have this preference, by which they are found again.
const PREFERENCE: &str = "100";

/// Where members are reached.
#[derive(Debug)]
pub(crate) enum Network {
    /// All on the loopback interface: nothing can be cut.
    Loopback,
    /// Each in a namespace of its own.
    Namespaces {
        /// Which member's packets to whom are dropped now.
        cut: BTreeSet<(usize, usize)>,
        /// Members whose answers to clients are dropped now.
        mute: BTreeSet<usize>,
        /// Members whose line is bad now.
        bad: BTreeSet<usize>,
    },
}

/// How a line is bad.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    /// So many percent of all packets to the member are lost.
    Lossy(u32),
    /// Packets to the member wait in a line of so many kilobits a second.
    Slow(u32),
}

impl Network {
    /// A namespace for each of `count` members. Must be called in this process's own namespaces.
    pub(crate) fn namespaces(count: usize) -> Result<Network, Failure> {
        // Names of namespaces are mounts: they go with this process.
        std::fs::create_dir_all("/run/netns")?;
        run(&["mount", "-t", "tmpfs", "pintle-chaos", "/run/netns"])?;
        run(&["ip", "link", "set", "lo", "up"])?;
        std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
        for place in 0..count {
            let (name, router) = (name(place), interface(place));
            let (gateway, address) = (format!("10.213.{place}.1"), format!("10.213.{place}.2"));
            run(&["ip", "netns", "add", &name])?;
            run(&["ip", "link", "add", &router, "type", "veth", "peer", "name", "eth0", "netns", &name])?;
            run(&["ip", "address", "add", &format!("{gateway}/24"), "dev", &router])?;
            run(&["ip", "link", "set", &router, "up"])?;
            run(&["ip", "-n", &name, "address", "add", &format!("{address}/24"), "dev", "eth0"])?;
            run(&["ip", "-n", &name, "link", "set", "lo", "up"])?;
            run(&["ip", "-n", &name, "link", "set", "eth0", "up"])?;
            run(&["ip", "-n", &name, "route", "add", "default", "via", &gateway])?;
        }
        Ok(Network::Namespaces { cut: BTreeSet::new(), mute: BTreeSet::new(), bad: BTreeSet::new() })
    }

    /// Whether it can be cut.
    pub(crate) fn can_cut(&self) -> bool {
        matches!(self, Network::Namespaces { .. })
    }

    /// The address of a member.
    pub(crate) fn address(&self, place: usize) -> IpAddr {
        match self {
            Network::Loopback => Ipv4Addr::LOCALHOST.into(),
            Network::Namespaces { .. } => Ipv4Addr::new(10, 213, octet(place), 2).into(),
        }
    }

    /// The words that run what follows them where a member is.
    pub(crate) fn enter(&self, place: usize) -> Vec<String> {
        match self {
            Network::Loopback => Vec::new(),
            Network::Namespaces { .. } => {
                let path = Path::new("/run/netns").join(name(place));
                vec!["nsenter".to_owned(), format!("--net={}", path.display())]
            }
        }
    }

    /// Drops all packets from one member to another, until it is mended.
    pub(crate) fn cut(&mut self, from: usize, to: usize) -> Result<(), Failure> {
        let Network::Namespaces { cut, .. } = self else { return Ok(()) };
        if cut.insert((from, to)) {
            rule("add", from, to)?;
        }
        Ok(())
    }

    /// Drops all packets from a member to the clients, until it is mended: what was asked of it is done, and nobody
    /// hears of it.
    pub(crate) fn mute(&mut self, place: usize) -> Result<(), Failure> {
        let Network::Namespaces { mute, .. } = self else { return Ok(()) };
        if mute.insert(place) {
            silence("add", place)?;
        }
        Ok(())
    }

    /// Makes the line to a member a bad one, until it is mended.
    pub(crate) fn spoil(&mut self, place: usize, line: Line) -> Result<(), Failure> {
        let Network::Namespaces { bad, .. } = self else { return Ok(()) };
        bad.insert(place);
        let device = interface(place);
        match line {
            Line::Lossy(percent) => {
                run(&["tc", "qdisc", "add", "dev", &device, "clsact"])?;
                let program = losing(percent);
                run(&["tc", "filter", "add", "dev", &device, "egress", "bpf", "da", "bytecode", &program])?;
            }
            Line::Slow(kilobits) => {
                let rate = format!("{kilobits}kbit");
                run(&[
                    "tc", "qdisc", "replace", "dev", &device, "root", "tbf", "rate", &rate, "burst", "16k",
                    "latency", "400ms",
                ])?;
            }
        }
        Ok(())
    }

    /// Lets all packets through again.
    pub(crate) fn mend(&mut self) -> Result<(), Failure> {
        let Network::Namespaces { cut, mute, bad } = self else { return Ok(()) };
        for (from, to) in std::mem::take(cut) {
            rule("del", from, to)?;
        }
        for place in std::mem::take(mute) {
            silence("del", place)?;
        }
        for place in std::mem::take(bad) {
            let device = interface(place);
            // Whichever of both is there.
            let lossy = run(&["tc", "qdisc", "del", "dev", &device, "clsact"]);
            let slow = run(&["tc", "qdisc", "del", "dev", &device, "root"]);
            lossy.or(slow)?;
        }
        Ok(())
    }
}

fn name(place: usize) -> String {
    format!("m{place}")
}

fn interface(place: usize) -> String {
    format!("to-m{place}")
}

fn octet(place: usize) -> u8 {
    u8::try_from(place).expect("a cluster has few members")
}

fn rule(what: &str, from: usize, to: usize) -> Result<(), Failure> {
    let (from, to) = (format!("10.213.{from}.2"), format!("10.213.{to}.2"));
    run(&["ip", "rule", what, "from", &from, "to", &to, "blackhole", "pref", PREFERENCE]).map(drop)
}

fn silence(what: &str, place: usize) -> Result<(), Failure> {
    let (name, client) = (name(place), format!("10.213.{place}.1"));
    run(&["ip", "-n", &name, "rule", what, "to", &client, "blackhole", "pref", PREFERENCE]).map(drop)
}

/// A program for the kernel's packet filter that drops one packet in so many, by chance (linux/filter.h): load the
/// kernel's random number; if it is below the threshold, shoot the packet.
fn losing(percent: u32) -> String {
    const RANDOM: u32 = 0xffff_f000 + 56;
    let threshold = u32::MAX / 100 * percent.min(100);
    format!("4,32 0 0 {RANDOM},37 1 0 {threshold},6 0 0 2,6 0 0 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_drops_below_the_threshold() {
        assert_eq!(losing(50), "4,32 0 0 4294963256,37 1 0 2147483600,6 0 0 2,6 0 0 0");
        assert!(losing(200).contains(" 4294967200,"));
    }
}
