//! `--demo`: the demo enterprise, and what a newcomer needs to know of it.

use crate::config::Config;
use anyhow::Context as _;
use model::Timestamp;
use net::inherit::Inherited;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use store::Db;
use store::demo::{ADMIN, Demo, Filled, NUMBER};

/// Letters and digits that are not mistaken for one another.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH: usize = 10;

/// Fills an empty database and tells how to use it, once a start.
pub(super) async fn fill(config: &Config, db: &Db, inherited: &Inherited) -> anyhow::Result<()> {
    let path = config.data_dir.join("demo-password");
    let password = match &config.demo_password {
        Some(password) => password.clone(),
        None => invent()?,
    };
    let demo = Demo {
        password: &password,
        outbound_peer: config.demo_outbound_peer,
        now: Timestamp::from_now(inherited.clock.now()),
    };
    if store::demo::fill(db, &demo).await? == Filled::Created {
        keep(&path, &password)?;
    }
    if inherited.generation == 0 {
        tell(config, &kept(&path)?)?;
    }
    Ok(())
}

fn invent() -> anyhow::Result<String> {
    let mut random = [0; LENGTH];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect())
}

/// Keeps the password with which the database was filled, for the starts that follow.
fn keep(path: &Path, password: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())?;
    writeln!(file, "{password}")?;
    Ok(())
}

/// What is to be said of the password: the database holds only its hash.
fn kept(path: &Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(password) => Ok(password.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok("as when the database was filled".to_owned())
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn tell(config: &Config, password: &str) -> anyhow::Result<()> {
    let sip = config.sip.udp.first().or(config.sip.tcp.first());
    let port = sip.map_or(5060, SocketAddr::port);
    let scheme = config.http.tls.as_ref().map_or("http", |_| "https");
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\nTrunkline is ready.\n\
         \n  Console   {scheme}://{http}   sign in as {ADMIN} or 1001@demo.example, password {password}\
         \n  Phones    register 1001, 1002, 1003 or 2001 (the supervisor) at 127.0.0.1:{port}, password {password}\
         \n  Ring      sip:{NUMBER}@127.0.0.1:{port}\n",
        http = shown(&config.http.listen),
    )?;
    out.flush()?;
    Ok(())
}

fn shown(addresses: &[SocketAddr]) -> String {
    addresses
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}
