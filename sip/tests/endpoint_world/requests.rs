//! INFO and MESSAGE of both sides, and requests that come round or are not for us.

use bytes::Bytes;
use sip::{Error, Event, InstantMessage, SessionId, Target, Transport};

use crate::handmade::Handmade;
use crate::network::{World, address, code, header, invite_to, pair, trunk_at};
use crate::offers::Call;
use crate::registrations::{phone, register, registered, signed, world};

const KEY: &[u8] = b"Signal=5\r\nDuration=160\r\n";

fn send_key(world: &mut World, session: SessionId) {
    world.act(0, |a, now| {
        let key = Bytes::from_static(KEY);
        a.info(now, session, "application/dtmf-relay", key).unwrap();
    });
}

#[test]
fn a_key_press_goes_by_info_and_its_result_is_told() {
    let mut world = pair();
    let (caller, _) = world.established();
    send_key(&mut world, caller);
    world.run_for(100);

    assert_eq!(
        world.ladder,
        [
            "0.2s a INFO →",
            "0.2s b 200 →",
            "0.2s b Info",
            "0.2s a InfoResult 200"
        ]
    );
    let Some(Event::Info {
        content_type, body, ..
    }) = world.parties[1].events.pop_back()
    else {
        panic!("no key came");
    };
    assert_eq!(content_type, "application/dtmf-relay");
    assert_eq!(body, KEY);
}

#[test]
fn an_info_survives_loss_and_a_restart_of_its_sender() {
    let mut world = pair();
    let (caller, _) = world.established();
    world.faults.loss = 1000;
    send_key(&mut world, caller);
    world.restart(0);
    world.run_for(400);
    world.faults.loss = 0;
    world.run_for(2000);

    assert_eq!(world.ladder.last().unwrap(), "0.7s a InfoResult 200");
}

#[test]
fn a_request_that_nobody_answers_ends_the_call() {
    let mut world = pair();
    let (caller, _) = world.established();
    world.faults.loss = 1000;
    send_key(&mut world, caller);
    world.run_for(33_000);

    let told: Vec<_> = world
        .ladder
        .iter()
        .filter(|line| !line.ends_with('→'))
        .collect();
    assert_eq!(
        told,
        ["32.2s a InfoResult 408", "32.2s a Ended Unreachable"]
    );
    assert!(world.ladder.contains(&"32.2s a BYE →".to_owned()));
}

#[test]
fn a_peer_that_forgot_the_call_ends_it_with_481() {
    let mut call = Call::established();
    let session = call.session;
    call.world.act(0, |a, now| {
        let key = Bytes::from_static(KEY);
        a.info(now, session, "application/dtmf-relay", key).unwrap();
    });
    call.world.run_for(50);
    let info = call.world.stray.remove(0);
    let lines = ["Via", "From", "To", "Call-ID", "CSeq"]
        .map(|name| format!("{name}: {}", header(&info, name)))
        .join("\r\n");
    let gone = format!("SIP/2.0 481 Gone\r\n{lines}\r\nContent-Length: 0\r\n\r\n");
    call.world.inject(address(50), address(1), &gone);
    call.world.run_for(50);

    assert!(matches!(
        call.event(),
        Some(Event::InfoResult { status: 481, .. })
    ));
    assert!(matches!(call.event(), Some(Event::Ended { .. })));
    assert_eq!(call.world.stray[0].method(), sip::message::Method::Bye);
}

#[test]
fn requests_of_ours_are_bounded_and_only_for_calls() {
    let mut world = pair();
    let (caller, _) = world.established();
    world.faults.loss = 1000;
    for _ in 0..16 {
        send_key(&mut world, caller);
    }
    let more = world.act(0, |a, now| a.info(now, caller, "text/plain", Bytes::new()));
    assert_eq!(more, Err(Error::TooManyRequests(caller)));

    let mut world = pair();
    let early = world.call();
    let refused = world.act(0, |a, now| a.info(now, early, "text/plain", Bytes::new()));
    assert!(matches!(refused, Err(Error::WrongState { .. })));
    let unfit = world.act(0, |a, now| a.info(now, early, "no type", Bytes::new()));
    assert_eq!(unfit, Err(Error::UnfitHeader("Content-Type".to_owned())));
}

#[test]
fn an_info_package_that_nobody_knows_is_refused() {
    let mut call = Call::established();
    let request = call.request("INFO", 2).with("Info-Package", "foo");
    let answers = call.world.exchange(address(50), &request);
    assert_eq!(code(&answers[0]), Some(469));
    assert_eq!(answers[0].headers_named("Recv-Info").count(), 1);
    assert_eq!(call.event(), None);
}

fn greeting(text: &str) -> InstantMessage {
    InstantMessage {
        target: Target::Trunk {
            trunk: trunk_at(address(2), Transport::Udp).id,
            user: "8002".to_owned(),
        },
        from_user: "8001".to_owned(),
        to_user: "8002".to_owned(),
        content_type: "text/plain;charset=UTF-8".to_owned(),
        body: Bytes::copy_from_slice(text.as_bytes()),
    }
}

#[test]
fn a_message_outside_of_a_call_arrives_and_its_result_is_told() {
    let mut world = pair();
    let request = world.act(0, |a, now| {
        a.message(now, greeting("\u{4f60}\u{597d}")).unwrap()
    });
    world.run_for(100);

    assert_eq!(
        world.ladder,
        [
            "0.0s a MESSAGE →",
            "0.0s b Message",
            "0.0s b 202 →",
            "0.0s a MessageResult 202"
        ]
    );
    let Some(Event::Message {
        from_user,
        to_user,
        content_type,
        charset,
        body,
        session,
        ..
    }) = world.parties[1].events.pop_back()
    else {
        panic!("no message came");
    };
    assert_eq!((from_user.as_str(), to_user.as_str()), ("8001", "8002"));
    assert_eq!(
        (content_type.as_str(), charset.as_str()),
        ("text/plain", "utf-8")
    );
    assert_eq!(body, "\u{4f60}\u{597d}".as_bytes());
    assert_eq!(session, None);
    assert!(matches!(
        world.parties[0].events.pop_back(),
        Some(Event::MessageResult { request: told, .. }) if told == request
    ));
    world.run_until_idle();
    world.assert_at_rest("a message");
}

#[test]
fn a_message_that_udp_may_not_carry_is_refused_and_goes_over_tcp() {
    let mut world = pair();
    let long = "x".repeat(1300);
    let refused = world.act(0, |a, now| a.message(now, greeting(&long)));
    assert!(matches!(refused, Err(Error::TooLong(_))));

    let mut over_tcp = greeting(&long);
    if let Target::Trunk { trunk, .. } = &mut over_tcp.target {
        *trunk = trunk_at(address(2), Transport::Tcp).id;
    }
    world.act(0, |a, now| a.message(now, over_tcp).unwrap());
    world.run_for(100);
    assert_eq!(world.ladder.last().unwrap(), "0.0s a MessageResult 202");
    let endless = InstantMessage {
        body: Bytes::from(vec![b'x'; 70_000]),
        ..greeting("")
    };
    let refused = world.act(0, |a, now| a.message(now, endless));
    assert!(matches!(refused, Err(Error::TooLong(_))));
}

#[test]
fn a_message_inside_of_a_call_belongs_to_it() {
    let mut world = pair();
    let (caller, callee) = world.established();
    world.act(0, |a, now| {
        let body = Bytes::from_static(b"hello");
        a.message_in(now, caller, "text/plain", body).unwrap()
    });
    world.run_for(100);

    assert_eq!(world.ladder.last().unwrap(), "0.2s a MessageResult 200");
    assert!(matches!(
        world.parties[1].events.pop_back(),
        Some(Event::Message { session: Some(told), from: None, .. }) if told == callee
    ));
}

#[test]
fn a_message_is_taken_from_who_proves_to_be_somebody_if_it_is_text() {
    let mut world = world();
    let text = Handmade::new("MESSAGE", phone())
        .uri("sip:8001@192.0.2.1")
        .body("text/plain", "hello");
    assert_eq!(world.statuses(phone(), &text), [403]);
    let image = Handmade::new("MESSAGE", address(50)).body("image/png", "...");
    let answers = world.exchange(address(50), &image);
    assert_eq!(code(&answers[0]), Some(415));
    assert_eq!(header(&answers[0], "Accept"), "text/*");

    registered(&mut world, &register(1), "secret");
    let options = Handmade::new("INVITE", phone());
    let challenge = world.exchange(phone(), &options).remove(0);
    let signed = signed(&text, "MESSAGE", &challenge, "secret");
    assert_eq!(world.statuses(phone(), &signed), [202]);
    let told = world.parties[0].events.pop_back();
    let Some(Event::Message {
        from: Some(sip::Identity::Account(user)),
        ..
    }) = told
    else {
        panic!("no message came: {told:?}");
    };
    assert_eq!(user, "8001");
}

#[test]
fn a_message_is_answered_once_and_not_before_somebody_has_taken_it() {
    let mut endpoint = pair().parties.remove(1).endpoint;
    let flow = sip::Flow {
        transport: Transport::Udp,
        local: address(2),
        remote: address(1),
        connection: None,
    };
    let now = crate::network::START;
    let text = Handmade::new("MESSAGE", address(1)).body("text/plain", "hello");
    endpoint.handle_datagram(now, flow, text.text().into());
    let outputs = std::iter::from_fn(|| endpoint.poll_output()).collect::<Vec<_>>();
    let [sip::Output::Event(Event::Message { message, .. })] = outputs[..] else {
        panic!("more than a message: {outputs:?}");
    };

    assert_eq!(
        endpoint.refuse_message(now, message, 202),
        Err(Error::UnfitStatus(202))
    );
    endpoint.refuse_message(now, message, 404).unwrap();
    assert_eq!(
        endpoint.accept_message(now, message),
        Err(Error::UnknownMessage)
    );
}

#[test]
fn a_request_that_we_sent_and_that_comes_back_unchanged_is_a_loop() {
    let mut world = world();
    world.act(0, |a, now| a.invite(now, invite_to(address(9))).unwrap());
    world.run_for(50);
    let sent = world.stray.remove(0);
    let via = format!(
        "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKproxy;rport\r\nVia: {}",
        header(&sent, "Via")
    );
    let back = Handmade::new("INVITE", address(9))
        .uri(sent.request_uri().unwrap().as_str())
        .with("Via", &via)
        .with("Max-Forwards", "69");
    assert_eq!(world.statuses(address(9), &back), [482]);

    let spiral = back.uri("sip:4008110513@192.0.2.1");
    assert_eq!(world.statuses(address(9), &spiral), [100]);
}

#[test]
fn a_request_with_a_via_of_ours_that_we_never_sent_is_a_loop() {
    let mut world = world();
    for method in ["INVITE", "OPTIONS", "MESSAGE"] {
        let via =
            "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2";
        let request = Handmade::new(method, address(50)).with("Via", via);
        assert_eq!(world.statuses(address(50), &request), [482], "{method}");
    }
}

#[test]
fn phones_may_address_us_by_any_address_but_only_by_our_own_names() {
    let mut endpoint = crate::network::config(address(1));
    endpoint.domains = vec!["pbx.example".to_owned()];
    let mut world = world();
    world.parties[0].endpoint = sip::Endpoint::new(endpoint, [1; 32]);
    let hashes = sip::auth::PasswordHashes::new("8001", "trunkline", "secret");
    world.parties[0].endpoint.set_accounts(vec![sip::Account {
        user: "8001".to_owned(),
        ha1_md5: hashes.md5,
        ha1_sha256: hashes.sha256,
    }]);
    for (host, status) in [
        ("PBX.example", 100),
        ("trunkline", 100),
        ("198.51.100.70:5070", 100),
        ("elsewhere.example", 404),
    ] {
        let invite = Handmade::new("INVITE", phone())
            .uri(&format!("sip:400@{host}"))
            .with("Call-ID", host);
        let challenge = world.exchange(phone(), &invite).remove(0);
        let invite = signed(&invite, "INVITE", &challenge, "secret").with(
            "Via",
            &format!(
                "SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bK{};rport",
                host.len()
            ),
        );
        assert_eq!(world.statuses(phone(), &invite), [status], "{host}");
    }
    let register = Handmade::new("REGISTER", phone()).uri("sip:elsewhere.example");
    assert_eq!(world.statuses(phone(), &register), [404]);
}

#[test]
fn a_request_for_elsewhere_is_answered_and_sent_nowhere() {
    let mut world = world();
    let request = Handmade::new("INVITE", address(50))
        .uri("sip:00442071234567@elsewhere.example")
        .with("Route", "<sip:192.0.2.1;lr>, <sip:203.0.113.5;lr>");
    for method in ["OPTIONS", "REFER", "MESSAGE", "SUBSCRIBE"] {
        let request = Handmade::new(method, address(50))
            .uri("sip:00442071234567@203.0.113.5")
            .with("Route", "<sip:203.0.113.5;lr>");
        assert_eq!(world.exchange(address(50), &request).len(), 1, "{method}");
    }
    assert_eq!(world.statuses(address(50), &request), [100]);
    world.run_until_idle();
    let requests = world.stray.iter().filter(|message| message.is_request());
    assert_eq!(requests.count(), 0);
}

#[test]
fn the_cause_of_the_telephone_network_is_told_before_that_of_sip() {
    let mut call = Call::established();
    let bye = call.request("BYE", 2).with(
        "Reason",
        "SIP;cause=200, Q.850;cause=31;text=\"Normal, unspecified\"",
    );
    assert_eq!(call.send(&bye), [200]);
    let Some(Event::Ended { by, .. }) = call.event() else {
        panic!("the call goes on");
    };
    let reason = by.reason.unwrap();
    assert_eq!((reason.protocol.as_str(), reason.cause), ("Q.850", 31));
    assert_eq!(reason.text.as_deref(), Some("Normal, unspecified"));
}

#[test]
fn a_message_that_comes_twice_by_different_ways_is_told_once() {
    let mut world = world();
    let text = Handmade::new("MESSAGE", address(50)).body("text/plain", "hello");
    assert_eq!(world.statuses(address(50), &text), [202]);
    let other_way = text.with("Via", "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKother;rport");

    assert_eq!(world.statuses(address(50), &other_way), [482]);
    assert_eq!(world.parties[0].events.len(), 1);
}
