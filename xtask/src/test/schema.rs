//! The console's TypeScript types must be those of the API's description.

use crate::tool::{npm, run, web};
use anyhow::{Context, Result, bail};
use std::fs;

/// Generates the types anew and compares; the folder is left as it was found.
pub(super) fn is_current() -> Result<()> {
    let path = web().join("src/api/schema.ts");
    let kept = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let generation = run(npm(&["run", "schema"]));
    let fresh = fs::read_to_string(&path)?;
    if fresh != kept {
        fs::write(&path, &kept)?;
    }
    generation?;
    if fresh != kept {
        bail!("web/src/api/schema.ts is not what `npm run schema` makes of api/openapi.json");
    }
    Ok(())
}
