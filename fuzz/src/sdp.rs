//! A session description from the network: answered or refused, and our answers can be read.

use media::{Codec, sdp};

/// Reads the bytes as an offer and as an answer.
pub fn run(data: &[u8]) {
    let local = sdp::Local {
        address: [192, 0, 2, 10].into(),
        port: 20_000,
        session_id: 1,
        session_version: 1,
        codecs: vec![
            Codec::Pcmu,
            Codec::Pcma,
            Codec::G722,
            Codec::Opus,
            Codec::G729,
        ],
        telephone_events: true,
    };
    let _ = sdp::accept(&local, data);
    if let Ok((answer, _)) = sdp::answer(data, &local) {
        let read = sdp::accept(&local, &answer);
        assert!(read.is_ok(), "we cannot read our own answer: {read:?}");
    }
}
