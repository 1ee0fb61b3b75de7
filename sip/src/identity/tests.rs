//! Identity headers as networks write them.

use super::*;
use crate::message::Framing;

fn message(headers: &str) -> Message {
    let text = format!(
        "INVITE sip:400@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1@h>;tag=1\r\n\
         To: <sip:400@h>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{headers}\r\n"
    );
    Message::parse(text.into(), Framing::Datagram).unwrap()
}

fn name(user: &str, display: Option<&str>) -> CallerName {
    CallerName {
        user: user.to_owned(),
        display: display.map(str::to_owned),
    }
}

#[test]
fn the_asserted_caller_is_a_sip_address_before_a_number() {
    let both = message(
        "P-Asserted-Identity: <tel:+86-10-1234>\r\n\
         P-Asserted-Identity: \"Ann\" <sip:+86101234@ims.example;user=phone>\r\n",
    );
    assert_eq!(
        both.asserted_identity(),
        Some(name("+86101234", Some("Ann")))
    );
    let number = message("P-Asserted-Identity: <tel:+86-10-1234>\r\n");
    assert_eq!(number.asserted_identity(), Some(name("+86101234", None)));
    assert_eq!(message("").asserted_identity(), None);
    assert_eq!(
        message("P-Preferred-Identity: <sip:8001@h>\r\n").preferred_identity(),
        Some(name("8001", None))
    );
}

#[test]
fn a_remote_party_is_the_calling_one() {
    let called_too = message(
        "Remote-Party-ID: <sip:400@h>;party=called\r\n\
         Remote-Party-ID: \"Bob\" <sip:139@h>;party=calling;screen=yes;privacy=off\r\n",
    );
    assert_eq!(called_too.remote_party(), Some(name("139", Some("Bob"))));
    assert!(!called_too.wants_privacy());
    assert!(message("Remote-Party-ID: <sip:139@h>;privacy=full\r\n").wants_privacy());
}

#[test]
fn privacy_is_asked_for_in_three_ways() {
    assert!(message("Privacy: id\r\n").wants_privacy());
    assert!(message("Privacy: header;ID ; critical\r\n").wants_privacy());
    assert!(!message("Privacy: none\r\n").wants_privacy());
    assert!(!message("Privacy: session\r\n").wants_privacy());
    let anonymous = Message::parse(
        "INVITE sip:400@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\
         From: \"Anonymous\" <sip:anonymous@Anonymous.invalid>;tag=1\r\n\
         To: <sip:400@h>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n"
            .into(),
        Framing::Datagram,
    );
    assert!(anonymous.unwrap().wants_privacy());
}

#[test]
fn the_last_diversion_stands_in_front() {
    let twice = message(
        "Diversion: <sip:8002@h>;reason=no-answer;counter=1, \
         \"Main\" <tel:+86-400>;reason=\"user-busy\"\r\nDiversion: <sip:9@h>;reason=odd\r\n",
    );
    let found: Vec<_> = twice.diversions().collect();
    assert_eq!(found.len(), 3);
    assert_eq!(
        (found[0].user.as_str(), found[0].reason),
        ("8002", DiversionReason::NoAnswer)
    );
    assert_eq!(
        (found[1].user.as_str(), found[1].reason),
        ("+86400", DiversionReason::UserBusy)
    );
    assert_eq!(found[2].reason, DiversionReason::Unknown);
    assert_eq!(twice.last_diversion(), Some(found[0].clone()));
}

#[test]
fn both_generations_of_history_tell_who_forwarded_the_call() {
    let old = message(
        "History-Info: <sip:8001@h?Reason=SIP%3Bcause%3D486>;index=1, <sip:8002@h>;index=1.1\r\n",
    );
    let newer = message(
        "History-Info: <sip:8001@h>;index=1\r\n\
         History-Info: <sip:8002@h;cause=486>;index=1.1;mp=1\r\n",
    );
    for message in [&old, &newer] {
        let diversion = message.last_diversion().unwrap();
        assert_eq!(diversion.user, "8001");
        assert_eq!(diversion.reason, DiversionReason::UserBusy);
        assert_eq!(message.history()[1].index, "1.1");
    }
    assert_eq!(old.history()[0].cause, Some(Cause::Left(486)));
    assert_eq!(newer.history()[1].cause, Some(Cause::Reached(486)));
    let straight = message("History-Info: <sip:8001@h>;index=1\r\n");
    assert_eq!(straight.last_diversion(), None);
}

#[test]
fn what_is_written_can_be_read_again() {
    let domain = Domain {
        host: "example.com",
        user_phone: true,
    };
    let caller = name("+8610", Some("A \"B\" \\ \u{5f20}"));
    let diversion = Diversion {
        user: "a b@c".to_owned(),
        reason: DiversionReason::FollowMe,
    };
    let entry = |user: &str, index: &str, cause| HistoryEntry {
        user: user.to_owned(),
        index: index.to_owned(),
        cause,
    };
    let history = [
        entry("+861", "1", Some(Cause::Left(486))),
        entry("b", "1.1", Some(Cause::Reached(302))),
        entry("c", "1.1.1", None),
    ];
    let message = message(&format!(
        "P-Asserted-Identity: {}\r\nDiversion: {}\r\nHistory-Info: {}\r\n",
        caller.value(&domain),
        diversion.value(&domain),
        history
            .each_ref()
            .map(|entry| entry.value(&domain))
            .join(", ")
    ));

    assert_eq!(message.asserted_identity(), Some(caller));
    assert_eq!(message.history(), history);
    assert_eq!(message.last_diversion(), Some(diversion));
    assert_eq!(domain.address("+8610"), "sip:+8610@example.com;user=phone");
    assert_eq!(domain.address("ann"), "sip:ann@example.com");
    assert_eq!(domain.address(""), "sip:example.com");
}

#[test]
fn every_reason_has_a_word_and_a_cause() {
    for word in [
        "unknown",
        "user-busy",
        "no-answer",
        "unavailable",
        "unconditional",
        "time-of-day",
        "do-not-disturb",
        "deflection",
        "follow-me",
        "out-of-service",
        "away",
    ] {
        let reason = DiversionReason::from_word(word);
        assert_eq!(reason.as_str(), word);
        assert!((300..700).contains(&reason.cause()));
    }
    for cause in [302, 486, 408, 480, 503] {
        assert_eq!(DiversionReason::of_cause(cause).cause(), cause);
    }
}
