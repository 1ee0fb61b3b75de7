//! `trunkline verify`: folds all facts again and compares.

use crate::config::Config;
use anyhow::Context as _;
use std::io::Write as _;
use std::process::ExitCode;
use store::projection;

/// Reports every difference between the facts and what was made of them.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let rebuilt = runtime.block_on(async {
        let db = store::Db::open(&config.database_url, store::Limits::default())
            .await
            .context("database.url")?;
        anyhow::Ok(projection::rebuild(&db).await?)
    })?;
    let mut out = std::io::stdout().lock();
    for difference in &rebuilt.differences {
        writeln!(
            out,
            "{} {}: {:?}",
            difference.table, difference.id, difference.drift
        )?;
    }
    writeln!(
        out,
        "{} facts, {} records, {} recordings, {} differences",
        rebuilt.facts, rebuilt.records, rebuilt.recordings, rebuilt.drifted
    )?;
    Ok(if rebuilt.drifted == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
