//! Phones that register with digest, and calls to and from them.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use sip::auth::{Challenge, Claim, PasswordHashes};
use sip::message::Message;
use sip::{Account, Event, Identity, Invite, Target};

use crate::network::{Handmade, OFFER, World, address, code, header, invite_to};

/// A phone behind NAT.
pub(crate) fn phone() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 41_000))
}

pub(crate) fn world() -> World {
    let mut world = World::new(1);
    world.add("a", 1);
    let hashes = PasswordHashes::new("8001", "trunkline", "secret");
    let account = |user: &str| Account {
        user: user.to_owned(),
        ha1_md5: hashes.md5,
        ha1_sha256: hashes.sha256,
    };
    world.parties[0]
        .endpoint
        .set_accounts(vec![account("8001")]);
    world
}

pub(crate) fn register(cseq: u32) -> Handmade {
    Handmade::new("REGISTER", phone())
        .uri("sip:trunkline")
        .with("CSeq", &format!("{cseq} REGISTER"))
        .with(
            "Via",
            &format!("SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKr{cseq};rport"),
        )
        .with("Contact", "<sip:8001@10.0.0.7:5060>")
        .with("User-Agent", "Desk phone")
        .with("Expires", "60")
}

/// The request with credentials for the challenge.
pub(crate) fn signed(
    request: &Handmade,
    method: &str,
    challenge: &Message,
    password: &str,
) -> Handmade {
    let hashes = PasswordHashes::new("8001", "trunkline", password);
    let value = challenge.headers_named("WWW-Authenticate").next().unwrap();
    let answer = Challenge::parse(value).unwrap().answer(&Claim {
        user: "8001",
        hashes: &hashes,
        method,
        uri: "sip:trunkline",
        client_nonce: "c0ffee",
        count: 1,
    });
    let via = format!("SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKs{method}{password};rport");
    request
        .clone()
        .with("Authorization", &answer)
        .with("Via", &via)
}

/// Registers with a fresh nonce; returns the final answer.
pub(crate) fn registered(world: &mut World, request: &Handmade, password: &str) -> Message {
    let challenge = world.exchange(phone(), request).remove(0);
    assert_eq!(code(&challenge), Some(401));
    let request = signed(request, "REGISTER", &challenge, password).with(
        "Via",
        &format!("SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK{:?};rport", world.now),
    );
    world.exchange(phone(), &request).remove(0)
}

#[test]
fn a_phone_registers_and_its_binding_lapses() {
    let mut world = world();

    let answer = registered(&mut world, &register(1), "secret");

    assert_eq!(code(&answer), Some(200));
    assert_eq!(
        header(&answer, "Contact"),
        "<sip:8001@10.0.0.7:5060>;expires=60"
    );
    let endpoint = &world.parties[0].endpoint;
    let bindings = endpoint.contacts(world.now, "8001");
    assert_eq!(
        bindings[0].flow.remote,
        phone(),
        "where it came from, not what it says"
    );
    assert_eq!(bindings[0].user_agent.as_deref(), Some("Desk phone"));
    world.run_for(61_000);
    assert!(
        world.parties[0]
            .endpoint
            .contacts(world.now, "8001")
            .is_empty()
    );
    assert_eq!(
        world.parties[0].events,
        [
            Event::Registered {
                user: "8001".to_owned(),
                contacts: 1
            },
            Event::Registered {
                user: "8001".to_owned(),
                contacts: 0
            }
        ]
    );
}

#[test]
fn a_copy_of_a_register_is_answered_again_without_another_challenge() {
    let mut world = world();
    let challenge = world.exchange(phone(), &register(1)).remove(0);
    let request = signed(&register(1), "REGISTER", &challenge, "secret");

    assert_eq!(world.statuses(phone(), &request), [200]);
    assert_eq!(world.statuses(phone(), &request), [200]);
}

#[test]
fn a_nonce_count_that_was_used_is_stale() {
    let mut world = world();
    let challenge = world.exchange(phone(), &register(1)).remove(0);
    let request = signed(&register(1), "REGISTER", &challenge, "secret");
    world.exchange(phone(), &request);

    let replayed = request.with("Via", "SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKreplayed;rport");
    let answer = world.exchange(phone(), &replayed).remove(0);

    assert_eq!(code(&answer), Some(401));
    assert!(header(&answer, "WWW-Authenticate").contains("stale=true"));
}

#[test]
fn wrong_passwords_and_unknown_users_are_answered_alike_and_counted() {
    let mut world = world();
    let wrong = registered(&mut world, &register(1), "guess");
    assert_eq!(code(&wrong), Some(401));
    let stranger = register(2).with("To", "<sip:9999@trunkline>");
    let unknown = registered(&mut world, &stranger, "guess");
    assert_eq!(code(&unknown), Some(401));
    assert_eq!(world.parties[0].endpoint.counters().auth_failures, 2);
}

#[test]
fn a_source_that_guesses_passwords_is_slowed_down_and_barred() {
    let mut world = world();
    for cseq in 0..20 {
        registered(&mut world, &register(cseq), "guess");
        world.run_for(4_000);
    }
    let event = world.parties[0].events.pop_back();
    let Some(Event::Barred {
        source,
        until,
        failures: 20,
        user: Some(user),
    }) = event
    else {
        panic!("{event:?}");
    };
    assert_eq!((source, user.as_str()), (phone().ip(), "8001"));

    assert!(world.exchange(phone(), &register(30)).is_empty());
    assert_eq!(world.parties[0].endpoint.counters().dropped_throttled, 1);
    let left = until.saturating_sub(world.now).as_millis();
    world.run_for(u64::try_from(left).unwrap());
    assert_eq!(world.statuses(phone(), &register(31)), [401]);
}

#[test]
fn a_guess_that_comes_too_soon_is_not_looked_at() {
    let mut world = world();
    for cseq in 0..4 {
        registered(&mut world, &register(cseq), "guess");
    }
    let challenge = world.exchange(phone(), &register(6)).remove(0);
    let guess = signed(&register(6), "REGISTER", &challenge, "guess");

    assert!(world.exchange(phone(), &guess).is_empty());

    assert_eq!(world.parties[0].endpoint.counters().auth_failures, 4);
    assert_eq!(world.parties[0].endpoint.counters().dropped_throttled, 1);
}

#[test]
fn a_registered_phone_is_heard_while_others_behind_its_address_guess() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    let guesser = SocketAddr::new(phone().ip(), 5555);
    for cseq in 0..200 {
        let challenge = world.exchange(guesser, &register(cseq)).pop();
        if let Some(challenge) = challenge.filter(|answer| code(answer) == Some(401)) {
            let guess = signed(&register(cseq), "REGISTER", &challenge, &cseq.to_string());
            world.exchange(guesser, &guess);
        }
    }
    assert_eq!(world.parties[0].endpoint.counters().barred, 1);

    assert_eq!(
        code(&registered(&mut world, &register(201), "secret")),
        Some(200)
    );
}

#[test]
fn a_user_registers_only_its_own_address() {
    let mut world = world();
    let other = register(1).with("To", "<sip:8002@trunkline>");

    assert_eq!(code(&registered(&mut world, &other, "secret")), Some(403));
    assert!(world.parties[0].events.is_empty());
}

#[test]
fn wishes_that_cannot_be_granted_change_nothing() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    let cases = [
        (register(2).with("Expires", "5"), 423),
        (register(3).with("Contact", "*"), 400),
        (
            register(4)
                .with("Contact", "*, <sip:a@b>")
                .with("Expires", "0"),
            400,
        ),
        (register(1), 500),
    ];
    for (request, status) in cases {
        let answer = registered(&mut world, &request, "secret");
        assert_eq!(code(&answer), Some(status), "{}", request.text());
        if status == 423 {
            assert_eq!(header(&answer, "Min-Expires"), "30");
        }
    }
    let now = world.now;
    assert_eq!(world.parties[0].endpoint.contacts(now, "8001").len(), 1);
    let all = register(5).with("Contact", "*").with("Expires", "0");
    assert_eq!(code(&registered(&mut world, &all, "secret")), Some(200));
    assert!(world.parties[0].endpoint.contacts(now, "8001").is_empty());
}

#[test]
fn a_register_without_contact_lists_the_bindings() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");

    let answer = registered(&mut world, &register(2).without("Contact"), "secret");

    assert_eq!(code(&answer), Some(200));
    assert!(header(&answer, "Contact").starts_with("<sip:8001@10.0.0.7:5060>"));
}

#[test]
fn a_registered_phone_is_called_over_the_path_it_registered_from() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    let binding = world.parties[0]
        .endpoint
        .contacts(world.now, "8001")
        .remove(0);
    let invite = Invite {
        target: Target::Contact(binding),
        ..invite_to(phone())
    };

    let session = world.act(0, |a, now| a.invite(now, invite).unwrap());
    world.run_for(50);
    let request = world.stray.remove(0);
    assert_eq!(
        request.request_uri().unwrap().as_str(),
        "sip:8001@10.0.0.7:5060"
    );
    let ok = reply_to(&request, "200 OK", "<sip:8001@10.0.0.7:5060>");
    world.inject(phone(), address(1), &ok);
    world.run_for(50);
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_for(50);

    let sent: Vec<_> = world
        .stray
        .iter()
        .map(|message| message.method_text().to_owned())
        .collect();
    assert_eq!(sent, ["ACK", "BYE"], "both reach the phone behind its NAT");
}

#[test]
fn a_registered_phone_may_ask_for_options_and_call_with_its_credentials() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    assert_eq!(
        world.statuses(phone(), &Handmade::new("OPTIONS", phone())),
        [200]
    );

    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    let invite = Handmade::new("INVITE", phone()).body("application/sdp", &offer);
    let challenge = world.exchange(phone(), &invite).remove(0);
    assert_eq!(code(&challenge), Some(401));
    let call = signed(&invite, "INVITE", &challenge, "secret");
    assert_eq!(world.statuses(phone(), &call), [100]);

    let Some(Event::Incoming { incoming, .. }) = world.parties[0].events.pop_back() else {
        panic!("no call came in");
    };
    assert_eq!(incoming.identity, Identity::Account("8001".to_owned()));
    assert_eq!(incoming.offer, Some(Bytes::from_static(OFFER)));
}

#[test]
fn bindings_outlive_a_restart() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    let endpoint = &mut world.parties[0].endpoint;
    assert_eq!(endpoint.take_touched_users(), ["8001"]);
    let form = endpoint.save_bindings("8001");
    let before = endpoint.contacts(world.now, "8001");

    world.restart(0);
    let now = world.now;
    world.act(0, |a, _| a.restore_bindings(now, &form).unwrap());

    assert_eq!(world.parties[0].endpoint.contacts(now, "8001"), before);
    let lapse = world.parties[0].endpoint.poll_timeout();
    assert!(lapse.is_some_and(|at| at <= now + Duration::from_mins(1)));
}

/// The response that a phone would write.
pub(crate) fn reply_to(request: &Message, status: &str, contact: &str) -> String {
    let text = |name| header(request, name);
    format!(
        "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=phone\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: {contact}\r\nContent-Length: 0\r\n\r\n",
        text("Via"),
        text("From"),
        text("To"),
        text("Call-ID"),
        text("CSeq"),
    )
}

#[test]
fn a_registered_phone_that_goes_on_guessing_is_heard_once_in_four_seconds() {
    let mut world = world();
    registered(&mut world, &register(1), "secret");
    let mut refused = 0;
    let mut cseq = 1;
    let end = world.now + Duration::from_secs(50);
    while world.now < end {
        cseq += 1;
        let challenge = world.exchange(phone(), &register(cseq));
        let Some(challenge) = challenge.first() else {
            continue;
        };
        cseq += 1;
        let guess = signed(&register(cseq), "REGISTER", challenge, "guess").with(
            "Via",
            &format!("SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKg{cseq};rport"),
        );
        refused += world.exchange(phone(), &guess).len();
        world.run_for(100);
    }
    assert!((10..30).contains(&refused), "{refused} in fifty seconds");

    world.run_for(4_000);
    let answer = registered(&mut world, &register(cseq + 1), "secret");
    assert_eq!(code(&answer), Some(200), "it is never barred");
}
