//! Who is believed to call, and as whom we call (RFC 3325, RFC 3323, RFC 5806, RFC 7044).

use sip::identity::{CallerName, Diversion, DiversionReason};
use sip::message::Message;
use sip::{Event, Incoming, Invite, Refusal, TrunkConfig};

use crate::handmade::Handmade;
use crate::network::{OFFER, World, address, code, header, invite_to, neighbours};
use crate::registrations::{phone, signed, world};

/// Everything that a caller may claim of itself and of others.
fn claims(request: Handmade) -> Handmade {
    request
        .uri("tel:400-811-0513")
        .with(
            "From",
            "\"Ann\" <sip:+86-139-1111@carrier;user=phone>;tag=hand",
        )
        .with("P-Asserted-Identity", "\"Bank\" <sip:+8695588@carrier>")
        .with("Diversion", "<sip:8002@carrier>;reason=user-busy")
        .with("History-Info", "<sip:8002@carrier>;index=1")
        .with("X-Account", "42")
}

fn invite() -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    Handmade::new("INVITE", address(50)).body("application/sdp", &offer)
}

fn incoming(world: &mut World) -> Incoming {
    let events = std::mem::take(&mut world.parties[0].events);
    let mut found = events.into_iter().filter_map(|event| match event {
        Event::Incoming { incoming, .. } => Some(incoming),
        _ => None,
    });
    found.next_back().expect("a call came in")
}

#[test]
fn a_trunk_is_believed_whom_it_asserts_and_which_way_the_call_came() {
    let mut world = world();
    assert_eq!(world.statuses(address(50), &claims(invite())), [100]);

    let incoming = incoming(&mut world);

    assert_eq!(incoming.request_user, "4008110513");
    assert_eq!(incoming.from_user, "+861391111");
    let asserted = incoming.asserted.unwrap();
    assert_eq!(asserted.user, "+8695588");
    assert_eq!(asserted.display.as_deref(), Some("Bank"));
    let diversion = incoming.diversion.unwrap();
    assert_eq!(diversion.user, "8002");
    assert_eq!(diversion.reason, DiversionReason::UserBusy);
    assert_eq!(incoming.history[0].user, "8002");
    assert!(!incoming.privacy);
    assert_eq!(incoming.headers.len(), 3);
}

#[test]
fn a_trunk_that_is_not_trusted_is_not_believed_anything() {
    let mut world = world();
    let doubted: Vec<_> = neighbours(address(1))
        .into_iter()
        .map(|trunk| TrunkConfig {
            trusts_identity: false,
            ..trunk
        })
        .collect();
    world.act(0, |a, now| a.set_trunks(now, doubted));
    assert_eq!(world.statuses(address(50), &claims(invite())), [100]);

    let incoming = incoming(&mut world);

    assert_eq!(incoming.asserted, None);
    assert_eq!(incoming.diversion, None);
    assert!(incoming.history.is_empty());
    assert!(incoming.headers.is_empty());
}

#[test]
fn a_phone_is_not_believed_anything_but_its_credentials() {
    let mut world = world();
    let request = claims(invite());
    let challenge = world.exchange(phone(), &request).remove(0);
    assert_eq!(code(&challenge), Some(401));
    let request = signed(&request, "INVITE", &challenge, "secret");
    assert_eq!(world.statuses(phone(), &request), [100]);

    let incoming = incoming(&mut world);

    assert_eq!(incoming.asserted, None);
    assert_eq!(incoming.diversion, None);
    assert!(incoming.history.is_empty());
    assert!(incoming.headers.is_empty());
}

#[test]
fn a_remote_party_stands_in_for_an_asserted_identity() {
    let mut world = world();
    let request = invite().with("Remote-Party-ID", "<sip:139@h>;party=calling;privacy=full");
    world.statuses(address(50), &request);

    let incoming = incoming(&mut world);

    assert_eq!(incoming.asserted.unwrap().user, "139");
    assert!(incoming.privacy);
}

#[test]
fn a_caller_who_wants_to_stay_unknown_is_nobody() {
    let mut world = world();
    let request = invite().with(
        "From",
        "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=hand",
    );
    world.statuses(address(50), &request);

    let incoming = incoming(&mut world);

    assert_eq!(incoming.from_user, "");
    assert!(incoming.privacy);
}

/// What a call of ours looks like to the callee.
fn sent(invite: Invite) -> Message {
    let mut world = world();
    world.act(0, |a, now| a.invite(now, invite).unwrap());
    world.run_for(50);
    world.stray.remove(0)
}

#[test]
fn a_call_of_ours_says_who_calls_who_forwarded_it_and_who_asked_for_it() {
    let request = sent(Invite {
        asserted: Some(CallerName {
            user: "4008110510".to_owned(),
            display: Some("Sales, \"North\"".to_owned()),
        }),
        diversion: Some(Diversion {
            user: "8002".to_owned(),
            reason: DiversionReason::NoAnswer,
        }),
        referred_by: Some("sip:8001@192.0.2.9".to_owned()),
        user_phone: true,
        ..invite_to(address(9))
    });

    assert_eq!(
        header(&request, "P-Asserted-Identity"),
        "\"Sales, \\\"North\\\"\" <sip:4008110510@192.0.2.1;user=phone>"
    );
    assert_eq!(
        header(&request, "Diversion"),
        "<sip:8002@192.0.2.1;user=phone>;reason=no-answer;counter=1;privacy=off"
    );
    assert_eq!(header(&request, "Referred-By"), "<sip:8001@192.0.2.9>");
    assert_eq!(
        request.request_uri().unwrap().as_str(),
        "sip:4008110513@192.0.2.9:5060;user=phone"
    );
    assert_eq!(
        request.from().uri().as_str(),
        "sip:13800138000@192.0.2.1;user=phone"
    );
    assert_eq!(request.headers_named("Privacy").count(), 0);
}

#[test]
fn a_trunk_with_a_domain_of_its_own_sees_it_in_every_identity() {
    let mut world = world();
    let with_domain: Vec<_> = neighbours(address(1))
        .into_iter()
        .map(|trunk| TrunkConfig {
            from_domain: Some("ims.example".to_owned()),
            ..trunk
        })
        .collect();
    world.act(0, |a, now| a.set_trunks(now, with_domain));
    let invite = Invite {
        asserted: Some(CallerName {
            user: "400".to_owned(),
            display: None,
        }),
        ..invite_to(address(9))
    };
    world.act(0, |a, now| a.invite(now, invite).unwrap());
    world.run_for(50);
    let request = world.stray.remove(0);

    assert_eq!(
        header(&request, "P-Asserted-Identity"),
        "<sip:400@ims.example>"
    );
    assert_eq!(request.from().uri().host(), Some("ims.example"));
}

#[test]
fn an_anonymous_call_of_ours_names_its_caller_only_to_the_network() {
    let request = sent(Invite {
        asserted: Some(CallerName {
            user: "4008110510".to_owned(),
            display: None,
        }),
        privacy: true,
        ..invite_to(address(9))
    });

    let from = header(&request, "From");
    assert!(from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
    assert_eq!(header(&request, "Privacy"), "id");
    assert_eq!(
        header(&request, "P-Asserted-Identity"),
        "<sip:4008110510@192.0.2.1>"
    );
    let text = String::from_utf8_lossy(request.bytes()).into_owned();
    assert!(!text.contains("13800138000") && !text.contains("Ann"));
}

#[test]
fn a_cause_of_the_telephone_network_is_told_in_every_way_to_end_a_call() {
    let mut world = world();
    world.statuses(address(50), &invite());
    let session = world.incoming(0);
    let reason = sip::ReasonHeader {
        protocol: "Q.850".to_owned(),
        cause: sip::causes::cause_of_status(486),
        text: sip::causes::name_of_cause(17).map(str::to_owned),
    };
    let refusal = Refusal {
        status: sip::causes::status_of_cause(17),
        reason: Some(reason.clone()),
        retry_after: None,
        warning: None,
    };
    world.act(0, |a, now| a.refuse(now, session, &refusal).unwrap());
    world.run_for(50);
    let refused = world.stray.remove(0);
    assert_eq!(code(&refused), Some(486));
    let text = "Q.850;cause=17;text=\"User busy\"";
    assert_eq!(header(&refused, "Reason"), text);

    let ours = world.act(0, |a, now| a.invite(now, invite_to(address(9))).unwrap());
    world.run_for(50);
    let sent = world.stray.pop().unwrap();
    let lines = ["Via", "From", "To", "Call-ID", "CSeq"]
        .map(|name| format!("{name}: {}", header(&sent, name)))
        .join("\r\n");
    let ringing = format!("SIP/2.0 180 Ringing\r\n{lines}\r\nContent-Length: 0\r\n\r\n");
    world.inject(address(9), address(1), &ringing);
    world.run_for(50);
    world.act(0, |a, now| a.hang_up(now, ours, Some(reason)).unwrap());
    world.run_for(50);
    let cancel = world.stray.remove(0);
    assert_eq!(cancel.method(), sip::message::Method::Cancel);
    assert_eq!(header(&cancel, "Reason"), text);
}
