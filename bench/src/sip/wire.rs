//! Reading an INVITE of the field and writing its answer, beside `rsip`, which the ecosystem uses;
//! `bench/rivals` does the same with `rsipstack`.

use super::specimen::{INVITE, MESSAGES, TURNS};
use crate::table::Table;
use crate::time::time;
use bytes::Bytes;
use rsip::headers::UntypedHeader as _;
use rsip::message::HeadersExt as _;
use sip::message::{Framing, Message, ResponseBuilder, Status};
use std::hint::black_box;
use std::io;
use std::time::Duration;

/// Measures and prints.
pub(super) fn run() -> io::Result<()> {
    let mut table = Table::new(&["wire", "ours, ns", "rsip, ns"]);
    let reading = (best(read_ours)?, best(read_rsip)?);
    let writing = (best(write_ours)?, best(write_rsip)?);
    for (step, (ours, theirs)) in [
        ("read an INVITE and what routes it", reading),
        ("write its 200", writing),
    ] {
        let ns = |span: Duration| format!("{:.0}", span.as_secs_f64() * 1e9 / f64::from(MESSAGES));
        table.row(vec![step.to_owned(), ns(ours), ns(theirs)]);
    }
    table.print()
}

fn best(turn: impl Fn()) -> io::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..TURNS {
        best = best.min(time(&turn)?.1);
    }
    Ok(best)
}

fn ours() -> Message {
    Message::parse(Bytes::from_static(INVITE.as_bytes()), Framing::Datagram)
        .expect("the message is well-formed")
}

fn theirs() -> rsip::Request {
    rsip::Request::try_from(INVITE.as_bytes()).expect("the message is well-formed")
}

fn read_ours() {
    for _ in 0..MESSAGES {
        let message = ours();
        black_box((
            message.top_via().branch(),
            message.from_tag(),
            message.call_id(),
            message.sequence().number,
        ));
    }
}

fn read_rsip() {
    for _ in 0..MESSAGES {
        let message = theirs();
        let via = message
            .via_header()
            .and_then(rsip::headers::ToTypedHeader::typed);
        let from = message
            .from_header()
            .and_then(rsip::headers::ToTypedHeader::typed);
        let call_id = message.call_id_header().map(|id| id.value().len());
        let sequence = message
            .cseq_header()
            .and_then(rsip::headers::ToTypedHeader::typed);
        black_box((via, from, call_id, sequence)).1.ok();
    }
}

fn write_ours() {
    let message = ours();
    for _ in 0..MESSAGES {
        let answer = ResponseBuilder::to(&message, Status::OK)
            .to_tag("a1b2")
            .record_route()
            .build();
        black_box(answer);
    }
}

/// What an application on `rsip` does: the headers that are repeated, cloned into a response.
fn write_rsip() {
    let message = theirs();
    for _ in 0..MESSAGES {
        let mut headers = rsip::Headers::default();
        for header in message.headers.iter() {
            let is_repeated = matches!(
                header,
                rsip::Header::Via(_)
                    | rsip::Header::RecordRoute(_)
                    | rsip::Header::From(_)
                    | rsip::Header::To(_)
                    | rsip::Header::CallId(_)
                    | rsip::Header::CSeq(_)
            );
            if is_repeated {
                headers.push(header.clone());
            }
        }
        let response = rsip::Response {
            status_code: rsip::StatusCode::OK,
            version: rsip::Version::V2,
            headers,
            body: Vec::new(),
        };
        black_box(Vec::<u8>::from(response));
    }
}
