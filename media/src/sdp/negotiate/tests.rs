//! Offers and answers as peers write them.

use super::super::{Protection, offer};
use super::*;

fn local() -> Local {
    Local {
        address: "192.0.2.10".parse().unwrap(),
        port: 20_000,
        session_id: 7,
        session_version: 1,
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        telephone_events: true,
        protection: Protection::default(),
    }
}

fn answered(text: &str) -> (String, Agreed) {
    let (answer, agreed) = answer(text.as_bytes(), &local()).unwrap();
    (String::from_utf8(answer).unwrap(), agreed)
}

const PHONE: &str = "v=0\r\no=x 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 0 8 18 96\r\na=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\n";

#[test]
fn the_first_of_our_codecs_that_is_offered_is_taken() {
    let (text, agreed) = answered(PHONE);
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    assert_eq!(agreed.telephone_event, Some(96));
    assert_eq!(agreed.ptime, Duration::from_millis(30));
    assert_eq!(agreed.direction, Direction::SendRecv);
    assert_eq!(agreed.remote, "192.0.2.1:4000".parse().unwrap());
    let expected = "v=0\r\no=- 7 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
        m=audio 20000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n\
        a=fmtp:96 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    assert_eq!(text, expected);
}

#[test]
fn every_stream_is_answered_in_its_order() {
    let text = "v=0\nc=IN IP4 192.0.2.1\nm=video 5000 RTP/AVP 97\nm=audio 4000 RTP/SAVP 0\n\
        m=audio 4002 RTP/AVP 0\nm=image 6000 udptl t38\n";
    let (answer, agreed) = answered(text);
    let streams: Vec<_> = answer
        .lines()
        .filter(|line| line.starts_with("m="))
        .collect();
    let expected = [
        "m=video 0 RTP/AVP 97",
        "m=audio 0 RTP/SAVP 0",
        "m=audio 20000 RTP/AVP 0",
        "m=image 0 UDPTL t38",
    ];
    assert_eq!(streams, expected);
    assert_eq!(agreed.remote.port(), 4_002);
}

#[test]
fn hold_is_understood_in_each_of_its_forms() {
    let forms = [
        (
            "c=IN IP4 192.0.2.1",
            "a=sendonly",
            Direction::RecvOnly,
            "a=recvonly",
        ),
        (
            "c=IN IP4 192.0.2.1",
            "a=inactive",
            Direction::Inactive,
            "a=inactive",
        ),
        (
            "c=IN IP4 192.0.2.1",
            "a=recvonly",
            Direction::SendOnly,
            "a=sendonly",
        ),
        (
            "c=IN IP4 0.0.0.0",
            "a=sendrecv",
            Direction::RecvOnly,
            "a=recvonly",
        ),
        ("c=IN IP6 ::", "a=x", Direction::RecvOnly, "a=recvonly"),
    ];
    for (connection, attribute, ours, written) in forms {
        for in_session in [true, false] {
            let media = "m=audio 4000 RTP/AVP 0";
            let text = if in_session {
                format!("v=0\r\n{connection}\r\n{attribute}\r\n{media}\r\n")
            } else {
                format!("v=0\r\n{media}\r\n{connection}\r\n{attribute}\r\n")
            };
            let (answer, agreed) = answered(&text);
            assert_eq!(agreed.direction, ours, "{text}");
            assert!(answer.contains(written), "{answer}");
        }
    }
}

#[test]
fn our_offer_is_understood_and_its_answer_accepted() {
    let ours = local();
    let (text, theirs) = answered(&String::from_utf8(offer(&ours)).unwrap());
    let agreed = accept(&ours, text.as_bytes()).unwrap();
    assert_eq!(agreed.telephone_event, Some(101));
    assert_eq!(
        (agreed.codec, agreed.payload_type),
        (theirs.codec, theirs.payload_type)
    );
}

#[test]
fn an_answer_is_spoken_in_its_first_codec() {
    let text = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0 8\r\n";
    assert_eq!(
        accept(&local(), text.as_bytes()).unwrap().codec,
        Codec::Pcmu
    );
}

#[test]
fn internet_protocol_6_goes_both_ways() {
    let mut ours = local();
    ours.address = "2001:db8::1".parse().unwrap();
    let text = b"v=0\r\nc=IN IP6 2001:db8::2\r\nm=audio 4000 RTP/AVP 8\r\n";
    let (answer, agreed) = answer(text, &ours).unwrap();
    assert_eq!(agreed.remote, "[2001:db8::2]:4000".parse().unwrap());
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("c=IN IP6 2001:db8::1\r\n"), "{answer}");
}

#[test]
fn sloppy_descriptions_are_read() {
    for text in [
        "v=0\nm=audio 4000 RTP/AVP 8\nc=IN IP4 192.0.2.1\n\n\0",
        " v=0 \r\nc= in IP4 192.0.2.1/127\r\nm=AUDIO 4000/2 rtp/avp 8 \r\na=ptime:20.0\r\n",
        "c=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP x 8\na=rtpmap:8  pcma/8000/1\na=\n",
        "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVPF 98\r\na=rtpmap:98 PCMA/8000\r\n\u{FEFF}=\r\n",
    ] {
        let agreed = answered(text).1;
        assert_eq!(agreed.codec, Codec::Pcma, "{text}");
    }
}

#[test]
fn telephone_events_of_another_clock_are_not_taken() {
    let text = "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 8 96 97\r\n\
        a=rtpmap:96 telephone-event/48000\r\na=rtpmap:97 telephone-event/8000\r\n";
    assert_eq!(answered(text).1.telephone_event, Some(97));
}

#[test]
fn an_offer_is_narrowed_to_one_codec_and_keeps_its_telephone_events() {
    let text = "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18 8 101\r\n\
        a=rtpmap:101 telephone-event/8000\r\n";
    assert!(answered(text).0.contains("m=audio 20000 RTP/AVP 8 101\r\n"));
}

#[test]
fn a_peer_that_takes_keys_another_way_is_offered_no_telephone_events() {
    let mut ours = local();
    ours.telephone_events = false;
    let (answer, agreed) = answer(PHONE.as_bytes(), &ours).unwrap();
    assert_eq!(agreed.telephone_event, None);
    for text in [answer, offer(&ours)] {
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("telephone-event"), "{text}");
    }
}

#[test]
fn a_description_is_read_again_though_its_version_has_not_grown() {
    let moved = PHONE.replace("m=audio 4000", "m=audio 4002");
    assert_eq!(answered(&moved).1.remote.port(), 4_002);
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let cases = [
        ("v=0\r\nhello\r\n", "line 2: not of the form x=value"),
        (
            "v=0\r\nm=audio\r\n",
            "line 2: media cannot be read: \"audio\"",
        ),
        (
            "m=audio 99999 RTP/AVP 0\r\n",
            "line 1: port cannot be read: \"99999\"",
        ),
        (
            "c=IN IP4 1.2.3\r\n",
            "line 1: connection address cannot be read: \"1.2.3\"",
        ),
        (
            "c=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18 96\r\na=rtpmap:96 opus/48000/2\r\n",
            "line 2: no codec in common, offered: 18, opus/48000",
        ),
        (
            "v=0\r\nm=audio 4000 RTP/AVP 0\r\n",
            "line 2: the audio stream has no connection address",
        ),
        (
            "v=0\r\nm=audio 0 RTP/AVP 0\r\n",
            "no usable audio stream is described",
        ),
        ("", "no usable audio stream is described"),
    ];
    for (text, message) in cases {
        let error = answer(text.as_bytes(), &local()).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

fn local_of(codecs: &[Codec]) -> Local {
    Local {
        codecs: codecs.to_vec(),
        ..local()
    }
}

const BROWSER: &str = "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 111 63 9 0 8 13 110 126\r\n\
    a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\n\
    a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n";

#[test]
fn events_go_at_the_clock_of_the_codec() {
    for (codec, payload_type, event) in [(Codec::Opus, 111, 110), (Codec::G722, 9, 126)] {
        let (text, agreed) = answer(BROWSER.as_bytes(), &local_of(&[codec, Codec::Pcmu])).unwrap();
        let settled = (agreed.codec, agreed.payload_type, agreed.telephone_event);
        assert_eq!(settled, (codec, payload_type, Some(event)));
        let text = String::from_utf8(text).unwrap();
        let formats = format!("m=audio 20000 RTP/AVP {payload_type} {event}\r\n");
        assert!(text.contains(&formats), "{text}");
    }
}

#[test]
fn a_peer_may_change_to_what_it_offered_and_we_speak() {
    let local = local_of(&[Codec::Pcma, Codec::Pcmu, Codec::G722]);
    let (_, agreed) = answer(BROWSER.as_bytes(), &local).unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    assert_eq!(
        agreed.understood.as_slice(),
        [(9, Codec::G722), (0, Codec::Pcmu)]
    );
}

#[test]
fn every_codec_is_offered_in_our_order_with_what_it_needs() {
    let codecs = [Codec::Opus, Codec::G722, Codec::Pcma, Codec::G729];
    let text = String::from_utf8(offer(&local_of(&codecs))).unwrap();
    assert!(text.contains("RTP/AVP 96 9 8 18 102 101\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1;stereo=0;"));
    assert!(text.contains("a=rtpmap:9 G722/8000\r\n"));
    assert!(text.contains("a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\n"));
    assert!(text.contains("a=rtpmap:102 telephone-event/48000\r\n"));
    assert!(text.contains("a=rtpmap:101 telephone-event/8000\r\n"));
    let narrow = String::from_utf8(offer(&local())).unwrap();
    assert!(
        !narrow.contains("48000"),
        "no foreign clock for those who speak none: {narrow}"
    );
}

#[test]
fn what_is_only_passed_on_is_taken_when_there_is_nothing_else() {
    let all = local_of(&[Codec::G729, Codec::Pcmu]);
    assert_eq!(answer(PHONE.as_bytes(), &all).unwrap().1.codec, Codec::Pcmu);
    let (_, agreed) = answer(PHONE.as_bytes(), &local_of(&[Codec::G729])).unwrap();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::G729, 18));
}

/// What is agreed with a peer that says this of its Opus, and our answer.
fn opus_answer(parameters: &str) -> (Wishes, String) {
    let offer = format!(
        "v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 111\r\n\
         a=rtpmap:111 opus/48000/2\r\n{parameters}"
    );
    let (text, agreed) = answer(offer.as_bytes(), &local_of(&[Codec::Opus])).unwrap();
    (agreed.wishes, String::from_utf8(text).unwrap())
}

#[test]
fn what_a_peer_asks_of_opus_is_heeded() {
    let (wishes, text) = opus_answer(
        "a=fmtp:111 minptime=10; useinbandfec=1;stereo=1;usedtx=1; \
         maxplaybackrate=8000;maxaveragebitrate=12000\r\n",
    );
    let asked = Wishes {
        playback_hertz: 8_000,
        bits_max: Some(12_000),
        redundancy: true,
    };
    assert_eq!(wishes, asked);
    assert!(text.contains("maxplaybackrate=8000;"), "{text}");
    assert!(text.contains("stereo=0;"), "{text}");
}

#[test]
fn a_peer_that_asks_nothing_of_opus_plays_everything_and_takes_no_redundancy() {
    for parameters in [
        "",
        "a=fmtp:111\r\n",
        "a=fmtp:111 useinbandfec=x;;=;maxplaybackrate\r\n",
    ] {
        let (wishes, text) = opus_answer(parameters);
        assert_eq!(wishes, Wishes::default(), "{parameters}");
        assert!(text.contains("maxplaybackrate=16000;"), "{text}");
    }
    let (wishes, _) = opus_answer("a=fmtp:111 maxaveragebitrate=1\r\n");
    assert_eq!(wishes.bits_max, Some(6_000));
    let (wishes, _) = opus_answer("a=fmtp:96 useinbandfec=1\r\n");
    assert_eq!(wishes, Wishes::default(), "of another format");
}
