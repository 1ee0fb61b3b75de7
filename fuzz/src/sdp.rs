//! A session description from the network: answered or refused, and our answers can be read.

use media::{Codec, sdp};

/// Reads the bytes as an offer and as an answer.
pub fn run(data: &[u8]) {
    let mut local = sdp::Local {
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
        protection: sdp::Protection {
            policy: sdp::Policy::Accepted,
            secret: [7; 32],
            certificate: Some([7; 32]),
            ssrc: 7,
            established: None,
        },
    };
    let _ = sdp::accept(&local, data);
    if let Ok((answer, agreed)) = sdp::answer(data, &local) {
        local.protection.established = agreed.security;
        let read = sdp::accept(&local, &answer);
        assert!(read.is_ok(), "we cannot read our own answer: {read:?}");
    }
}
