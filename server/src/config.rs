//! The configuration: one file, every key also settable by environment, every key with a default.
//!
//! All faults are found before any is reported. A key that does not exist is named with the
//! nearest one that does.

mod advertised;
mod bucket;
mod keys;
mod secured;
mod sources;
pub(crate) mod speech;
mod values;

#[cfg(test)]
mod tests;

use keys::{ENGINE_KEYS, KEYS, Key};
use model::SrtpPolicy;
use net::tls;
use sources::Given;
use std::fmt;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use store::Vault;

/// The configuration in force.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Database, recordings, journal.
    pub(crate) data_dir: PathBuf,
    /// Where the database is.
    pub(crate) database_url: String,
    /// The key of stored passwords, if it is not the one in the data folder.
    pub(crate) secrets_key: Option<[u8; Vault::KEY]>,
    /// Console, API, SIP over WebSocket.
    pub(crate) http: Http,
    /// Signalling.
    pub(crate) sip: Sip,
    /// Voice bots.
    pub(crate) bots: Bots,
    /// Other systems that flows ask.
    pub(crate) flows: Flows,
    /// Engines that speak for flows.
    pub(crate) speech: speech::Speech,
    /// Name servers to ask; those of the system if none.
    pub(crate) dns_servers: Vec<SocketAddr>,
    /// What SDP says to peers of each family; the interface's address if none.
    pub(crate) media_advertise: Vec<IpAddr>,
    /// Whether the media of phones is encrypted.
    pub(crate) phone_srtp: SrtpPolicy,
    /// Whether supervisors' phones are asked to answer by themselves.
    pub(crate) auto_answer: bool,
    /// The address RTP is received on.
    pub(crate) media_listen: IpAddr,
    /// RTP ports.
    pub(crate) media_ports: RangeInclusive<u16>,
    /// Media threads.
    pub(crate) media_workers: usize,
    /// Whether recordings are made small after their calls.
    pub(crate) compress_recordings: bool,
    /// Where recordings go when they are complete; nowhere if none.
    pub(crate) bucket: Option<Bucket>,
    /// Calls in progress at most.
    pub(crate) max_calls: usize,
    /// The password of all demo accounts, if chosen.
    pub(crate) demo_password: Option<String>,
    /// Where the demo enterprise's outbound calls go.
    pub(crate) demo_outbound_peer: SocketAddr,
    /// What is logged, in the syntax of `tracing` filters.
    pub(crate) log_filter: String,
    /// Whether logs are JSON.
    pub(crate) log_json: bool,
    given: Given,
}

/// The HTTP listeners.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Where they are.
    pub(crate) listen: Vec<SocketAddr>,
    /// What we show, if HTTP is to be inside TLS.
    pub(crate) tls: Option<tls::Identity>,
    /// Origins besides our own whose pages may open SIP over WebSocket.
    pub(crate) allowed_origins: Vec<String>,
}

/// Other systems that flows ask.
#[derive(Debug, Clone)]
pub(crate) struct Flows {
    /// Hosts, with or without a port, that may be in private networks and without TLS.
    pub(crate) allowed_hosts: Vec<String>,
    /// Roots of certificates that are believed beside those of the system.
    pub(crate) roots: Option<tls::File>,
}

/// Voice bots that flows connect callers with.
#[derive(Debug, Clone)]
pub(crate) struct Bots {
    /// Hosts, with or without a port, that may be in private networks and without TLS.
    pub(crate) allowed_hosts: Vec<String>,
    /// Roots of their certificates; those of the system if none.
    pub(crate) roots: Option<tls::File>,
    /// What we sign handshakes with, and what they sign in with.
    pub(crate) token: Option<String>,
}

/// A bucket of an S3-compatible store.
#[derive(Clone)]
pub(crate) struct Bucket {
    /// Its name.
    pub(crate) name: String,
    /// The URL of the store; Amazon's of the region if none.
    pub(crate) endpoint: Option<String>,
    /// The region that requests are signed for.
    pub(crate) region: String,
    /// What keys begin with.
    pub(crate) prefix: String,
    /// Whether the bucket is named in the path, not in the host.
    pub(crate) path_style: bool,
    /// Who we are to the store.
    pub(crate) key_id: String,
    /// What requests are signed with.
    pub(crate) secret: String,
    /// Roots of the store's certificate besides those of the system.
    pub(crate) roots: Option<tls::File>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({})", self.name)
    }
}

/// The SIP listeners and how they present themselves.
#[derive(Debug, Clone)]
pub(crate) struct Sip {
    /// Over UDP.
    pub(crate) udp: Vec<SocketAddr>,
    /// Over TCP.
    pub(crate) tcp: Vec<SocketAddr>,
    /// Over TLS.
    pub(crate) tls: Vec<SocketAddr>,
    /// What we show over TLS, as the server and as the client.
    pub(crate) identity: Option<tls::Identity>,
    /// Roots of the certificates that peers may show us.
    pub(crate) client_roots: Option<tls::File>,
    /// Roots of the peers that we connect to; those of the system if none.
    pub(crate) roots: Option<tls::File>,
    /// What Via and Contact say to peers of each family; the interface's address if none.
    pub(crate) advertise: Vec<IpAddr>,
    /// How long calls may go on once the server was told to stop.
    pub(crate) drain: Duration,
    /// How long a phone behind NAT may be silent before it is asked whether it is there; never
    /// where it is zero.
    pub(crate) probe: Duration,
    /// URIs of the proxies that phones are to call through.
    pub(crate) service_route: Vec<String>,
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Faults(Vec<Fault>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    /// Where it was given: the file, or the environment variable.
    origin: String,
    key: String,
    problem: String,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is wrong:")?;
        for fault in &self.0 {
            write!(f, "\n  {}: {} ({})", fault.key, fault.problem, fault.origin)?;
        }
        Ok(())
    }
}

impl Config {
    /// Reads `file`, or `trunkline.toml` in the working folder if there is one, and the
    /// environment over it.
    ///
    /// # Errors
    /// Every fault of the file and of the environment at once.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Faults> {
        let (given, mut faults) = sources::read(file, std::env::vars());
        let config = Self::build(given, &mut faults);
        match (config, faults.is_empty()) {
            (Some(config), true) => Ok(config),
            _ => Err(Faults(faults)),
        }
    }

    fn build(given: Given, faults: &mut Vec<Fault>) -> Option<Self> {
        let speech = speech::engines(&given, faults);
        let mut reader = values::Reader::new(&given, faults);
        let data_dir = reader.text("data_dir").map(PathBuf::from);
        let database_url = reader.text("database.url");
        let secrets_key = reader.key("secrets.key");
        let http = secured::http(&mut reader);
        let sip = secured::sip(&mut reader);
        let bots = secured::bots(&mut reader);
        let flows = secured::flows(&mut reader);
        let cache = reader.count("speech.cache_mib");
        let dns_servers = reader.name_servers("dns.servers");
        let phone_srtp = reader.one_of("media.phone_srtp", &["optional", "required", "off"]);
        let auto_answer = reader.one_of("supervision.auto_answer", &["on", "off"]);
        let media_listen = reader.ip("media.listen");
        let media_advertise = advertised::media(&mut reader, media_listen);
        let media_ports = reader.ports("media.ports");
        let media_workers = reader.workers("media.workers");
        let compress = reader.one_of("recording.compress", &["off", "opus"]);
        let bucket = bucket::read(&mut reader);
        let max_calls = reader.count("limits.calls");
        let demo_password = reader.text("demo.password").map(non_empty);
        let demo_outbound_peer = reader.address("demo.outbound_peer");
        let log_filter = reader.text("log.filter");
        let log_json = reader.one_of("log.format", &["text", "json"]);
        let data_dir = data_dir?;
        Some(Self {
            database_url: database_url?.replace("{data_dir}", &data_dir.display().to_string()),
            data_dir,
            secrets_key: secrets_key?.0,
            http: http?,
            sip: sip?,
            bots: bots?,
            flows: flows?,
            speech: speech::Speech::new(speech, cache?),
            dns_servers: dns_servers?,
            media_advertise: media_advertise?,
            auto_answer: auto_answer? == "on",
            phone_srtp: match phone_srtp? {
                "required" => SrtpPolicy::Required,
                "off" => SrtpPolicy::Off,
                _ => SrtpPolicy::Optional,
            },
            media_listen: media_listen?,
            media_ports: media_ports?,
            media_workers: media_workers?,
            compress_recordings: compress? == "opus",
            bucket: bucket?.0,
            max_calls: max_calls?,
            demo_password: demo_password?,
            demo_outbound_peer: demo_outbound_peer?,
            log_filter: log_filter?,
            log_json: log_json? == "json",
            given,
        })
    }
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Prints every key with its value and where the value comes from.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn print(config: &Config) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    for key in KEYS {
        let (value, origin) = config.given.value(key);
        let value = masked(key, value);
        writeln!(out, "{} = {value:?}  # {origin}", key.name)?;
    }
    for engine in config.given.engines() {
        for key in ENGINE_KEYS {
            let (value, origin) = config.given.engine(engine, key);
            let (value, name) = (masked(key, value), key.name);
            writeln!(
                out,
                "{}{engine}.{name} = {value:?}  # {origin}",
                sources::ENGINES
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn masked(key: &Key, value: &str) -> String {
    if key.secret && !value.is_empty() {
        return "********".to_owned();
    }
    // The password of a database address stands between the user's colon and the at sign.
    match (value.split_once("://"), value.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) => {
            let user = rest.split([':', '@']).next().unwrap_or("");
            format!("{scheme}://{user}:********@{host}")
        }
        _ => value.to_owned(),
    }
}
