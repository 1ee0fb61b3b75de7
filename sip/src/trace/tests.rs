//! The ring's bounds, its ladders, its masks and its price.

use super::*;

fn flow() -> Flow {
    Flow {
        transport: Transport::Udp,
        local: SocketAddr::from(([192, 0, 2, 1], 5060)),
        remote: SocketAddr::from(([192, 0, 2, 2], 5060)),
        connection: None,
    }
}

fn trace(bytes: usize, entries: usize) -> Trace {
    Trace::new(TraceConfig {
        bytes,
        entries,
        shows_bodies: false,
    })
}

fn message(call_id: &str, filler: usize) -> Vec<u8> {
    format!(
        "OPTIONS sip:a SIP/2.0\r\nCall-ID: {call_id}\r\nX: {}\r\n\r\n",
        "x".repeat(filler)
    )
    .into_bytes()
}

fn shown(text: &str, shows_bodies: bool) -> String {
    let mut data = text.replace('\n', "\r\n").into_bytes();
    masking::mask(&mut data, shows_bodies);
    String::from_utf8(data).unwrap()
}

#[test]
fn a_ladder_has_the_messages_of_its_calls_in_order() {
    let mut trace = trace(10_000, 10);
    for (second, call) in ["a", "b", "a", "c"].iter().enumerate() {
        trace.note_time(Duration::from_secs(second as u64));
        let standing = if second == 0 {
            Standing::Stranger
        } else {
            Standing::Known
        };
        trace.record(standing, Direction::In, flow(), &message(call, second));
    }

    let ladder = trace.ladder(&["a", "c"]);

    let seconds: Vec<_> = ladder.iter().map(|entry| entry.at.as_secs()).collect();
    assert_eq!(seconds, [0, 2, 3]);
    assert_eq!(ladder[1].data, message("a", 2));
    assert!(trace.ladder(&["nobody"]).is_empty());
}

#[test]
fn compact_and_odd_spellings_of_call_id_are_found() {
    for head in ["i: here", "CALL-ID  :   here", "call-id:here"] {
        let text = format!("BYE sip:a SIP/2.0\r\nVia: x\r\n{head}\r\n\r\nCall-ID: body");
        let mut trace = trace(1000, 10);
        trace.record(Standing::Known, Direction::In, flow(), text.as_bytes());
        assert_eq!(trace.ladder(&["here"]).len(), 1, "{head}");
    }
}

#[test]
fn the_ring_keeps_the_youngest_within_its_bounds() {
    let mut random = 12345_usize;
    for (bytes, entries) in [(1000, 1000), (10_000, 7), (997, 5)] {
        let mut trace = trace(bytes, entries);
        for number in 0..500_usize {
            random = random.wrapping_mul(6_364_136_223_846_793_005) >> 3;
            let data = message(&format!("call{number}"), random % 300);
            trace.record(Standing::Known, Direction::Out, flow(), &data);

            let ring = &trace.known;
            assert!(ring.bytes.len() <= bytes && ring.entries.len() <= entries);
            let kept: usize = ring.entries.iter().map(|entry| entry.length).sum();
            assert!(kept <= bytes);
            let ladder = trace.ladder(&[&format!("call{number}")]);
            assert_eq!(ladder[0].data, data, "the youngest is whole");
            let oldest = ring.entries[0];
            assert!(ring.read(&oldest).starts_with(b"OPTIONS"));
            assert!(ring.read(&oldest).ends_with(b"\r\n\r\n"));
        }
    }
}

#[test]
fn a_flood_of_strangers_overwrites_no_call() {
    let mut trace = trace(8000, 80);
    trace.record(Standing::Known, Direction::In, flow(), &message("call", 10));
    for number in 0..10_000 {
        let data = message(&format!("flood{number}"), 100);
        trace.record(Standing::Stranger, Direction::In, flow(), &data);
    }
    assert_eq!(trace.ladder(&["call"]).len(), 1);
    assert!(trace.strangers.bytes.len() <= 1000);
}

#[test]
fn a_message_larger_than_the_ring_or_a_ring_of_nothing_is_harmless() {
    let mut small = trace(100, 10);
    small.record(Standing::Known, Direction::In, flow(), &message("a", 500));
    assert!(small.ladder(&["a"]).is_empty());
    let mut none = trace(0, 0);
    none.record(Standing::Known, Direction::In, flow(), &message("a", 1));
    assert!(none.ladder(&["a"]).is_empty());
}

#[test]
fn digest_responses_are_masked_wherever_they_are_folded() {
    let text = "REGISTER sip:a SIP/2.0\nAuthorization: Digest username=\"u\", response=\"0123abc\",\n nc=00000001, Response = 99ff, qop=auth\nProxy-Authorization: Digest response=\"\\\"x\"\nX-Response: response=\"kept\"\nCall-ID: a\n\n";
    let masked = shown(text, false);

    assert!(masked.contains("response=\"*******\",\r\n nc=00000001, Response = ****, qop=auth"));
    assert!(!masked.contains("0123abc") && !masked.contains("99ff"));
    assert!(masked.contains("X-Response: response=\"kept\""));
    assert_eq!(masked.len(), text.replace('\n', "\r\n").len());
    let basic = shown("BYE sip:a SIP/2.0\nAuthorization: Basic dTpw\n\n", false);
    assert!(basic.contains("Basic ****"));
}

#[test]
fn media_keys_are_masked() {
    let text = "INVITE sip:a SIP/2.0\nCall-ID: a\n\nv=0\nk=clear:secret\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQ|2^20|1:4\na=ice-pwd:asd88\na=rtpmap:0 PCMU/8000\n";
    let masked = shown(text, false);

    assert!(masked.contains("inline:*****|2^20|1:4"));
    assert!(masked.contains("k=************"));
    assert!(masked.contains("a=ice-pwd:*****"));
    assert!(masked.contains("a=rtpmap:0 PCMU/8000"));
}

#[test]
fn bodies_in_which_people_write_are_masked_unless_they_may_be_shown() {
    let text = "MESSAGE sip:a SIP/2.0\nCall-ID: a\n\nmeet me at nine";
    assert!(shown(text, false).ends_with("\r\n\r\n***************"));
    assert!(shown(text, true).ends_with("meet me at nine"));
    let keys = "INFO sip:a SIP/2.0\nCall-ID: a\n\nSignal=5";
    for shows_bodies in [false, true] {
        let shown = shown(keys, shows_bodies);
        assert!(
            shown.ends_with("\r\n\r\n********"),
            "keys may be a card's: {shown}"
        );
    }
}

#[test]
fn masking_survives_any_bytes() {
    let mut seed = 7_u64;
    let text = b"INFO a\r\nAuthorization: Digest response=\r\n response\r\n\r\na=crypto:inline:";
    for _ in 0..20_000 {
        let mut data = text.to_vec();
        for _ in 0..4 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = usize::try_from(seed >> 33).unwrap() % data.len();
            data[at] = seed.to_be_bytes()[7];
        }
        masking::mask(&mut data, seed.is_multiple_of(2));
        assert_eq!(data.len(), text.len());
        call_id(&data);
    }
}

#[test]
fn a_full_ring_records_without_an_allocation() {
    let mut trace = trace(20_000, 100);
    let data = message("call", 400);
    for _ in 0..200 {
        trace.record(Standing::Known, Direction::In, flow(), &data);
    }

    let used = allocation_counter::measure(|| {
        for _ in 0..1000 {
            trace.record(Standing::Known, Direction::Out, flow(), &data);
        }
    });

    assert_eq!(used.count_total, 0);
}
