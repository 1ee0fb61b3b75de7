//! What is granted for what is wished, line by line of RFC 4028 table 2.

use std::time::Duration;

use super::{Grant, Interval, Refresher, Side, Wish};
use crate::SessionTimers;
use crate::message::{Framing, Message};

fn wish(headers: &str) -> Wish {
    let text = format!(
        "INVITE sip:8001@trunkline SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
         From: <sip:a@b>;tag=1\r\nTo: <sip:8001@trunkline>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\
         {headers}Content-Length: 0\r\n\r\n"
    );
    Wish::of(&Message::parse(text.into(), Framing::Datagram).unwrap())
}

fn granted(headers: &str) -> Option<String> {
    let grant = wish(headers).grant(&SessionTimers::default())?;
    let required = if grant.is_required { " required" } else { "" };
    Some(format!("{}{required}", grant.session_expires()))
}

#[test]
fn the_answer_may_shorten_the_interval_and_never_lengthens_it() {
    let cases = [
        ("", None),
        ("Supported: timer\r\n", Some("1800;refresher=uac required")),
        ("Session-Expires: 1200\r\n", Some("1200;refresher=uas")),
        (
            "Supported: timer\r\nSession-Expires: 600\r\n",
            Some("600;refresher=uac required"),
        ),
        (
            "k: 100rel, Timer\r\nx: 7200 ; Refresher = UAS\r\n",
            Some("1800;refresher=uas"),
        ),
        (
            "Supported: timer\r\nSession-Expires: 7200;refresher=uac\r\nMin-SE: 3600\r\n",
            Some("3600;refresher=uac required"),
        ),
        (
            "Supported: timer\r\nMin-SE: 3600\r\n",
            Some("3600;refresher=uac required"),
        ),
        (
            "Session-Expires: 60;refresher=uac\r\n",
            Some("60;refresher=uas"),
        ),
    ];
    for (headers, expected) in cases {
        assert_eq!(granted(headers).as_deref(), expected, "{headers}");
    }
}

#[test]
fn a_short_wish_is_refused_only_where_the_sender_can_wish_again() {
    let timers = SessionTimers {
        shortest: Duration::from_mins(1),
        ..SessionTimers::default()
    };
    let floor = Some(Duration::from_secs(90));

    let capable = wish("Supported: timer\r\nSession-Expires: 89\r\n");
    assert_eq!(capable.is_too_short(&timers), floor);
    let of_a_proxy = wish("Session-Expires: 89\r\n");
    assert_eq!(of_a_proxy.is_too_short(&timers), None);
    let fit = wish("Supported: timer\r\nSession-Expires: 90\r\n");
    assert_eq!(fit.is_too_short(&timers), None);
}

#[test]
fn an_answer_without_an_interval_switches_the_timer_off() {
    assert_eq!(wish("Supported: timer\r\n").granted_to_us(), None);
    assert_eq!(
        wish("Session-Expires: 300;refresher=uas\r\n").granted_to_us(),
        Some((Duration::from_mins(5), Refresher::Peer))
    );
    assert_eq!(
        wish("Session-Expires: 1\r\n").granted_to_us(),
        Some((Duration::from_secs(30), Refresher::Us))
    );
}

#[test]
fn the_refresh_is_at_half_and_the_end_a_third_but_at_most_32_seconds_early() {
    let at = |seconds| Duration::from_secs(seconds);
    let long = Interval::new(at(1000), at(1800), Refresher::Us);
    assert_eq!(long.refresh_at, Some(at(1900)));
    assert_eq!(long.expires_at, at(2768));
    let short = Interval::new(at(0), at(90), Refresher::Peer);
    assert_eq!((short.refresh_at, short.expires_at), (None, at(60)));
}

#[test]
fn the_refresher_of_a_grant_is_seen_from_our_side() {
    let grant = |refresher| Grant {
        interval: Duration::from_secs(90),
        refresher,
        is_required: false,
    };
    assert_eq!(grant(Side::Uac).refresher(), Refresher::Peer);
    assert_eq!(grant(Side::Uas).refresher(), Refresher::Us);
}
