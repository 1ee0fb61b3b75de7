//! Both sides of digest against each other and against the examples of RFC 7616.

use std::time::Duration;

use super::{
    Algorithm, Attempt, Authenticator, Challenge, Claim, Credentials, Freshness, PasswordHashes,
    Refusal, Verdict,
};
use crate::limits;

const NOW: Duration = Duration::from_secs(1_700_000_000);
const URI: &str = "sip:pbx.example.com;transport=udp";

fn authenticator() -> Authenticator {
    Authenticator::new("pbx.example.com", [7; 32])
}

fn hashes() -> PasswordHashes {
    PasswordHashes::new("8001", "pbx.example.com", "secret")
}

fn answer(challenge: &str, count: u32) -> String {
    let hashes = hashes();
    Challenge::parse(challenge.as_bytes())
        .unwrap()
        .answer(&Claim {
            user: "8001",
            hashes: &hashes,
            method: "REGISTER",
            uri: URI,
            client_nonce: "c0ffee",
            count,
        })
}

fn check(authenticator: &mut Authenticator, now: Duration, value: &str) -> Verdict {
    check_user(authenticator, now, value, Some(&hashes()))
}

fn check_user(
    authenticator: &mut Authenticator,
    now: Duration,
    value: &str,
    hashes: Option<&PasswordHashes>,
) -> Verdict {
    let credentials = Credentials::parse(value.as_bytes()).unwrap();
    authenticator.check(
        now,
        &Attempt {
            credentials: &credentials,
            method: b"REGISTER",
            body: b"",
            hashes,
        },
    )
}

#[test]
fn the_examples_of_rfc_7616_come_out() {
    let hashes = PasswordHashes::new("Mufasa", "http-auth@example.org", "Circle of Life");
    let claim = Claim {
        user: "Mufasa",
        hashes: &hashes,
        method: "GET",
        uri: "/dir/index.html",
        client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        count: 1,
    };
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let value = Challenge::parse(challenge.as_bytes())
            .unwrap()
            .answer(&claim);
        let credentials = Credentials::parse(value.as_bytes()).unwrap();
        assert_eq!(credentials.response, response.as_bytes(), "{algorithm}");
    }
}

#[test]
fn sha_256_is_offered_in_front_of_md5() {
    let challenges = authenticator().challenges(NOW, Freshness::Unproved);
    let algorithms = challenges
        .each_ref()
        .map(|value| Challenge::parse(value.as_bytes()).unwrap().algorithm());
    assert_eq!(algorithms, [Algorithm::Sha256, Algorithm::Md5]);
    assert!(challenges[0].contains("algorithm=SHA-256,"));
    assert!(!challenges[0].contains("stale"));
}

#[test]
fn the_right_password_is_accepted_with_both_algorithms() {
    for chosen in [0, 1] {
        let mut authenticator = authenticator();
        let challenges = authenticator.challenges(NOW, Freshness::Unproved);
        let value = answer(&challenges[chosen], 1);
        assert_eq!(check(&mut authenticator, NOW, &value), Verdict::Accepted);
    }
}

#[test]
fn a_count_is_hexadecimal_and_accepted_once_in_any_order_within_the_window() {
    let mut authenticator = authenticator();
    let [challenge, _] = authenticator.challenges(NOW, Freshness::Unproved);
    for count in [1, 3, 2, 0x0a, 0x10, 9, 0x40] {
        let value = answer(&challenge, count);
        assert_eq!(check(&mut authenticator, NOW, &value), Verdict::Accepted);
        assert_eq!(check(&mut authenticator, NOW, &value), Verdict::Stale);
    }
    let far = answer(&challenge, 0x40 + limits::NONCE_COUNT_WINDOW);
    assert_eq!(check(&mut authenticator, NOW, &far), Verdict::Accepted);
    let behind = answer(&challenge, 0x3f);
    assert_eq!(check(&mut authenticator, NOW, &behind), Verdict::Stale);
    let zero = answer(&challenge, 0);
    assert_eq!(check(&mut authenticator, NOW, &zero), Verdict::Stale);
}

#[test]
fn wrong_passwords_unknown_users_and_wrong_methods_are_refused_alike() {
    let mut authenticator = authenticator();
    let [challenge, _] = authenticator.challenges(NOW, Freshness::Unproved);
    let value = answer(&challenge, 1);
    let refused = Verdict::Refused(Refusal::Response);
    let other = PasswordHashes::new("8001", "pbx.example.com", "guess");
    assert_eq!(
        check_user(&mut authenticator, NOW, &value, Some(&other)),
        refused
    );
    assert_eq!(check_user(&mut authenticator, NOW, &value, None), refused);
    let credentials = Credentials::parse(value.as_bytes()).unwrap();
    let attempt = Attempt {
        credentials: &credentials,
        method: b"INVITE",
        body: b"",
        hashes: Some(&hashes()),
    };
    assert_eq!(authenticator.check(NOW, &attempt), refused);
    assert_eq!(
        check(&mut authenticator, NOW, &value),
        Verdict::Accepted,
        "a refused attempt uses up no count"
    );
}

#[test]
fn hashes_of_nobody_let_nobody_in() {
    let mut authenticator = authenticator();
    let [challenge, _] = authenticator.challenges(NOW, Freshness::Unproved);
    let nobody = PasswordHashes {
        md5: [0; 16],
        sha256: [0; 32],
    };
    let value = Challenge::parse(challenge.as_bytes())
        .unwrap()
        .answer(&Claim {
            user: "nobody",
            hashes: &nobody,
            method: "REGISTER",
            uri: URI,
            client_nonce: "1",
            count: 1,
        });
    assert_eq!(
        check_user(&mut authenticator, NOW, &value, None),
        Verdict::Refused(Refusal::Response)
    );
}

#[test]
fn a_nonce_that_is_old_foreign_or_of_another_key_is_stale() {
    let mut authenticator = authenticator();
    let [challenge, _] = authenticator.challenges(NOW, Freshness::Unproved);
    let value = answer(&challenge, 1);
    let late = NOW + limits::NONCE_LIFETIME + Duration::from_millis(1);
    assert_eq!(check(&mut authenticator, late, &value), Verdict::Stale);
    let mut restarted = Authenticator::new("pbx.example.com", [8; 32]);
    assert_eq!(check(&mut restarted, NOW, &value), Verdict::Stale);
    let invented = answer(
        "Digest realm=\"pbx.example.com\", nonce=\"00\", qop=\"auth\"",
        1,
    );
    assert_eq!(check(&mut restarted, NOW, &invented), Verdict::Stale);
    let [again, _] = restarted.challenges(NOW, Freshness::Stale);
    assert!(Challenge::parse(again.as_bytes()).unwrap().is_stale());
}

#[test]
fn a_client_without_qop_uses_each_nonce_once() {
    let mut authenticator = authenticator();
    let [_, challenge] = authenticator.challenges(NOW, Freshness::Unproved);
    let old = challenge.replace(", qop=\"auth\"", "");
    let value = answer(&old, 1);
    assert!(!value.contains("qop"));
    assert_eq!(check(&mut authenticator, NOW, &value), Verdict::Accepted);
    assert_eq!(check(&mut authenticator, NOW, &value), Verdict::Stale);
}

#[test]
fn the_table_of_counts_is_bounded_and_what_it_forgets_is_stale() {
    let mut counts = super::window::NonceCounts::default();
    let nonce = |serial| super::window::NonceId {
        issued_ms: 1,
        serial,
    };
    let many = u32::try_from(limits::NONCES).unwrap() + 5;
    for serial in 0..many {
        assert!(counts.record(nonce(serial), 1));
    }
    assert_eq!(counts.len(), limits::NONCES);
    assert!(!counts.record(nonce(4), 2));
    assert!(counts.record(nonce(5), 2));
    counts.expire(1);
    assert_eq!(counts.len(), 0);
}

#[test]
fn credentials_are_read_whatever_their_spaces_and_quotes() {
    let value = b"digest  username = \"a\\\"b\" ,realm=\"r\",\r\n nonce=n1,, uri=\"sip:h;x=\\\"1\\\"\", \
        qop=\"auth\", nc=\"0000000A\", cnonce=\"\", response=\"ab\", algorithm=\"SHA-256\", foo=bar,";
    let credentials = Credentials::parse(value).unwrap();
    assert_eq!(credentials.username, b"a\\\"b");
    assert_eq!(credentials.nonce, b"n1");
    assert_eq!(credentials.uri, b"sip:h;x=\\\"1\\\"");
    assert_eq!(credentials.qop, Some(&b"auth"[..]));
    assert_eq!(credentials.count, Some(&b"0000000A"[..]));
    assert_eq!(credentials.client_nonce, Some(&b""[..]));
    assert_eq!(credentials.algorithm, Some(&b"SHA-256"[..]));
    for broken in [
        &b"Basic YWxpY2U6c2VjcmV0"[..],
        b"Digest",
        b"Digest username=\"a",
        b"Digest username=\"a\", username=\"b\", realm=r, nonce=n, uri=u, response=0",
        b"Digest username=\"a\", realm=r, nonce=n, uri=u",
        b"Digest =, realm=r",
    ] {
        assert!(Credentials::parse(broken).is_err());
    }
}

#[test]
fn other_realms_algorithms_and_protections_are_refused() {
    let mut authenticator = authenticator();
    let [challenge, _] = authenticator.challenges(NOW, Freshness::Unproved);
    let value = answer(&challenge, 1);
    for (from, to, refusal) in [
        ("realm=\"pbx.", "realm=\"other.", Refusal::Realm),
        ("=SHA-256", "=SHA-512-256", Refusal::Algorithm),
        ("qop=auth", "qop=auth-conf", Refusal::Protection),
        ("nc=00000001", "nc=0000000g", Refusal::Protection),
        ("nc=00000001", "nc=100000000", Refusal::Protection),
        (", nc=00000001", "", Refusal::Protection),
    ] {
        let changed = value.replace(from, to);
        assert_ne!(changed, value);
        assert_eq!(
            check(&mut authenticator, NOW, &changed),
            Verdict::Refused(refusal)
        );
    }
}

#[test]
fn a_challenge_whose_text_would_break_out_of_our_answer_is_refused() {
    for text in ["a\r\n b", "a\nVia: x", "a\0"] {
        let challenge = format!("Digest realm=\"r\", nonce=\"{text}\"");
        assert!(Challenge::parse(challenge.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn an_unquoted_text_that_would_swallow_the_closing_quote_of_our_answer_is_refused() {
    assert!(Challenge::parse(b"Digest realm=r\\, nonce=n").is_err());
}
/// The answer to a challenge as a client computes it that knows more than ours.
fn answer_with(challenge: &str, algorithm: &str, qop: &str, body: &str) -> String {
    use md5::{Digest, Md5};
    let md5 = |text: String| super::digest::hexadecimal(&Md5::digest(text));
    let nonce = challenge.split("nonce=\"").nth(1).unwrap();
    let nonce = nonce.split('"').next().unwrap();
    let mut secret = super::digest::hexadecimal(&hashes().md5);
    if algorithm.len() > "MD5".len() {
        secret = md5(format!("{secret}:{nonce}:c0ffee"));
    }
    let mut request = format!("REGISTER:{URI}");
    if qop == "auth-int" {
        request = format!("{request}:{}", md5(body.to_owned()));
    }
    let response = md5(format!(
        "{secret}:{nonce}:0000000a:c0ffee:{qop}:{}",
        md5(request)
    ));
    format!(
        "Digest username=\"8001\", realm=\"pbx.example.com\", nonce=\"{nonce}\", uri=\"{URI}\", response=\"{response}\", algorithm={algorithm}, qop={qop}, nc=0000000a, cnonce=\"c0ffee\""
    )
}

#[test]
fn session_algorithms_and_protected_bodies_are_understood() {
    for (algorithm, qop, body) in [
        ("MD5", "auth", ""),
        ("MD5-sess", "auth", ""),
        ("md5-SESS", "auth-int", "v=0"),
        ("MD5", "auth-int", "v=0"),
    ] {
        let mut authenticator = authenticator();
        let challenge = authenticator.challenges(NOW, Freshness::Unproved)[1].clone();
        let value = answer_with(&challenge, algorithm, qop, body);
        let credentials = Credentials::parse(value.as_bytes()).unwrap();
        let hashes = hashes();
        let mut attempt = Attempt {
            credentials: &credentials,
            method: b"REGISTER",
            body: b"another body",
            hashes: Some(&hashes),
        };
        if qop == "auth-int" {
            let refused = Verdict::Refused(Refusal::Response);
            assert_eq!(
                authenticator.check(NOW, &attempt),
                refused,
                "{algorithm} {qop}"
            );
        }
        attempt.body = body.as_bytes();
        assert_eq!(
            authenticator.check(NOW, &attempt),
            Verdict::Accepted,
            "{algorithm} {qop}"
        );
    }
}
