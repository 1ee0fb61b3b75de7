//! The browser console: its packages and its build, each skipped when nothing changed.

use crate::tool::{npm, run, target, web};
use anyhow::{Context, Result};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// Installs the packages that the lock file names, unless they are there.
pub(crate) fn install() -> Result<()> {
    let stamp = Stamp::of("console-packages", &[web().join("package-lock.json")])?;
    if web().join("node_modules").is_dir() && stamp.is_current() {
        return Ok(());
    }
    run(npm(&["ci", "--no-audit", "--no-fund"]))
        .context("Node with npm is needed for the console")?;
    stamp.keep()
}

/// Builds the console into `web/dist`, unless its sources are those of the last build.
pub(crate) fn build() -> Result<()> {
    let stamp = Stamp::of("console-build", &sources(&web())?)?;
    if web().join("dist/index.html").is_file() && stamp.is_current() {
        return Ok(());
    }
    run(npm(&["run", "build"]))?;
    stamp.keep()
}

/// What the files held when a step last succeeded.
struct Stamp {
    path: PathBuf,
    fingerprint: String,
}

impl Stamp {
    fn of(name: &str, files: &[PathBuf]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for file in files {
            file.hash(&mut hasher);
            let content = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            content.hash(&mut hasher);
        }
        Ok(Self {
            path: target().join("xtask").join(name),
            fingerprint: format!("{:016x}", hasher.finish()),
        })
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|kept| kept == self.fingerprint)
    }

    fn keep(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, &self.fingerprint)
            .with_context(|| format!("writing {}", self.path.display()))
    }
}

/// Every file that the build reads, in a fixed order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let made = ["node_modules", "dist"]
            .iter()
            .any(|name| path.ends_with(name));
        if path.is_dir() && !made {
            files.extend(sources(&path)?);
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_build_makes_is_no_source_of_it() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-sources-{}", std::process::id()));
        for file in ["b.ts", "src/a.ts", "dist/index.html", "node_modules/x/y.js"] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().context("every file has a folder")?)?;
            fs::write(path, "")?;
        }
        let found = sources(&folder)?;
        fs::remove_dir_all(&folder)?;
        assert_eq!(found, [folder.join("b.ts"), folder.join("src/a.ts")]);
        Ok(())
    }
}
