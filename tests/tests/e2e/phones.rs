//! Telephones and probes that are not baresip.

use crate::tls::{certify, start};
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::net::SocketAddr;
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;
use tests::linphone::Linphone;
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

#[test]
fn linphone_is_called_and_both_sides_hear_each_other() {
    for transport in ["udp", "tcp"] {
        let server = Server::start(&format!("linphone-{transport}"));
        let way = (transport, server.sip);
        linphone_is_called_over(way, server);
    }
}

#[test]
fn linphone_over_tls_is_called_and_both_sides_hear_each_other() {
    let folder = TempDir::new().unwrap();
    certify(folder.path());
    let (server, address) = start("linphone-tls", folder.path());
    linphone_is_called_over(("tls", address), server);
}

fn linphone_is_called_over(way: (&str, SocketAddr), mut server: Server) {
    let admin = server.api("admin");
    let mut phone = Linphone::registered_over(way, &mut server, ("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    phone.talks();
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    admin.agent_is("1001", "talking");
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    admin.shows_no_call();
    admin.agent_is("1001", "idle");
    server.comes_to_rest();
}

#[test]
fn linphone_hangs_up_and_the_caller_is_told() {
    let mut server = Server::start("linphone-leaves");
    let admin = server.api("admin");
    let mut phone = Linphone::registered(&mut server, "1001", AGENT);
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    phone.talks();
    let talking = Instant::now();
    until("a while of talk", SHORTLY, || talking.elapsed() > WHILE);
    phone.command("terminate");
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn sipsak_finds_the_server_alive() {
    let server = Server::start("sipsak");
    let probe = Command::new("sipsak")
        .args(["-s", &format!("sip:health@{}", server.sip), "-v"])
        .output()
        .unwrap();
    assert!(probe.status.success(), "{probe:?}");
}
