//! The SIP torture messages of RFC 4475: each with the verdict that this stack gives on it.
//!
//! The cases are written from the RFC. The files that its authors published are read beside them
//! when they are at hand, and get the same verdicts.

use std::path::Path;

use bytes::{Bytes, BytesMut};
use sip::message::{Fault, Framing, Message, ResponseBuilder};

/// The session description that most cases carry.
macro_rules! sdp {
    ($origin:literal, $connection:literal) => {
        concat!(
            "v=0\no=mhandley 29739 7272939 IN IP4 ",
            $origin,
            "\ns=-\nc=IN IP4 ",
            $connection,
            "\nt=0 0\nm=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
        )
    };
}

#[path = "torture/application.rs"]
mod application;
#[path = "torture/invalid.rs"]
mod invalid;
#[path = "torture/valid.rs"]
mod valid;

/// One message of the RFC, by the name that the RFC gives it.
struct Case {
    name: &'static str,
    /// With line feeds for line ends.
    text: &'static str,
    verdict: Verdict,
}

enum Verdict {
    /// Read; the check looks at what is special about the message. `owed` is the status that the
    /// layer above answers with, for the same reason.
    Accepted {
        check: fn(&Message) -> bool,
        owed: Option<u16>,
    },
    /// A request that is answered with the status of the fault.
    Refused(Fault),
    /// Nothing to answer: a response, or a request without a way back.
    Dropped(Fault),
}

impl Case {
    const fn accepted(name: &'static str, text: &'static str, check: fn(&Message) -> bool) -> Self {
        let verdict = Verdict::Accepted { check, owed: None };
        Self {
            name,
            text,
            verdict,
        }
    }

    const fn owed(
        name: &'static str,
        text: &'static str,
        status: u16,
        check: fn(&Message) -> bool,
    ) -> Self {
        let owed = Some(status);
        let verdict = Verdict::Accepted { check, owed };
        Self {
            name,
            text,
            verdict,
        }
    }

    const fn refused(name: &'static str, text: &'static str, fault: Fault) -> Self {
        let verdict = Verdict::Refused(fault);
        Self {
            name,
            text,
            verdict,
        }
    }

    const fn dropped(name: &'static str, text: &'static str, fault: Fault) -> Self {
        let verdict = Verdict::Dropped(fault);
        Self {
            name,
            text,
            verdict,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self.name {
            "longreq" => valid::long_request(),
            "mpart01" => valid::multipart(),
            _ => crlf(self.text),
        }
    }
}

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn cases() -> impl Iterator<Item = &'static Case> {
    valid::CASES
        .iter()
        .chain(application::CASES)
        .chain(invalid::CASES)
}

fn assert_verdict(case: &Case, bytes: Vec<u8>) {
    let name = case.name;
    let outcome = Message::parse(Bytes::from(bytes), Framing::Datagram);
    match (&case.verdict, outcome) {
        (Verdict::Accepted { check, owed }, Ok(message)) => {
            assert!(check(&message), "{name} is read wrongly: {message:?}");
            assert!(owed.is_none() || message.is_request(), "{name}");
            assert_reprints(name, &message);
        }
        (Verdict::Refused(fault), Err(error)) => {
            assert_eq!(error.fault(), *fault, "{name}");
            let answer = ResponseBuilder::to_malformed(&error)
                .unwrap_or_else(|| panic!("{name} can be answered"))
                .to_tag("t")
                .build();
            let status = format!("SIP/2.0 {} ", fault.status().code());
            assert!(answer.starts_with(status.as_bytes()), "{name}: {answer:?}");
        }
        (Verdict::Dropped(fault), Err(error)) => {
            assert_eq!(error.fault(), *fault, "{name}");
            assert!(ResponseBuilder::to_malformed(&error).is_none(), "{name}");
        }
        (Verdict::Accepted { .. }, Err(error)) => panic!("{name} is refused: {error}"),
        (Verdict::Refused(_) | Verdict::Dropped(_), Ok(message)) => {
            panic!("{name} is accepted: {message:?}")
        }
    }
}

fn assert_reprints(name: &str, message: &Message) {
    let mut printed = BytesMut::new();
    message.print(&mut printed);
    let again = Message::parse(printed.freeze(), Framing::Datagram)
        .unwrap_or_else(|error| panic!("{name} printed again is refused: {error}"));
    assert!(
        message
            .iter()
            .map(|header| (
                header.name_text().to_owned(),
                header.unfolded().into_owned()
            ))
            .eq(again
                .iter()
                .map(|header| (header.name_text().to_owned(), header.value().to_vec()))),
        "{name} changes its headers when printed"
    );
    assert_eq!(again.body(), message.body(), "{name}");
}

#[test]
fn every_case_of_the_rfc_gets_its_verdict() {
    for case in cases() {
        assert_verdict(case, case.bytes());
    }
}

#[test]
fn all_49_cases_are_there_once() {
    let names: std::collections::BTreeSet<_> = cases().map(|case| case.name).collect();
    assert_eq!(names.len(), 49);
    assert_eq!(cases().count(), 49);
    assert_eq!(valid::CASES.len(), 13);
    assert_eq!(application::CASES.len(), 14);
    assert_eq!(invalid::CASES.len(), 22);
}

#[test]
fn the_published_files_get_the_same_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/rfc4475");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: the published RFC 4475 files are not at {}",
            folder.display()
        );
        return;
    }
    for case in cases() {
        let file = ["valid", "invalid"]
            .map(|class| folder.join(class).join(format!("{}.dat", case.name)))
            .into_iter()
            .find(|file| file.is_file())
            .unwrap_or_else(|| panic!("no file for {}", case.name));
        assert_verdict(case, read(&file));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the crate reads no file, its tests may"
)]
fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
