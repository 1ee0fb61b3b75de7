//! From texts to types, with a fault for each text that does not fit.

use super::Fault;
use super::keys;
use super::sources::Given;
use crate::secrets;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;
use store::Vault;

/// Media threads at most; more than this is a typing error.
const MOST_WORKERS: usize = 256;

/// Addresses of one kind at most; more than this is a typing error.
const MOST_ADDRESSES: usize = 16;
/// The longest time for calls to end by themselves.
const LONGEST_DRAIN_SECONDS: u64 = 24 * 3_600;
/// Where a name server is that is given without a port.
const DNS_PORT: u16 = 53;

/// The key of stored passwords, none for the one in the data folder.
pub(super) struct Key(pub(super) Option<[u8; Vault::KEY]>);

/// Reads values by key and notes what does not fit.
pub(super) struct Reader<'a> {
    given: &'a Given,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(given: &'a Given, faults: &'a mut Vec<Fault>) -> Self {
        Self { given, faults }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.read(name, |text| Ok(text.to_owned()))
    }

    pub(super) fn address(&mut self, name: &str) -> Option<SocketAddr> {
        self.read(name, socket_address)
    }

    /// At least one address, separated by commas.
    pub(super) fn addresses(&mut self, name: &str) -> Option<Vec<SocketAddr>> {
        self.read(name, socket_addresses)
    }

    /// Addresses separated by commas; an empty text switches the listeners off.
    pub(super) fn listeners(&mut self, name: &str) -> Option<Vec<SocketAddr>> {
        self.read(name, |text| match text {
            "" => Ok(Vec::new()),
            text => socket_addresses(text),
        })
    }

    /// Addresses with or without a port, separated by commas; an empty text leaves the choice to
    /// the system.
    pub(super) fn name_servers(&mut self, name: &str) -> Option<Vec<SocketAddr>> {
        self.read(name, |text| {
            let servers = words(text).map(|text| match text.parse::<IpAddr>() {
                Ok(ip) => Ok(SocketAddr::new(ip, DNS_PORT)),
                Err(_) => socket_address(text),
            });
            servers.collect()
        })
    }

    /// Words separated by commas.
    pub(super) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        self.read(name, |text| Ok(words(text).map(str::to_owned).collect()))
    }

    pub(super) fn seconds(&mut self, name: &str) -> Option<Duration> {
        self.read(name, |text| {
            text.parse()
                .ok()
                .filter(|seconds| *seconds <= LONGEST_DRAIN_SECONDS)
                .map(Duration::from_secs)
                .ok_or_else(|| format!("must be a number from 0 to {LONGEST_DRAIN_SECONDS}"))
        })
    }

    /// Notes what two keys have against each other.
    pub(super) fn fault(&mut self, name: &str, problem: &str) {
        let key = keys::find(name).expect("only keys of the table are read");
        let (_, origin) = self.given.value(key);
        self.faults.push(Fault {
            origin: origin.to_owned(),
            key: name.to_owned(),
            problem: problem.to_owned(),
        });
    }

    /// An empty text leaves the key to the file in the data folder.
    pub(super) fn key(&mut self, name: &str) -> Option<Key> {
        self.read(name, |text| match text {
            "" => Ok(Key(None)),
            text => secrets::parse(text)
                .map(|key| Key(Some(key)))
                .ok_or_else(|| "must be 64 hexadecimal digits".to_owned()),
        })
    }

    pub(super) fn ip(&mut self, name: &str) -> Option<IpAddr> {
        self.read(name, ip_address)
    }

    /// At most one address of each family, separated by a comma; an empty text leaves the choice to
    /// the server.
    pub(super) fn one_of_each_family(&mut self, name: &str) -> Option<Vec<IpAddr>> {
        self.read(name, |text| {
            let addresses: Vec<IpAddr> = words(text).map(ip_address).collect::<Result<_, _>>()?;
            if addresses.iter().any(IpAddr::is_unspecified) {
                return Err("must be an address that peers can send to".to_owned());
            }
            let of_v4 = addresses.iter().filter(|address| address.is_ipv4()).count();
            if of_v4 > 1 || addresses.len() - of_v4 > 1 {
                return Err("must be at most one address of IPv4 and one of IPv6".to_owned());
            }
            Ok(addresses)
        })
    }

    pub(super) fn ports(&mut self, name: &str) -> Option<RangeInclusive<u16>> {
        self.read(name, |text| {
            text.split_once('-')
                .and_then(|(first, last)| {
                    let first: u16 = first.trim().parse().ok()?;
                    let last: u16 = last.trim().parse().ok()?;
                    (first >= 1024 && last > first).then_some(first..=last)
                })
                .ok_or_else(|| {
                    "must be two ports from 1024 to 65535, such as 20000-29999".to_owned()
                })
        })
    }

    /// `auto` is the number of cores.
    pub(super) fn workers(&mut self, name: &str) -> Option<usize> {
        self.read(name, |text| match text {
            "auto" => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
            text => text
                .parse()
                .ok()
                .filter(|count| (1..=MOST_WORKERS).contains(count))
                .ok_or_else(|| format!("must be \"auto\" or a number from 1 to {MOST_WORKERS}")),
        })
    }

    pub(super) fn count(&mut self, name: &str) -> Option<usize> {
        self.read(name, |text| {
            text.parse()
                .ok()
                .filter(|count| *count > 0)
                .ok_or_else(|| "must be a whole number above 0".to_owned())
        })
    }

    pub(super) fn one_of(&mut self, name: &str, allowed: &[&'static str]) -> Option<&'static str> {
        self.read(name, |text| {
            allowed
                .iter()
                .find(|word| **word == text)
                .copied()
                .ok_or_else(|| format!("must be one of {}", allowed.join(", ")))
        })
    }

    /// A text that `parse` takes.
    pub(super) fn checked(
        &mut self,
        name: &str,
        parse: fn(&str) -> Result<String, String>,
    ) -> Option<String> {
        self.read(name, parse)
    }

    fn read<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let key = keys::find(name).expect("only keys of the table are read");
        let (text, origin) = self.given.value(key);
        parse(text)
            .map_err(|problem| {
                self.faults.push(Fault {
                    origin: origin.to_owned(),
                    key: name.to_owned(),
                    problem: format!("{problem}, not {text:?}"),
                });
            })
            .ok()
    }
}

/// What stands between commas, without the white space around it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(',').map(str::trim);
    words.filter(|word| !word.is_empty())
}

fn socket_addresses(text: &str) -> Result<Vec<SocketAddr>, String> {
    let addresses: Vec<SocketAddr> = words(text).map(socket_address).collect::<Result<_, _>>()?;
    if (1..=MOST_ADDRESSES).contains(&addresses.len()) {
        return Ok(addresses);
    }
    Err(format!("must be 1 to {MOST_ADDRESSES} addresses"))
}

fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "must be an address with a port, such as 127.0.0.1:8080".to_owned())
}

fn ip_address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map_err(|_| "must be an IP address, such as 192.0.2.7".to_owned())
}
