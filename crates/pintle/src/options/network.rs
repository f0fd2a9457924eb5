//! Addresses, ports and ranges of Services.

use super::read::{count, duration};
use super::{Cidr, Connections, Problems};
use crate::flags::Given;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Where Services get their addresses from when nothing is said.
const DEFAULT_SERVICE_RANGE: &str = "10.0.0.0/24";
/// A range holds at least 8 addresses: `kubernetes` takes one, and the cluster's DNS another.
const LEAST_HOST_BITS: u8 = 3;
/// Addresses set aside for documentation (RFC 5737, RFC 3849): never reached, good to ask a route for.
const FAR_AWAY: [(IpAddr, IpAddr); 2] = [
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))),
];

/// `--secure-port`. The reference refuses 0; for us it is any free port, for tests.
pub(super) fn port(given: &Given) -> Result<u16, String> {
    let port = given.int("secure-port");
    u16::try_from(port).map_err(|_| format!("--secure-port must be from 0 to 65535, but is {port}"))
}

/// When clients are told to connect anew, and what a connection carries.
pub(super) fn connections(given: &Given, problems: &mut Problems) -> Connections {
    let age_max = problems.take(duration(given, "connection-max-age"));
    let streams_max = problems.take(count(given, "http2-max-streams-per-connection"));
    Connections {
        goaway_chance: problems.take(goaway_chance(given.float("goaway-chance"))),
        age_max: Some(age_max).filter(|age| !age.is_zero()),
        streams_max: if streams_max == 0 { Connections::default().streams_max } else { streams_max },
    }
}

fn goaway_chance(chance: f64) -> Result<f64, String> {
    let good = (0.0..=0.02).contains(&chance);
    good.then_some(chance).ok_or_else(|| format!("--goaway-chance must be from 0 to 0.02, but is {chance}"))
}

/// `--advertise-address`, or the bind address, or the address this machine has towards everybody else.
pub(super) fn advertise(given: &Given, bind: IpAddr, problems: &mut Problems) -> IpAddr {
    if let Some(address) = given.ip("advertise-address") {
        return address;
    }
    if !bind.is_unspecified() && !bind.is_loopback() {
        return bind;
    }
    let own = own_address();
    if own.is_none() && bind.is_unspecified() {
        problems
            .add("this machine has no route to anywhere: say with --advertise-address where others reach it");
    }
    own.unwrap_or(bind)
}

/// The address of the default route's interface. A connected UDP socket sends nothing; it only picks a route.
fn own_address() -> Option<IpAddr> {
    FAR_AWAY.iter().find_map(|(any, there)| {
        let socket = UdpSocket::bind((*any, 0)).ok()?;
        socket.connect((*there, 9)).ok()?;
        let own = socket.local_addr().ok()?.ip();
        (!own.is_unspecified() && !own.is_loopback()).then_some(own)
    })
}

/// `--service-cluster-ip-range`: one range, or two of different families.
pub(super) fn service_ranges(text: &str) -> Result<Vec<Cidr>, String> {
    let text = if text.is_empty() { DEFAULT_SERVICE_RANGE } else { text };
    let entries: Vec<&str> = text.split(',').collect();
    if entries.len() > 2 {
        return Err("--service-cluster-ip-range must not contain more than two entries".to_owned());
    }
    let mut ranges = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        let range = cidr(entry).ok_or_else(|| {
            format!(
                "--service-cluster-ip-range[{at}]: {entry:?} is not a range such as {DEFAULT_SERVICE_RANGE}"
            )
        })?;
        ranges.push(range);
    }
    match ranges.as_slice() {
        [primary, ..] if host_bits(primary) < LEAST_HOST_BITS => {
            Err(format!("--service-cluster-ip-range: {primary} must hold at least 8 IP addresses"))
        }
        [primary, second] if primary.network.is_ipv4() == second.network.is_ipv4() => Err(
            "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family"
                .to_owned(),
        ),
        _ => Ok(ranges),
    }
}

/// `address/bits`, cut to the network's first address.
fn cidr(text: &str) -> Option<Cidr> {
    let (address, bits) = text.trim().split_once('/')?;
    let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let prefix_len = bits.parse::<u8>().ok().filter(|_| plain)?;
    let network = match address.parse().ok()? {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix_len.into())?).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(prefix_len.into())?).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    };
    Some(Cidr { network, prefix_len })
}

/// `--service-node-port-range`, which must hold `--kubernetes-service-node-port` when that is set.
pub(super) fn node_ports(given: &Given) -> Result<(u16, u16), String> {
    let (first, last) = given.port_range("service-node-port-range");
    let own = given.int("kubernetes-service-node-port");
    if own != 0 && !(i64::from(first)..=i64::from(last)).contains(&own) {
        return Err(format!("--kubernetes-service-node-port {own} is not in {first}-{last}"));
    }
    Ok((first, last))
}

fn host_bits(range: &Cidr) -> u8 {
    (if range.network.is_ipv4() { 32 } else { 128 }) - range.prefix_len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_services() {
        let good = [
            ("", "10.0.0.0/24", "10.0.0.1"),
            ("10.0.3.7/16", "10.0.0.0/16", "10.0.0.1"),
            ("10.0.0.0/29,fd00::/108", "10.0.0.0/29", "10.0.0.1"),
            ("fd00::/64,10.0.0.0/24", "fd00::/64", "fd00::1"),
        ];
        for (text, primary, kubernetes) in good {
            let ranges = service_ranges(text).unwrap();
            assert_eq!(ranges[0].to_string(), primary);
            assert_eq!(ranges[0].address(1).to_string(), kubernetes);
        }
        let bad = [
            ("10.0.0.0", "--service-cluster-ip-range[0]: \"10.0.0.0\" is not a range such as 10.0.0.0/24"),
            (
                "10.0.0.0/33",
                "--service-cluster-ip-range[0]: \"10.0.0.0/33\" is not a range such as 10.0.0.0/24",
            ),
            ("10.0.0.0/24,x", "--service-cluster-ip-range[1]: \"x\" is not a range such as 10.0.0.0/24"),
            ("10.0.0.0/30", "--service-cluster-ip-range: 10.0.0.0/30 must hold at least 8 IP addresses"),
            (
                "10.0.0.0/24,10.1.0.0/24",
                "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family",
            ),
            ("a,b,c", "--service-cluster-ip-range must not contain more than two entries"),
        ];
        bad.iter().for_each(|(text, problem)| assert_eq!(service_ranges(text), Err((*problem).to_owned())));
    }
}
