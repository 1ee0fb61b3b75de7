//! One request on the wire: where it may go, and how much of an answer is taken. Flows ask by it,
//! and engines that speak are asked by it.

use crate::networks::is_public;
use anyhow::Context as _;
use net::tls::File;
pub(crate) use reqwest::Method;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Response, Url};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Connections to one host that are kept for the next request.
const IDLE: usize = 16;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// For the call's record; nothing of what a caller said is in it.
    pub(crate) reason: String,
    /// Whether the same request may fare better a moment later.
    pub(crate) may_pass: bool,
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// Sends requests. What is looked up is what is connected to, so that a name that changes its mind
/// gains nothing; nobody is followed elsewhere, and no proxy is asked.
pub(crate) struct Client {
    named_hosts: Vec<String>,
    /// For hosts that the configuration names.
    named: reqwest::Client,
    /// For all others: finds public addresses alone.
    public: reqwest::Client,
}

impl Client {
    pub(crate) fn new(named_hosts: Vec<String>, roots: Option<&File>) -> anyhow::Result<Self> {
        // Whoever was there before us has the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificates = roots.map(read).transpose()?.unwrap_or_default();
        let build = |builder: reqwest::ClientBuilder| {
            builder
                .no_proxy()
                .redirect(Policy::none())
                .connect_timeout(CONNECT)
                .pool_max_idle_per_host(IDLE)
                .user_agent(concat!("trunkline/", env!("CARGO_PKG_VERSION")))
                .tls_certs_merge(certificates.clone())
                .build()
        };
        Ok(Self {
            named_hosts,
            named: build(reqwest::Client::builder())?,
            public: build(reqwest::Client::builder().dns_resolver(PublicNames))?,
        })
    }

    /// Asks, and takes an answer of `longest` bytes at most with its status.
    pub(crate) async fn send(
        &self,
        asked: Asked,
        longest: usize,
    ) -> Result<(u16, Vec<u8>), Refusal> {
        let url = Url::parse(&asked.url).map_err(|_| refused("this is no address"))?;
        let client = self.client_for(&url)?;
        let mut request = client.request(asked.method, url);
        for (name, value) in &asked.headers {
            request = request.header(name, value);
        }
        if let Some(body) = asked.body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        Ok((status, read_body(response, longest).await?))
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, Refusal> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or_default();
        let names = [host.to_owned(), format!("{host}:{port}")];
        let is_named = |entry: &String| names.iter().any(|name| name.eq_ignore_ascii_case(entry));
        if self.named_hosts.iter().any(is_named) {
            return Ok(&self.named);
        }
        if url.scheme() != "https" {
            return Err(refused(
                "without TLS a host is asked only if flows.allowed_hosts names it",
            ));
        }
        // A name is judged by what it resolves to, an address here: it is never resolved.
        if host.parse().is_ok_and(|ip: IpAddr| !is_public(ip)) {
            return Err(refused(PRIVATE));
        }
        Ok(&self.public)
    }
}

const PRIVATE: &str = "a host in a private network is asked only if flows.allowed_hosts names it";

/// Finds the addresses of names, those in private networks left out.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|it| is_public(it.ip())).collect();
            if public.is_empty() {
                return Err(PRIVATE.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

async fn read_body(mut response: Response, longest: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + piece.len() > longest {
            return Err(refused(&format!(
                "the answer has more than {longest} bytes"
            )));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

pub(crate) fn refused(reason: &str) -> Refusal {
    Refusal {
        reason: reason.to_owned(),
        may_pass: false,
    }
}

/// The innermost reason: the others repeat the address, which may hold what a caller typed.
fn failure(error: &reqwest::Error) -> Refusal {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let is_ours = error.is_builder();
    Refusal {
        reason: if is_ours {
            "the request cannot be sent as it is".to_owned()
        } else {
            cause.to_string()
        },
        may_pass: !is_ours && cause.to_string() != PRIVATE,
    }
}

fn read(file: &File) -> anyhow::Result<Vec<Certificate>> {
    let pem = std::fs::read(&file.path)
        .with_context(|| format!("{}: {}", file.key, file.path.display()))?;
    Certificate::from_pem_bundle(&pem).with_context(|| file.key)
}
