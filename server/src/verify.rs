//! `trunkline verify`: folds all facts again and compares, and the files of recordings with their
//! digests.

mod files;

use crate::config::Config;
use anyhow::Context as _;
use std::io::Write as _;
use std::process::ExitCode;
use store::projection;

/// Reports every difference between the facts and what was made of them, and every file of a
/// recording that is not what it was when it was closed.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (rebuilt, files) = runtime.block_on(async {
        let db = store::Db::open(&config.database_url, store::Limits::default())
            .await
            .context("database.url")?;
        projection::fill(&db).await?;
        let rebuilt = projection::rebuild(&db).await?;
        anyhow::Ok((rebuilt, files::check(config, &db).await?))
    })?;
    let mut out = std::io::stdout().lock();
    let differences = rebuilt.drifted + files.wrong.len() as u64;
    for wrong in &files.wrong {
        writeln!(out, "file {wrong}")?;
    }
    for difference in &rebuilt.differences {
        writeln!(
            out,
            "{} {}: {:?}",
            difference.table, difference.id, difference.drift
        )?;
    }
    writeln!(
        out,
        "{} facts, {} records, {} recordings, {} figures of flows, {} files, {differences} differences",
        rebuilt.facts, rebuilt.records, rebuilt.recordings, rebuilt.counts, files.checked
    )?;
    Ok(if differences == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
