//! `--demo`: the demo enterprise, and what a newcomer needs to know of it.

use crate::config::Config;
use anyhow::Context as _;
use model::Timestamp;
use net::inherit::Inherited;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use store::Db;
use store::demo::{ADMIN, Demo, NUMBER};

/// Letters and digits that are not mistaken for one another.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH: usize = 10;

/// Fills an empty database and tells how to use it, once a start.
pub(super) async fn fill(config: &Config, db: &Db, inherited: &Inherited) -> anyhow::Result<()> {
    let password = password(config)?;
    let demo = Demo {
        password: &password,
        outbound_peer: config.demo_outbound_peer,
        now: Timestamp::from_now(inherited.clock.now()),
    };
    store::demo::fill(db, &demo).await?;
    if inherited.generation == 0 {
        tell(config, &password)?;
    }
    Ok(())
}

/// The configured password, the one of the first start, or a new one.
fn password(config: &Config) -> anyhow::Result<String> {
    if let Some(password) = &config.demo_password {
        return Ok(password.clone());
    }
    let path = config.data_dir.join("demo-password");
    match std::fs::read_to_string(&path) {
        Ok(password) => Ok(password.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => invent(&path),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn invent(path: &Path) -> anyhow::Result<String> {
    let mut random = [0; LENGTH];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    let password: String = random
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())?;
    writeln!(file, "{password}")?;
    Ok(password)
}

fn tell(config: &Config, password: &str) -> anyhow::Result<()> {
    let sip = config.sip_udp.or(config.sip_tcp);
    let port = sip.map_or(5060, |address| address.port());
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\nTrunkline is ready.\n\
         \n  Console   http://{http}   sign in as {ADMIN} or 1001@demo.example, password {password}\
         \n  Phones    register 1001, 1002 or 1003 at 127.0.0.1:{port}, password {password}\
         \n  Ring      sip:{NUMBER}@127.0.0.1:{port}\n",
        http = config.http,
    )?;
    out.flush()?;
    Ok(())
}
