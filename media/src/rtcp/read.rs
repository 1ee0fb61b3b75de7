//! Reads their reports with `rtcp-types`.

use rtcp_types::{Compound, Packet, ReportBlock};

use super::{Block, Ntp};

/// Packets of one datagram that are looked at.
const PACKETS_MAX: usize = 16;

/// What a datagram of reports holds for us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    /// The time in a sender's report.
    pub(crate) sender: Option<Ntp>,
    /// A block about a stream: ours, if they hear nothing else.
    pub(crate) block: Option<Block>,
    /// Whether they say good-bye.
    pub(crate) bye: bool,
}

/// Reads a datagram; nothing if it is no compound packet. Blocks about other streams than `ours`
/// are passed over.
pub(crate) fn read(datagram: &[u8], ours: u32) -> Option<Received> {
    let compound = Compound::parse(datagram).ok()?;
    let mut received = Received::default();
    for packet in compound.take(PACKETS_MAX) {
        match packet.ok()? {
            Packet::Sr(report) => {
                received.sender = Some(Ntp(report.ntp_timestamp()));
                note(&mut received, report.report_blocks(), ours);
            }
            Packet::Rr(report) => note(&mut received, report.report_blocks(), ours),
            Packet::Bye(_) => received.bye = true,
            Packet::Sdes(_)
            | Packet::App(_)
            | Packet::TransportFeedback(_)
            | Packet::PayloadFeedback(_)
            | Packet::Xr(_)
            | Packet::Unknown(_) => {}
        }
    }
    Some(received)
}

fn note<'a>(received: &mut Received, blocks: impl Iterator<Item = ReportBlock<'a>>, ours: u32) {
    for block in blocks.filter(|block| block.ssrc() == ours) {
        received.block = Some(Block {
            ssrc: block.ssrc(),
            fraction_lost: block.fraction_lost(),
            lost: block.cumulative_lost(),
            highest: block.extended_sequence_number(),
            jitter: block.interarrival_jitter(),
            last_report: block.last_sender_report_timestamp(),
            since_report: block.delay_since_last_sender_report_timestamp(),
        });
    }
}
