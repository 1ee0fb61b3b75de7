//! No text of ours can become a header, whatever it holds and wherever it is put.

use bytes::Bytes;
use proptest::prelude::*;
use sip::identity::{CallerName, Diversion, DiversionReason, HistoryEntry};
use sip::message::Message;
use sip::{
    Event, InstantMessage, Invite, ReasonHeader, ReferTo, Refusal, Replaces, Target, Transport,
};

use crate::handmade::Handmade;
use crate::network::{OFFER, World, address, header, invite_to, trunk_at};
use crate::offers::Call;

const NASTY: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\t",
    " ",
    "\r\n ",
    "\r\n\r\n",
    "\"",
    "\\",
    "<",
    ">",
    ";",
    ",",
    ":",
    "=",
    "?",
    "@",
    "%",
    "%0d%0a",
    "%00",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{ff1a}",
    "\u{5f20}",
    "X-Evil: 1",
    "Route: <sip:evil.example>",
    "Content-Length: 0",
    "tag=",
    "sip:",
    "SIP/2.0",
    "a",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(NASTY).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The headers of a message, in order.
pub(crate) fn names(message: &Message) -> Vec<String> {
    message
        .iter()
        .map(|header| header.name_text().to_ascii_lowercase())
        .collect()
}

fn trunk(user: &str) -> Target {
    Target::Trunk {
        trunk: trunk_at(address(9), Transport::Udp).id,
        user: user.to_owned(),
    }
}

fn invite_with(field: usize, text: &str) -> Invite {
    let mut invite = Invite {
        from_display: Some("a".to_owned()),
        asserted: Some(caller("a", "a")),
        preferred: Some(caller("a", "a")),
        diversion: Some(diversion("a")),
        history: vec![HistoryEntry {
            user: "a".to_owned(),
            index: "1".to_owned(),
            cause: None,
        }],
        referred_by: Some("sip:a@h".to_owned()),
        replaces: Some(Replaces {
            call_id: "a".to_owned(),
            to_tag: "a".to_owned(),
            from_tag: "a".to_owned(),
            early_only: false,
        }),
        headers: vec![("X-A".to_owned(), "a".to_owned())],
        ..invite_to(address(9))
    };
    let own = text.to_owned();
    let replaces = invite.replaces.as_mut().unwrap();
    match field {
        0 => invite.from_user = own,
        1 => invite.from_display = Some(own),
        2 => invite.to_user = own,
        3 => invite.target = trunk(text),
        4 => invite.headers[0].1 = own,
        5 => invite.asserted = Some(caller(text, "a")),
        6 => invite.asserted = Some(caller("a", text)),
        7 => invite.diversion = Some(diversion(text)),
        8 => invite.referred_by = Some(own),
        9 => replaces.call_id = own,
        10 => replaces.to_tag = own,
        11 => replaces.from_tag = own,
        12 => invite.preferred = Some(caller("a", text)),
        13 => invite.history[0].user = own,
        14 => invite.history[0].index = own,
        _ => (),
    }
    invite
}

const INVITE_FIELDS: usize = 15;

fn caller(user: &str, display: &str) -> CallerName {
    CallerName {
        user: user.to_owned(),
        display: Some(display.to_owned()),
    }
}

fn diversion(user: &str) -> Diversion {
    Diversion {
        user: user.to_owned(),
        reason: DiversionReason::Unknown,
    }
}

fn reason(field: usize, text: &str) -> ReasonHeader {
    let pick = |at: usize, plain: &str| if at == field { text } else { plain }.to_owned();
    ReasonHeader {
        protocol: pick(0, "Q.850"),
        cause: 16,
        text: Some(pick(1, "a")),
    }
}

/// What an endpoint sends for a call with this text in this field; nothing if it refuses to.
fn invited(field: usize, text: &str) -> Option<Message> {
    let mut world = World::new(1);
    world.add("a", 1);
    let invite = invite_with(field, text);
    world.act(0, |a, now| a.invite(now, invite)).ok()?;
    world.run_for(20);
    Some(world.stray.remove(0))
}

/// What a peer gets in a call when we end it, ask, or tell with this text in this field.
fn told(field: usize, text: &str) -> Option<Message> {
    let mut call = Call::established();
    let session = call.session;
    let own = text.to_owned();
    let body = Bytes::copy_from_slice(text.as_bytes());
    call.world.act(0, |a, now| match field {
        0 | 1 => a.hang_up(now, session, Some(reason(field, text))).ok(),
        2 => a.info(now, session, text, body).ok().map(drop),
        3 => a.info(now, session, "text/plain", body).ok().map(drop),
        4 => {
            let mut refer_to = ReferTo::to("sip:a@h").unwrap();
            refer_to.uri = own;
            a.transfer(now, session, &refer_to, None).ok().map(drop)
        }
        5 | 6 => {
            let mut refer_to = ReferTo::to("sip:a@h").unwrap();
            refer_to.headers = vec![("X-A".to_owned(), "a".to_owned())];
            if field == 5 {
                refer_to.headers[0].0 = own;
            } else {
                refer_to.headers[0].1 = own;
            }
            a.transfer(now, session, &refer_to, None).ok().map(drop)
        }
        7 => {
            let refer_to = ReferTo::to("sip:a@h").unwrap();
            let by = format!("sip:a@h{text}");
            a.transfer(now, session, &refer_to, Some(&by))
                .ok()
                .map(drop)
        }
        _ => {
            let message = InstantMessage {
                target: trunk("a"),
                from_user: if field == 8 {
                    own.clone()
                } else {
                    "a".to_owned()
                },
                to_user: if field == 9 { own } else { "a".to_owned() },
                content_type: "text/plain".to_owned(),
                body,
            };
            a.message(now, message).ok().map(drop)
        }
    })?;
    call.world.run_for(20);
    Some(call.world.stray.remove(0))
}

const TOLD_FIELDS: usize = 10;

/// What a caller is refused with.
fn refused(field: usize, text: &str) -> Option<Message> {
    let mut world = World::new(1);
    world.add("a", 1);
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    let invite = Handmade::new("INVITE", address(50)).body("application/sdp", &offer);
    world.exchange(address(50), &invite);
    let session = world.incoming(0);
    let refusal = Refusal {
        status: 486,
        reason: Some(reason(field, text)),
        retry_after: Some(1),
        warning: None,
    };
    world
        .act(0, |a, now| a.refuse(now, session, &refusal))
        .ok()?;
    world.run_for(20);
    Some(world.stray.remove(0))
}

/// The NOTIFY of a transfer with this phrase.
fn reported(text: &str) -> Message {
    let mut call = Call::established();
    let refer = call.request("REFER", 2).with("Refer-To", "<sip:a@h>");
    call.send(&refer);
    let Some(Event::Referred { transfer, .. }) = call.event() else {
        panic!("nobody was asked");
    };
    call.world.act(0, |a, now| {
        a.accept_transfer(now, transfer).unwrap();
    });
    call.world.run_for(20);
    let trying = call.world.stray.pop().unwrap();
    let lines = ["Via", "From", "To", "Call-ID", "CSeq"]
        .map(|name| format!("{name}: {}", header(&trying, name)))
        .join("\r\n");
    let ok = format!("SIP/2.0 200 OK\r\n{lines}\r\nContent-Length: 0\r\n\r\n");
    call.world.inject(address(50), address(1), &ok);
    call.world.run_for(20);
    call.world.stray.clear();
    call.world.act(0, |a, now| {
        a.report_transfer(now, transfer, 180, text).unwrap();
    });
    call.world.run_for(20);
    call.world.stray.remove(0)
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_in_a_call_of_ours_becomes_another_header(text in any_text()) {
        let plain = names(&invited(usize::MAX, "").unwrap());
        for field in 0..INVITE_FIELDS {
            if let Some(message) = invited(field, &text) {
                prop_assert_eq!(&names(&message), &plain, "field {}", field);
                prop_assert_eq!(message.body(), OFFER);
            }
        }
    }

    #[test]
    fn no_text_inside_of_a_call_becomes_another_header(text in any_text()) {
        for field in 0..TOLD_FIELDS {
            if let Some(message) = told(field, &text) {
                let plain = if matches!(field, 4..=6) { "sip:a@h" } else { "text/plain" };
                let plain = told(field, if field == 7 { "" } else { plain });
                prop_assert!(plain.is_some() || field == 5, "field {}", field);
                if let Some(plain) = plain {
                    prop_assert_eq!(names(&message), names(&plain), "field {}", field);
                }
            }
        }
    }

    #[test]
    fn no_text_in_a_refusal_or_a_report_becomes_another_header(text in any_text()) {
        for field in 0..2 {
            if let Some(message) = refused(field, &text) {
                prop_assert_eq!(names(&message), names(&refused(field, "SIP").unwrap()));
            }
        }
        let notify = reported(&text);
        prop_assert_eq!(names(&notify), names(&reported("OK")));
        let lines = notify.body().split(|byte| *byte == b'\n').count();
        prop_assert_eq!(lines, 2, "one status line and its end");
    }
}
