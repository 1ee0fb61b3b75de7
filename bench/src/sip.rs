//! What signalling costs: a call through the endpoint alone, reading and writing beside `rsip`, the
//! worst datagrams that could be thought of, and set-ups beside sipp and Kamailio.

mod calls;
mod hostile;
mod specimen;
mod wire;

use crate::arguments::Plan;
use crate::contestant::Kind;
use crate::setups;
use std::io;

/// Measures and prints all of it.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run(plan: &Plan) -> io::Result<()> {
    wire::run()?;
    hostile::run()?;
    calls::run()?;
    let contestants = [
        Kind::Product,
        Kind::Sipp,
        Kind::Kamailio,
        Kind::KamailioProxy,
    ];
    setups::run_at_one_rate(plan, &contestants)?;
    setups::run_with(plan, &contestants)
}
