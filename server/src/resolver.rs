//! Asking name servers for the engine (RFC 3263): a question at a time from it, an answer back, or
//! the news that there is none.

use anyhow::Context as _;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};
use net::Waker;
use sip::{QueryId, Question, Record, ResolveError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, mpsc};

/// Questions that may wait, and answers that may.
const WAITING: usize = 1_024;
/// Questions asked at a time.
const AT_A_TIME: usize = 32;
/// How long a name server may take, and how often one is asked.
const PATIENCE: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 2;
/// Records taken of one answer.
const RECORDS: usize = 64;

/// An answer on its way to the engine.
pub(crate) type Answered = (QueryId, Result<Vec<Record>, ResolveError>);

/// The engine's side.
#[derive(Debug)]
pub(crate) struct Names {
    questions: mpsc::Sender<(QueryId, Question)>,
    answers: mpsc::Receiver<Answered>,
}

impl Names {
    /// Asks; false when too many questions wait.
    pub(crate) fn ask(&self, query: QueryId, question: Question) -> bool {
        self.questions.try_send((query, question)).is_ok()
    }

    /// The next answer that has come.
    pub(crate) fn answer(&mut self) -> Option<Answered> {
        self.answers.try_recv().ok()
    }
}

/// Starts asking; called within the runtime. `servers` are those of the system if there are none.
///
/// # Errors
/// A list of name servers that cannot be used.
pub(crate) fn start(servers: &[SocketAddr], waker: Waker) -> anyhow::Result<Names> {
    let resolver = resolver(servers).context("dns.servers")?;
    let (questions, mut asked) = mpsc::channel::<(QueryId, Question)>(WAITING);
    let (answered, answers) = mpsc::channel(WAITING);
    let turns = Arc::new(Semaphore::new(AT_A_TIME));
    tokio::spawn(async move {
        while let Some((query, question)) = asked.recv().await {
            let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
                return;
            };
            let (resolver, answered, waker) = (resolver.clone(), answered.clone(), waker.clone());
            tokio::spawn(async move {
                let answer = match resolver {
                    Some(resolver) => look_up(&resolver, &question).await,
                    None => Err(ResolveError::Unanswered),
                };
                drop(turn);
                // An engine that is gone needs no answer.
                if answered.send((query, answer)).await.is_ok() {
                    waker.wake();
                }
            });
        }
    });
    Ok(Names { questions, answers })
}

/// None where the system names no servers: then nothing is found, and gateways must be addresses.
fn resolver(servers: &[SocketAddr]) -> Result<Option<TokioResolver>, NetError> {
    let mut builder = if servers.is_empty() {
        match TokioResolver::builder_tokio() {
            Ok(builder) => builder,
            Err(error) => {
                tracing::warn!(%error, "the system names no name servers");
                return Ok(None);
            }
        }
    } else {
        let servers = servers.iter().map(name_server).collect();
        let config = ResolverConfig::from_name_servers(servers);
        Resolver::builder_with_config(config, TokioRuntimeProvider::default())
    };
    adjust(builder.options_mut());
    builder.build().map(Some)
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    let connections: &mut Vec<ConnectionConfig> = &mut server.connections;
    for connection in connections {
        connection.port = address.port();
    }
    server
}

fn adjust(options: &mut ResolverOpts) {
    options.timeout = PATIENCE;
    options.attempts = ATTEMPTS;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
}

async fn look_up(
    resolver: &TokioResolver,
    question: &Question,
) -> Result<Vec<Record>, ResolveError> {
    let found = match question {
        Question::Addresses(host) => addresses(resolver, host).await,
        Question::Naptr(domain) => records(resolver, domain, RecordType::NAPTR).await,
        Question::Srv(service) => records(resolver, service, RecordType::SRV).await,
    };
    let found = found.map_err(|error| {
        if error.is_nx_domain() || error.is_no_records_found() {
            ResolveError::NotFound
        } else {
            tracing::debug!(%error, ?question, "the name servers do not answer");
            ResolveError::Unanswered
        }
    })?;
    if found.is_empty() {
        return Err(ResolveError::NotFound);
    }
    Ok(found)
}

/// The name as it is, without trying the system's search domains.
fn absolute(text: &str) -> Result<Name, NetError> {
    let mut name = Name::from_utf8(text)?;
    name.set_fqdn(true);
    Ok(name)
}

async fn addresses(resolver: &TokioResolver, host: &str) -> Result<Vec<Record>, NetError> {
    let found = resolver.lookup_ip(absolute(host)?).await?;
    let ttl = found
        .valid_until()
        .saturating_duration_since(Instant::now());
    let found = found.iter().take(RECORDS);
    Ok(found.map(|ip| Record::Address { ip, ttl }).collect())
}

async fn records(
    resolver: &TokioResolver,
    name: &str,
    kind: RecordType,
) -> Result<Vec<Record>, NetError> {
    let found = resolver.lookup(absolute(name)?, kind).await?;
    let known = found.answers().iter().filter_map(|record| {
        let ttl = Duration::from_secs(record.ttl.into());
        if let RData::NAPTR(naptr) = &record.data {
            return Some(Record::Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: text(&naptr.flags),
                service: text(&naptr.services),
                replacement: plain(&naptr.replacement),
                ttl,
            });
        }
        if let RData::SRV(srv) = &record.data {
            return Some(Record::Srv {
                priority: srv.priority,
                weight: srv.weight,
                port: srv.port,
                target: plain(&srv.target),
                ttl,
            });
        }
        None
    });
    Ok(known.take(RECORDS).collect())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// In lower case and without the dot at the end.
fn plain(name: &Name) -> String {
    let name = name.to_lowercase().to_utf8();
    name.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
