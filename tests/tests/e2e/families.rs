//! Telephones of IPv4 and of IPv6 at one server.

use crate::tls::free_v6_address;
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use tests::baresip::{Baresip, Manner};
use tests::server::{Server, free_address};
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

#[test]
fn a_caller_over_ipv4_talks_to_an_agent_over_ipv6_and_each_is_shown_its_own_family() {
    let (v4, v6) = (free_address(), free_v6_address());
    let listen = format!("{v4},{v6}");
    let more = [
        ("TRUNKLINE__SIP__UDP", listen.clone()),
        ("TRUNKLINE__SIP__TCP", listen),
        ("TRUNKLINE__SIP__ADVERTISE", "127.0.0.1,::1".to_owned()),
        ("TRUNKLINE__MEDIA__LISTEN", "::".to_owned()),
        ("TRUNKLINE__MEDIA__ADVERTISE", "127.0.0.1,::1".to_owned()),
    ];
    let mut server = Server::start_with("both-families", &more);
    server.sip = v4;
    let admin = server.api("admin");
    let manner = Manner {
        server: Some(v6),
        ..Manner::answering("1001", AGENT)
    };
    let phone = Baresip::registered(&mut server, manner);
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    let said = phone.log();
    assert!(said.contains("c=IN IP6 ::1\r\n") || said.contains("c=IN IP6 ::1\n"));
    assert!(said.contains(&format!("Contact: <sip:{v6}>")), "{said}");
    assert!(!said.contains("IP4 127.0.0.1"), "{said}");
    admin.finished_record();
    server.comes_to_rest();
}
