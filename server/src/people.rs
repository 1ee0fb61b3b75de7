//! `trunkline user reset-password`.

use crate::config::Config;
use anyhow::{Context as _, bail};
use model::Timestamp;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Shorter passwords are refused.
const SHORTEST_PASSWORD: usize = 8;

/// Reads a password from standard input and gives it to the person.
///
/// # Errors
/// No such person, a password that is too short, or a database that cannot be written.
pub(crate) fn reset_password(config: &Config, email: &str) -> anyhow::Result<ExitCode> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.chars().count() < SHORTEST_PASSWORD {
        bail!("the password has fewer than {SHORTEST_PASSWORD} characters");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let db = store::Db::open(&config.database_url, store::Limits::default())
            .await
            .context("database.url")?;
        let Some(found) = store::users::by_email(&db, email).await? else {
            bail!("nobody signs in with {email}");
        };
        let hash = store::password::hash(password)?;
        let now = Timestamp::from_now(SystemTime::now().duration_since(UNIX_EPOCH)?);
        store::users::set_password(&db, found.user.id, &hash, now).await?;
        Ok(())
    })?;
    writeln!(
        std::io::stdout(),
        "{email} has a new password; their sessions are over"
    )?;
    Ok(ExitCode::SUCCESS)
}
