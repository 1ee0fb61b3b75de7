//! Recordings of real calls that go into the bucket of a store, whatever the store and the server
//! go through meanwhile.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tests::api::{Api, recording_path};
use tests::baresip::{Baresip, Manner};
use tests::bucket::{Mood, NAME, Store, gather};
use tests::patience::{eventually, until};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// The job looks every 2 s, rests longer the longer the store refuses, and what it says goes
/// through the journal.
const PATIENCE: Duration = Duration::from_secs(90);

/// A call that is recorded, and its record.
fn call(server: &mut Server, admin: &Api) -> Value {
    let _phone = Baresip::registered(server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    admin.finished_record()
}

/// The complete recordings that lie on the server's own disk.
fn here(server: &Server) -> Vec<PathBuf> {
    let mut found = Vec::new();
    gather(&server.folder().join("data/recordings"), &mut found);
    found
}

/// Waits until the recording is in the bucket and nowhere else, and gives its record.
fn comes_to_the_bucket(server: &Server, admin: &Api, record: &Value) -> Value {
    let path = format!("/call-records/{}", record["id"].as_str().unwrap());
    let moved = eventually("a recording in the bucket", PATIENCE, || {
        let record = admin.get(&path).json();
        (record["recording_file"]["bucket"] == NAME).then_some(record)
    });
    until("no recording here", PATIENCE, || here(server).is_empty());
    moved
}

fn has_no_difference(server: &Server) {
    let report = server.verify();
    let report = report.trim_end();
    assert!(report.ends_with(" 1 files, 0 differences"), "{report}");
}

#[test]
fn a_recording_goes_into_the_bucket_and_is_played_from_there() {
    let store = Store::start(Mood::Holding);
    let mut server = Server::start_with("bucket", &store.keys());
    let admin = server.api("admin");
    let record = call(&mut server, &admin);
    let whole = admin.recording(&record);
    assert!(record["recording_file"]["bucket"].is_null());
    let name = here(&server)[0].clone();
    store.becomes(Mood::Well);

    let moved = comes_to_the_bucket(&server, &admin, &record);

    let sha256 = &record["recording_file"]["sha256"];
    assert_eq!(&moved["recording_file"]["sha256"], sha256);
    assert_eq!(store.objects().len(), 1);
    assert_eq!(fs::read(&store.objects()[0]).unwrap(), whole);
    assert!(admin.recording(&record) == whole);
    let path = recording_path(&record);
    for (range, first, after) in [
        ("bytes=0-99", 0, 100),
        ("bytes=1000-20000", 1_000, 20_001),
        ("bytes=-10", whole.len() - 10, whole.len()),
    ] {
        let part = admin.get_range(&path, Some(range));
        assert_eq!(part.status, 206, "{range}");
        assert!(part.body == whole[first..after], "{range}");
    }
    let events = admin.story(&record);
    let said = events
        .iter()
        .find(|event| event["kind"] == "recording_moved");
    assert_eq!(said.unwrap()["bucket"], NAME);
    assert!(server.metric("trunkline_recordings_moved_total") > 0.5);
    has_no_difference(&server);

    store.becomes(Mood::Away);
    let refused = admin.get(&path);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.json()["code"], "bucket_unavailable");
    assert!(server.is_ready());
    store.becomes(Mood::Well);
    assert!(admin.recording(&record) == whole);

    // What a server leaves that dies between the database and the file here.
    server.kill_everything_and(|| fs::write(&name, &whole).unwrap());
    until("no recording here", PATIENCE, || here(&server).is_empty());
    has_no_difference(&server);
    server.comes_to_rest();
}

#[test]
fn calls_go_on_while_the_bucket_is_away_and_their_recordings_follow() {
    let store = Store::start(Mood::Away);
    let mut server = Server::start_with("bucket-away", &store.keys());
    let admin = server.api("admin");
    let record = call(&mut server, &admin);

    let whole = admin.recording(&record);
    until("a fault of the bucket", PATIENCE, || {
        let fault = server.fault_of("bucket").unwrap_or_default();
        fault.starts_with("bucket.endpoint: it does not answer")
    });
    assert!(server.is_ready());
    assert!(server.metric("trunkline_recordings_move_failing") > 0.5);
    until("a recording that waits", PATIENCE, || {
        server.metric("trunkline_recordings_unmoved") > 0.5
    });
    store.becomes(Mood::Cutting(2_000));
    until("an upload that is cut", PATIENCE, || {
        server.metric("trunkline_recordings_move_failures_total") > 0.5
    });
    assert!(store.objects().is_empty());
    assert!(admin.recording(&record) == whole);
    store.becomes(Mood::Well);

    comes_to_the_bucket(&server, &admin, &record);
    assert!(admin.recording(&record) == whole);
    assert_eq!(server.fault_of("bucket"), None);
    assert!(server.metric("trunkline_recordings_move_failing") < 0.5);
    assert!(server.log().contains("the bucket takes recordings again"));
    has_no_difference(&server);
    server.comes_to_rest();
}

#[test]
fn a_server_killed_between_the_upload_and_the_database_has_one_recording() {
    let store = Store::start(Mood::Holding);
    let mut keys = store.keys();
    keys.push(("TRUNKLINE__RECORDING__COMPRESS", "opus".to_owned()));
    let mut server = Server::start_with("bucket-killed", &keys);
    let admin = server.api("admin");
    let record = call(&mut server, &admin);
    until("an upload", PATIENCE, || !store.objects().is_empty());

    server.kill_worker();
    store.becomes(Mood::Well);

    let moved = comes_to_the_bucket(&server, &admin, &record);
    assert_eq!(moved["recording_file"]["format"], "opus");
    let objects = store.objects();
    assert_eq!(objects.len(), 1, "{objects:?}");
    assert!(admin.recording(&record).starts_with(b"OggS"));
    assert!(fs::read(&objects[0]).unwrap() == admin.recording(&record));
    has_no_difference(&server);
    server.comes_to_rest();
}

#[test]
fn credentials_that_the_store_refuses_are_named() {
    let store = Store::start(Mood::Well);
    let mut keys = store.keys();
    keys.push(("TRUNKLINE__BUCKET__SECRET", "nobody-knows-it".to_owned()));

    let server = Server::start_with("bucket-refused", &keys);

    let said = "bucket.secret: it is not that of bucket.key_id";
    until("a fault of the bucket", PATIENCE, || {
        let fault = server.fault_of("bucket").unwrap_or_default();
        fault.starts_with(said)
    });
    assert!(server.log().contains(said));
    assert!(server.is_ready());
    assert!(!server.log().contains("nobody-knows-it"));
}
