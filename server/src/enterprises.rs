//! `trunkline enterprise set-region`.

use crate::config::Config;
use anyhow::{Context as _, bail};
use media::tone::Plan;
use model::Region;
use std::io::Write as _;
use std::process::ExitCode;

/// Says in which country an enterprise is.
///
/// # Errors
/// No such enterprise, a country without two letters, or a database that cannot be written.
pub(crate) fn set_region(config: &Config, name: &str, region: &str) -> anyhow::Result<ExitCode> {
    let region = Region::parse(region)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let known = runtime.block_on(async {
        let db = store::Db::open(&config.database_url, store::Limits::default())
            .await
            .context("database.url")?;
        Ok::<_, anyhow::Error>(store::enterprises::set_region(&db, name, region).await?)
    })?;
    if !known {
        bail!("there is no enterprise {name:?}");
    }
    let mut out = std::io::stdout();
    writeln!(
        out,
        "callers of {name} hear the tones of {region} from the next start on"
    )?;
    if !Plan::countries().any(|country| country == region.as_str()) {
        writeln!(
            out,
            "{region} is not listed: its tones are those that E.180 recommends"
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
