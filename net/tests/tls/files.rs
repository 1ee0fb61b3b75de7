//! What is wrong with the files is said by the key that names them; what is right is read again.

use crate::world::{Authority, Pair, World, client_config, dial, file, write_pair};
use net::{
    signalling::Limits,
    tls::{Client, Error, Reload, Server},
};
use std::{fs, io::Write as _, thread};
use tempfile::TempDir;

fn refused(pair: &Pair) -> String {
    let folder = TempDir::new().unwrap();
    let identity = write_pair(folder.path(), pair);
    let error = Server::load(identity, None).unwrap_err();
    let text = error.to_string();
    text.replace(&folder.path().display().to_string(), "…")
}

#[test]
fn each_fault_of_a_file_names_its_key() {
    let authority = Authority::new();
    let (good, other) = (
        authority.sign(&["a.example"]),
        authority.sign(&["b.example"]),
    );
    let key = |key: &str| Pair {
        certificate: good.certificate.clone(),
        key: key.to_owned(),
    };

    assert_eq!(
        refused(&key(&other.key)),
        "sip.tls_key: the key in …/key.pem does not fit the certificate of sip.tls_cert"
    );
    assert_eq!(
        refused(&key("")),
        "sip.tls_key: no private key in …/key.pem"
    );
    let empty = Pair {
        certificate: "nothing".to_owned(),
        key: good.key.clone(),
    };
    assert_eq!(
        refused(&empty),
        "sip.tls_cert: no certificate in …/cert.pem"
    );
}

#[test]
fn a_missing_file_names_its_key() {
    let folder = TempDir::new().unwrap();
    let roots = file("sip.tls_ca", folder.path().join("ca.pem"));
    let error = Client::load(None, Some(roots)).unwrap_err();

    assert!(matches!(&error, Error::Unreadable(file, _) if file.key == "sip.tls_ca"));
    assert!(error.to_string().starts_with("sip.tls_ca: cannot read "));
}

#[test]
fn the_systems_roots_serve_where_none_are_named() {
    assert!(Client::load(None, None).is_ok());
}

#[test]
fn new_files_are_shown_to_new_connections_and_old_connections_go_on() {
    let mut world = World::new(Limits::default());
    let trusting = client_config(&world.authority.pem, None);
    let mut first = dial(world.address, trusting.clone());
    let writer = thread::spawn(move || {
        first.write_all(b"before").unwrap();
        first
    });
    assert_eq!(world.received(6), b"before");
    let mut first = writer.join().unwrap();

    assert_eq!(world.server.reload().unwrap(), Reload::Unchanged);
    let other = Authority::new();
    write_pair(world.folder.path(), &other.sign(&["sip.example.com"]));
    assert_eq!(world.server.reload().unwrap(), Reload::Changed);

    let mut stale = dial(world.address, trusting);
    let refused = thread::spawn(move || stale.write_all(b"x").is_err());
    world.until("a failed handshake", |world| {
        (world.reactor.counters().handshakes_failed == 1).then_some(())
    });
    assert!(refused.join().unwrap());
    let mut fresh = dial(world.address, client_config(&other.pem, None));
    let writer = thread::spawn(move || {
        fresh.write_all(b"renewed").unwrap();
        fresh
    });
    assert_eq!(world.received(7), b"renewed");
    first.write_all(b"still here").unwrap();
    assert_eq!(world.received(10), b"still here");
    drop(writer.join());
}

#[test]
fn files_that_become_useless_change_nothing() {
    let mut world = World::new(Limits::default());
    fs::write(world.folder.path().join("key.pem"), "torn").unwrap();
    assert!(matches!(world.server.reload(), Err(Error::NoKey(_))));

    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let writer = thread::spawn(move || {
        peer.write_all(b"works").unwrap();
        peer
    });
    assert_eq!(world.received(5), b"works");
    drop(writer.join());
}
