//! The built console inside the binary.

use api::Asset;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Console;

/// Shown for the front page by a binary that was built without the console.
const MISSING: &str = "<!doctype html><meta charset=utf-8><title>Trunkline</title>\
    <p>The console is not built into this binary. Run <code>cargo xtask web</code> and build \
    again. The API works: see <a href=/api/docs>/api/docs</a>.";

/// The file of the console with this path.
pub(crate) fn find(path: &str) -> Option<Asset> {
    match Console::get(path) {
        Some(file) => Some(Asset { bytes: file.data }),
        None if path == "index.html" => Some(Asset {
            bytes: MISSING.as_bytes().into(),
        }),
        None => None,
    }
}
