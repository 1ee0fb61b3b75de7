//! Challenges to requests of ours: answered to the trunk's own gateways, and to nobody else.

use bytes::Bytes;
use sip::auth::{
    Attempt, Authenticator, Challenge, Claim, Credentials, Freshness, PasswordHashes, Verdict,
};
use sip::message::{Message, Method, Name};
use sip::{Event, SessionId, TrunkConfig, TrustedSource};

use crate::carrier::{Carrier, Sent, trunk};
use crate::handmade::Handmade;
use crate::network::{ANSWER, OFFER, address};

const REALM: &str = "carrier.example";
const CONTACT: (&str, &str) = ("Contact", "<sip:callee@192.0.2.11:5060>");

/// The gateway's side of digest.
struct Checker {
    authenticator: Authenticator,
    hashes: PasswordHashes,
}

impl Checker {
    fn new() -> Self {
        Self {
            authenticator: Authenticator::new(REALM.to_owned(), [5; 32]),
            hashes: PasswordHashes::new("4008110513", REALM, "secret"),
        }
    }

    fn challenges(&mut self, carrier: &Carrier) -> [String; 2] {
        self.authenticator
            .challenges(carrier.now, Freshness::Unproved)
    }

    /// Refuses a request with both challenges, the weaker one in front.
    fn challenge(&mut self, carrier: &mut Carrier, to: &Sent, status: &str, name: &str) {
        let [sha256, md5] = self.challenges(carrier);
        carrier.reply(to, status, &[(name, &md5), (name, &sha256)]);
    }

    fn verdict(&mut self, carrier: &Carrier, sent: &Sent, name: Name) -> Verdict {
        let value = sent.message.header(name).expect("credentials were sent");
        let credentials = Credentials::parse(value).unwrap();
        assert_eq!(credentials.algorithm, Some(&b"SHA-256"[..]), "the stronger");
        self.authenticator.check(
            carrier.now,
            &Attempt {
                credentials: &credentials,
                method: sent.method().as_bytes(),
                body: sent.message.body(),
                hashes: Some(&self.hashes),
            },
        )
    }
}

fn with_credentials(password: &str) -> TrunkConfig {
    TrunkConfig {
        credentials: Some(sip::Credentials {
            user: "4008110513".to_owned(),
            password: password.to_owned(),
        }),
        ..trunk(&[11])
    }
}

fn count_of(sent: &Sent) -> String {
    let value = sent.message.header(Name::Authorization).unwrap();
    let count = Credentials::parse(value).unwrap().count.unwrap().to_vec();
    String::from_utf8(count).unwrap()
}

/// A call that was challenged and answered.
fn answered(carrier: &mut Carrier, checker: &mut Checker) -> SessionId {
    let session = carrier.call();
    let first = carrier.next_of(Method::Invite);
    checker.challenge(carrier, &first, "401 Unauthorized", "WWW-Authenticate");
    let second = carrier.next_of(Method::Invite);
    carrier.reply(&second, "200 OK", &[CONTACT]);
    carrier.rest();
    carrier.events.clear();
    session
}

#[test]
fn a_challenge_is_acknowledged_and_met_with_the_strongest_credentials_in_a_new_transaction() {
    for (status, asks, answers) in [
        ("401 Unauthorized", "WWW-Authenticate", Name::Authorization),
        (
            "407 Proxy Authentication Required",
            "Proxy-Authenticate",
            Name::ProxyAuthorization,
        ),
    ] {
        let mut carrier = Carrier::new(with_credentials("secret"));
        let mut checker = Checker::new();
        carrier.call();
        let first = carrier.next();
        assert!(first.message.header(answers).is_none());
        checker.challenge(&mut carrier, &first, status, asks);

        let ack = carrier.next();
        assert_eq!((ack.method(), ack.branch()), ("ACK", first.branch()));
        let second = carrier.next();
        assert_ne!(second.branch(), first.branch());
        assert_eq!(second.cseq(), first.cseq() + 1);
        assert_eq!(second.message.body(), OFFER);
        let verdict = checker.verdict(&carrier, &second, answers);
        assert_eq!(verdict, Verdict::Accepted);
        carrier.reply(&second, "200 OK", &[CONTACT]);
        assert!(matches!(carrier.events[..], [Event::Answered { .. }]));
    }
}

#[test]
fn a_nonce_is_used_again_with_the_next_count_before_the_gateway_asks() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let mut checker = Checker::new();
    answered(&mut carrier, &mut checker);

    for count in ["00000002", "00000003"] {
        carrier.call();
        let sent = carrier.next();
        assert_eq!(count_of(&sent), count);
        let verdict = checker.verdict(&carrier, &sent, Name::Authorization);
        assert_eq!(verdict, Verdict::Accepted);
    }
}

#[test]
fn a_new_nonce_begins_its_count_anew_whether_it_says_stale_or_not() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let mut checker = Checker::new();
    answered(&mut carrier, &mut checker);
    carrier.call();
    let sent = carrier.next();
    assert_eq!(count_of(&sent), "00000002");

    checker.challenge(&mut carrier, &sent, "401 No", "WWW-Authenticate");

    assert_eq!(count_of(&carrier.next_of(Method::Invite)), "00000001");
}

#[test]
fn a_gateway_that_never_has_enough_is_answered_twice() {
    let mut carrier = Carrier::new(with_credentials("wrong"));
    let mut checker = Checker::new();
    carrier.call();
    let mut sent = 0;
    while carrier.refusals().is_empty() {
        let invite = carrier.next_of(Method::Invite);
        checker.challenge(&mut carrier, &invite, "401 No", "WWW-Authenticate");
        sent += 1;
    }
    assert_eq!(sent, 3);
    assert_eq!(carrier.refusals(), [401]);
}

#[test]
fn the_same_nonce_once_more_says_that_the_password_is_wrong() {
    let mut carrier = Carrier::new(with_credentials("wrong"));
    let challenge = Checker::new().challenges(&carrier)[0].clone();
    carrier.call();
    for _ in 0..2 {
        let sent = carrier.next_of(Method::Invite);
        carrier.reply(&sent, "401 No", &[("WWW-Authenticate", &challenge)]);
    }
    assert_eq!(carrier.refusals(), [401]);
    assert_eq!(carrier.rest(), ["ACK"]);
}

#[test]
fn a_proxy_and_the_server_behind_it_are_both_answered() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let mut checker = Checker::new();
    carrier.call();
    let first = carrier.next();
    checker.challenge(&mut carrier, &first, "407 No", "Proxy-Authenticate");
    let second = carrier.next_of(Method::Invite);
    checker.challenge(&mut carrier, &second, "401 No", "WWW-Authenticate");
    let third = carrier.next_of(Method::Invite);
    assert!(third.message.header(Name::Authorization).is_some());
    assert!(third.message.header(Name::ProxyAuthorization).is_some());
}

#[test]
fn challenges_that_cannot_be_met_are_left_alone() {
    for challenge in [
        "Digest realm=\"carrier.example\", nonce=\"1\", algorithm=SHA-512-256",
        "Digest realm=\"carrier.example\", nonce=\"1\", qop=\"auth-conf\"",
        "Basic realm=\"carrier.example\"",
        "Digest nonce",
        "",
    ] {
        let mut carrier = Carrier::new(with_credentials("secret"));
        carrier.call();
        let sent = carrier.next();
        carrier.reply(&sent, "401 No", &[("WWW-Authenticate", challenge)]);
        assert_eq!(carrier.rest(), ["ACK"], "{challenge}");
        assert_eq!(carrier.refusals(), [401]);
    }
}

#[test]
fn only_the_realm_that_a_gateway_named_at_first_is_ever_answered_to_it() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    answered(&mut carrier, &mut Checker::new());
    let mut other = Authenticator::new("evil.example".to_owned(), [6; 32]);
    let [sha256, _] = other.challenges(carrier.now, Freshness::Unproved);

    carrier.call();
    let sent = carrier.next();
    carrier.reply(&sent, "401 No", &[("WWW-Authenticate", &sha256)]);
    assert_eq!(carrier.refusals(), [401]);

    carrier.restart(vec![with_credentials("secret")], &[]);
    carrier.rest();
    carrier.call();
    let sent = carrier.next();
    carrier.reply(&sent, "401 No", &[("WWW-Authenticate", &sha256)]);
    assert_eq!(carrier.rest(), ["ACK"], "also after a restart");
}

#[test]
fn a_nonce_does_not_outlive_the_process_so_that_its_count_never_goes_back() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    answered(&mut carrier, &mut Checker::new());
    carrier.restart(vec![with_credentials("secret")], &[]);
    carrier.rest();
    carrier.call();
    assert!(carrier.next().message.header(Name::Authorization).is_none());
}

#[test]
fn requests_inside_a_call_over_the_trunk_are_answered_too() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let mut checker = Checker::new();
    let session = answered(&mut carrier, &mut checker);

    carrier.act(|it, now| it.offer(now, session, Bytes::from_static(OFFER)).unwrap());
    let change = carrier.next();
    checker.challenge(&mut carrier, &change, "401 No", "WWW-Authenticate");
    let again = carrier.next_of(Method::Invite);
    assert!(again.cseq() > change.cseq());
    assert_eq!(count_of(&again), "00000001");
    carrier.reply(&again, "200 OK", &[CONTACT]);
    carrier.rest();
    assert!(
        matches!(
            carrier.events.pop(),
            Some(Event::OfferRefused { status: 488, .. })
        ),
        "the answer to the second try is that of the offer; it has no description"
    );

    let key = Bytes::from_static(b"Signal=5");
    let asked = carrier.act(|it, now| {
        it.info(now, session, "application/dtmf-relay", key)
            .unwrap()
    });
    let info = carrier.next();
    checker.challenge(&mut carrier, &info, "407 No", "Proxy-Authenticate");
    let again = carrier.next();
    assert_eq!(again.message.body(), b"Signal=5");
    carrier.reply(&again, "200 OK", &[]);
    assert!(matches!(
        carrier.events.pop(),
        Some(Event::InfoResult { request, status: 200, .. }) if request == asked
    ));

    carrier.act(|it, now| it.hang_up(now, session, None).unwrap());
    let bye = carrier.next();
    checker.challenge(&mut carrier, &bye, "401 No", "WWW-Authenticate");
    let again = carrier.next();
    assert_eq!(again.method(), "BYE");
    assert!(again.message.header(Name::Authorization).is_some());
    carrier.reply(&again, "200 OK", &[]);
    carrier.wait(40_000);
    assert_eq!(carrier.endpoint.occupancy().sessions, 0);
}

/// Somebody calls us over the trunk and challenges all that we send (CVE-2021-41158).
#[test]
fn no_caller_gets_credentials_however_it_asks() {
    let mut config = with_credentials("secret");
    config.sources = vec![TrustedSource {
        address: address(11).ip(),
        prefix: 32,
    }];
    let mut carrier = Carrier::new(config);
    let mut checker = Checker::new();
    answered(&mut carrier, &mut checker);
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    let invite = Handmade::new("INVITE", address(11)).body("application/sdp", &offer);
    carrier.hear_from(address(11), &invite.text());
    let Some(Event::Incoming { session, .. }) = carrier.events.pop() else {
        panic!("no call came in");
    };
    carrier.act(|it, now| it.answer(now, session, Bytes::from_static(ANSWER)).unwrap());
    let mut sent = String::new();
    carrier.wait(100);
    carrier.rest();
    let ack = Handmade::new("ACK", address(11))
        .with(
            "To",
            &format!("<sip:8001@trunkline>;tag={:016x}", session.0),
        )
        .with("CSeq", "1 ACK");
    carrier.hear_from(address(11), &ack.text());

    carrier.act(|it, now| it.offer(now, session, Bytes::from_static(OFFER)).unwrap());
    let change = carrier.next_of(Method::Invite);
    checker.challenge(&mut carrier, &change, "407 No", "Proxy-Authenticate");
    sent.push_str(&carrier.rest_of_text());
    carrier.act(|it, now| it.hang_up(now, session, None).unwrap());
    let bye = carrier.next_of(Method::Bye);
    for (status, name) in [
        ("401 No", "WWW-Authenticate"),
        ("407 No", "Proxy-Authenticate"),
    ] {
        checker.challenge(&mut carrier, &bye, status, name);
    }
    carrier.wait(40_000);
    sent.push_str(&carrier.rest_of_text());

    assert!(!sent.contains("uthorization"), "{sent}");
}

#[test]
fn somebody_to_whom_a_call_was_passed_on_gets_no_credentials() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let session = carrier.call();
    let invite = carrier.next();
    let elsewhere = ("Contact", "<sip:callee@192.0.2.66:5060>");
    carrier.reply(&invite, "200 OK", &[elsewhere]);
    carrier.rest();
    carrier.act(|it, now| it.hang_up(now, session, None).unwrap());
    let bye = carrier.next();
    assert_eq!(bye.flow.remote, address(66));
    let mut checker = Checker::new();
    checker.challenge(&mut carrier, &bye, "401 No", "WWW-Authenticate");
    assert!(carrier.rest().is_empty());
}

#[test]
fn a_trunk_without_credentials_reports_the_challenge() {
    let mut carrier = Carrier::new(trunk(&[11]));
    carrier.call();
    let sent = carrier.next();
    Checker::new().challenge(&mut carrier, &sent, "401 No", "WWW-Authenticate");
    assert_eq!(carrier.refusals(), [401]);
}

#[test]
fn a_restart_between_challenge_and_answer_keeps_the_number_of_tries() {
    let mut carrier = Carrier::new(with_credentials("wrong"));
    let mut checker = Checker::new();
    let session = carrier.call();
    let mut sent = 0;
    while carrier.refusals().is_empty() {
        let invite = carrier.next_of(Method::Invite);
        carrier.restart(vec![with_credentials("wrong")], &[session]);
        checker.challenge(&mut carrier, &invite, "401 No", "WWW-Authenticate");
        sent += 1;
    }
    assert_eq!(sent, 3);
}

/// The example of RFC 7616 §3.9.1, so that both sides of ours are not wrong alike.
#[test]
fn the_answer_to_a_known_challenge_is_the_known_one() {
    let challenge = b"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
        algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
        opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    let hashes = PasswordHashes::new("Mufasa", "http-auth@example.org", "Circle of Life");
    let answer = Challenge::parse(challenge).unwrap().answer(&Claim {
        user: "Mufasa",
        hashes: &hashes,
        method: "GET",
        uri: "/dir/index.html",
        client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        count: 1,
    });
    let response = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    assert!(answer.contains(response), "{answer}");
}

#[test]
fn a_request_that_is_challenged_keeps_all_its_headers() {
    let mut carrier = Carrier::new(with_credentials("secret"));
    let mut invite = crate::carrier::call_to("1");
    invite.headers = vec![("X-Campaign".to_owned(), "spring".to_owned())];
    carrier.act(|it, now| it.invite(now, invite).unwrap());
    let first = carrier.next();
    Checker::new().challenge(&mut carrier, &first, "401 No", "WWW-Authenticate");
    let second = carrier.next_of(Method::Invite);
    let names = |message: &Message| {
        let names = message.iter().map(|header| header.name_text().to_owned());
        let mut names: Vec<_> = names.filter(|name| name != "Authorization").collect();
        names.sort();
        names
    };
    assert_eq!(names(&first.message), names(&second.message));
    assert_eq!(second.header("X-Campaign"), "spring");
}
