//! What reading an INVITE and writing its answer cost others, as `bench/src/sip/wire.rs` measures it
//! for the product.

#[path = "../../src/sip/specimen.rs"]
mod specimen;

use nix::time::{ClockId, clock_gettime};
use rsipstack::sip::prelude::{HeadersExt as _, ToTypedHeader as _};
use rsipstack::sip::{Header, Headers, Request, Response};
use specimen::{INVITE, MESSAGES, TURNS};
use std::hint::black_box;
use std::time::Duration;

fn main() -> nix::Result<()> {
    println!("| wire | rsipstack, ns |");
    println!("|------|---------------|");
    println!("| read an INVITE and what routes it | {:.0} |", best(read)?);
    println!("| write its 200 | {:.0} |", best(write)?);
    Ok(())
}

/// Nanoseconds for a message in the least disturbed turn.
fn best(turn: fn()) -> nix::Result<f64> {
    let mut best = Duration::MAX;
    for _ in 0..TURNS {
        let before = spent()?;
        turn();
        best = best.min(spent()?.saturating_sub(before));
    }
    Ok(best.as_secs_f64() * 1e9 / f64::from(MESSAGES))
}

/// Processor time of this thread: what others do on the machine does not count.
fn spent() -> nix::Result<Duration> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from)
}

fn read() {
    for _ in 0..MESSAGES {
        let message = request();
        let via = message.via_header().and_then(|via| via.typed());
        let from = message.from_header().and_then(|from| from.typed());
        let call_id = message.call_id_header().map(|id| id.value().len());
        let sequence = message.cseq_header().and_then(|sequence| sequence.typed());
        black_box((via, from, call_id, sequence)).1.ok();
    }
}

fn request() -> Request {
    Request::try_from(INVITE.as_bytes()).expect("the message is well-formed")
}

fn write() {
    let message = request();
    for _ in 0..MESSAGES {
        let mut headers = Headers::default();
        for header in message.headers.iter() {
            let is_repeated = matches!(
                header,
                Header::Via(_)
                    | Header::RecordRoute(_)
                    | Header::From(_)
                    | Header::To(_)
                    | Header::CallId(_)
                    | Header::CSeq(_)
            );
            if is_repeated {
                headers.push(header.clone());
            }
        }
        let response = Response {
            headers,
            ..Response::default()
        };
        black_box(Vec::<u8>::from(response));
    }
}
