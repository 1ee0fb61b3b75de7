//! The committed specification is the one that the routes give.

use std::path::Path;

#[test]
fn the_committed_specification_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let built = api::specification();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &built).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();

    assert!(
        committed == built,
        "api/openapi.json is stale: run this test with UPDATE_SNAPSHOTS=1, then `npm run schema` in web/"
    );
}
