//! Offers and answers between peers of every policy, and those of browsers.

use super::super::{Agreed, Local, SdpError, accept, answer, offer};
use super::*;
use crate::Codec;

fn local(policy: Policy, seed: u8) -> Local {
    Local {
        address: "192.0.2.10".parse().unwrap(),
        port: 20_000 + u16::from(seed) * 2,
        session_id: 7,
        session_version: 1,
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        telephone_events: true,
        protection: Protection {
            policy,
            secret: [seed; 32],
            certificate: Some([seed; 32]),
            ssrc: 77,
            established: None,
        },
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn keys(agreed: &Agreed) -> Option<Keys> {
    agreed.security.as_ref()?.keys
}

const POLICIES: [Policy; 5] = [
    Policy::Off,
    Policy::Accepted,
    Policy::Optional,
    Policy::Required,
    Policy::Browser,
];

#[test]
fn two_sides_agree_on_the_same_keys_or_not_at_all() {
    for offering in POLICIES {
        for answering in POLICIES {
            let (ours, theirs) = (local(offering, 1), local(answering, 2));
            let offer = offer(&ours);
            let Ok((answer, answered)) = answer(&offer, &theirs) else {
                let strict = [Policy::Required, Policy::Browser];
                let clash = (strict.contains(&offering) && answering == Policy::Off)
                    || (strict.contains(&answering)
                        && [Policy::Off, Policy::Accepted].contains(&offering));
                assert!(clash, "{offering:?} {answering:?}");
                continue;
            };
            let accepted = accept(&ours, &answer).unwrap();
            let case = format!("{offering:?} {answering:?} {}", text(answer));
            match (&accepted.security, &answered.security) {
                (None, None) => assert!(ours.protection.allows_plain()),
                (Some(one), Some(other)) if one.handshake.is_some() => {
                    let (one, other) = (one.handshake.unwrap(), other.handshake.unwrap());
                    assert_ne!(one.role, other.role, "{case}");
                    assert_eq!((one.fingerprint, other.fingerprint), ([2; 32], [1; 32]));
                }
                (Some(_), Some(_)) => {
                    let (one, other) = (keys(&accepted).unwrap(), keys(&answered).unwrap());
                    assert_eq!(one.suite, other.suite, "{case}");
                    assert_eq!((one.ours, one.theirs), (other.theirs, other.ours), "{case}");
                }
                _ => panic!("{case}"),
            }
        }
    }
}

#[test]
fn the_largest_offer_leaves_room_for_headers_in_a_datagram() {
    for policy in POLICIES {
        let largest = Local {
            address: "2001:db8:1234:5678:9abc:def0:1234:5678".parse().unwrap(),
            port: u16::MAX,
            session_id: u64::MAX >> 2,
            session_version: u64::from(u32::MAX),
            codecs: vec![Codec::Opus, Codec::G722, Codec::Pcma, Codec::Pcmu],
            ..local(policy, 255)
        };
        let length = offer(&largest).len();
        // With 700 bytes of headers an offer without keys stays below 1,300; browsers are never
        // reached over UDP.
        let most = match policy {
            Policy::Off | Policy::Accepted => 520,
            Policy::Optional | Policy::Required => 850,
            Policy::Browser => 1_000,
        };
        assert!(length <= most, "{policy:?}: {length}");
    }
}

#[test]
fn keys_stay_the_same_from_one_description_of_a_leg_to_the_next() {
    let (mut ours, mut theirs) = (local(Policy::Optional, 1), local(Policy::Accepted, 2));
    let (first, answered) = answer(&offer(&ours), &theirs).unwrap();
    let accepted = accept(&ours, &first).unwrap();
    ours.protection.established.clone_from(&accepted.security);
    theirs.protection.established.clone_from(&answered.security);
    let (again, answered_again) = answer(&offer(&ours), &theirs).unwrap();
    assert!(text(again.clone()).contains("RTP/SAVP"));
    assert_eq!(keys(&answered), keys(&answered_again));
    assert_eq!(keys(&accept(&ours, &again).unwrap()), keys(&accepted));
    let (back, answered_back) = answer(&offer(&theirs), &ours).unwrap();
    assert_eq!(keys(&answered_back), keys(&accepted));
    assert_eq!(keys(&accept(&theirs, &back).unwrap()), keys(&answered));
    assert_ne!(
        local(Policy::Optional, 3)
            .protection
            .key(Suite::AeadAes128Gcm),
        ours.protection.key(Suite::AeadAes128Gcm)
    );
}

/// The first line with this beginning.
fn line<'a>(text: &'a str, start: &str) -> &'a str {
    let found = text.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {text}"))
}

fn offered(crypto: &str) -> String {
    format!("v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 0\na=crypto:{crypto}\n")
}

const KEY: &str = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

#[test]
fn the_example_of_rfc_4568_is_answered_with_its_tag_and_suite() {
    let text_of = |crypto: &str| answer(offered(crypto).as_bytes(), &local(Policy::Accepted, 1));
    let (answer, agreed) = text_of(&format!("1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^20")).unwrap();
    let answer = text(answer);
    assert_eq!(line(&answer, "m="), "m=audio 20002 RTP/SAVP 0");
    assert!(line(&answer, "a=crypto:").starts_with("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"));
    let theirs = keys(&agreed).unwrap().theirs;
    assert_eq!(theirs.key(Suite::AesCm128HmacSha1_80), b"YS___semctl () {");
    for unusable in [
        format!("1 AES_CM_128_HMAC_SHA1_80 {KEY}|2^20|1:4"),
        format!("1 AES_CM_128_HMAC_SHA1_80 {KEY} UNENCRYPTED_SRTP"),
        format!("1 F8_128_HMAC_SHA1_80 {KEY}"),
        "1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=".to_owned(),
        "1 AES_CM_128_HMAC_SHA1_80".to_owned(),
        String::new(),
    ] {
        let refused = text_of(&unusable).unwrap_err();
        assert!(
            matches!(refused, SdpError::UnsupportedProfile { .. }),
            "{unusable}"
        );
    }
    let windowed = text_of(&format!("7 AES_CM_128_HMAC_SHA1_80 {KEY} WSH=64"));
    assert!(text(windowed.unwrap().0).contains("a=crypto:7 "));
}

const CHROMIUM: &str = "v=0\r\no=- 4611731 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    a=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n\
    a=rtcp:9 IN IP4 0.0.0.0\r\n\
    a=candidate:1 1 udp 2113937151 7b1e.local 51000 typ host generation 0 network-cost 999\r\n\
    a=ice-ufrag:bR0w\r\na=ice-pwd:browserbrowserbrowser22\r\na=ice-options:trickle\r\n\
    a=fingerprint:sha-256 07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07:07\r\n\
    a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n\
    a=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\n\
    a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:110 telephone-event/48000\r\n\
    a=rtpmap:126 telephone-event/8000\r\na=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendrecv\r\n";

#[test]
fn the_offer_of_a_browser_is_answered_with_audio_alone() {
    let (answer, agreed) = answer(CHROMIUM.as_bytes(), &local(Policy::Accepted, 1)).unwrap();
    let answer = text(answer);
    assert_eq!(line(&answer, "a=group"), "a=group:BUNDLE 0");
    assert_eq!(line(&answer, "a=ice-lite"), "a=ice-lite");
    assert_eq!(
        line(&answer, "m=audio"),
        "m=audio 20002 UDP/TLS/RTP/SAVPF 8 126"
    );
    assert_eq!(line(&answer, "m=video"), "m=video 0 UDP/TLS/RTP/SAVPF 96");
    assert_eq!(line(&answer, "a=setup"), "a=setup:passive");
    assert_eq!(
        line(&answer, "a=candidate"),
        "a=candidate:1 1 udp 2130706431 192.0.2.10 20002 typ host"
    );
    for needed in [
        "a=mid:0",
        "a=rtcp-mux",
        "a=end-of-candidates",
        "a=ssrc:77 cname:",
    ] {
        line(&answer, needed);
    }
    assert!(!answer.contains("extmap") && !answer.contains("rtcp-fb"));
    assert_eq!(agreed.remote, "0.0.0.0:9".parse().unwrap());
    assert!(
        agreed.direction.sends(),
        "an unknown address is no hold here"
    );
    let security = agreed.security.unwrap();
    let handshake = security.handshake.unwrap();
    assert_eq!(
        (handshake.role, handshake.fingerprint),
        (Role::Server, [7; 32])
    );
    let ice = security.ice.unwrap();
    assert_eq!(ice.theirs, "bR0w");
    assert_eq!(
        line(&answer, "a=ice-ufrag"),
        format!("a=ice-ufrag:{}", ice.ours)
    );
    assert_eq!(
        line(&answer, "a=ice-pwd"),
        format!("a=ice-pwd:{}", ice.password)
    );
    assert_eq!((ice.ours.len(), ice.password.len()), (8, 24));
}

#[test]
fn credentials_stay_until_the_browser_begins_anew() {
    let mut local = local(Policy::Accepted, 1);
    let (first, agreed) = answer(CHROMIUM.as_bytes(), &local).unwrap();
    local.protection.established.clone_from(&agreed.security);
    let (second, again) = answer(CHROMIUM.as_bytes(), &local).unwrap();
    assert_eq!((&first, &agreed), (&second, &again));
    let ours = text(offer(&local));
    let ice = agreed.security.unwrap().ice.unwrap();
    assert!(ours.contains(&ice.ours) && ours.contains(&ice.password));
    let restarted = CHROMIUM.replace("bR0w", "other");
    let (_, restarted) = answer(restarted.as_bytes(), &local).unwrap();
    let restarted = restarted.security.unwrap();
    assert_ne!(restarted.ice.as_ref().unwrap().ours, ice.ours);
    assert_ne!(restarted.ice.unwrap().password, ice.password);
}

#[test]
fn our_offer_to_a_browser_lets_it_choose_who_begins() {
    let ours = local(Policy::Browser, 1);
    let sdp = text(offer(&ours));
    assert_eq!(line(&sdp, "m="), "m=audio 20002 UDP/TLS/RTP/SAVPF 8 0 101");
    assert_eq!(line(&sdp, "a=setup"), "a=setup:actpass");
    assert_eq!(line(&sdp, "a=group"), "a=group:BUNDLE 0");
    for (setup, role) in [("active", Role::Server), ("passive", Role::Client)] {
        let reply = CHROMIUM
            .replace("actpass", setup)
            .replace("BUNDLE 0 1", "BUNDLE 0");
        let agreed = accept(&ours, reply.as_bytes()).unwrap();
        let security = agreed.security.unwrap();
        assert_eq!(security.handshake.unwrap().role, role);
        let ice = security.ice.unwrap();
        assert_eq!(ice.theirs, "bR0w");
        assert_eq!(
            line(&sdp, "a=ice-ufrag"),
            format!("a=ice-ufrag:{}", ice.ours)
        );
    }
    let plain = "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n";
    assert!(accept(&ours, plain.as_bytes()).is_err());
}

#[test]
fn a_fingerprint_that_is_not_of_sha_256_is_none() {
    let weak = CHROMIUM.replace("sha-256", "sha-1");
    let refused = answer(weak.as_bytes(), &local(Policy::Accepted, 1)).unwrap_err();
    assert!(matches!(refused, SdpError::UnsupportedProfile { .. }));
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", local(Policy::Required, 250));
    assert!(!shown.contains("250, 250"), "{shown}");
}
