//! Reports of both sides, as a peer that speaks through `rtcp-types` sends and reads them.

use std::net::SocketAddr;
use std::time::Duration;

use media::{Event, Law, LegId, Order, Quality, RtcpPath, Terms};
use rtcp_types::{Compound, Packet, ReceiverReport, ReportBlock, RtcpPacketWriterExt};

use crate::world::{Path, World, line, phone, terms, tone};

/// What one of our datagrams of reports says.
struct Told {
    ntp: u64,
    packets: u32,
    block: Option<(u8, u32, u32)>,
    bye: bool,
}

fn told(bytes: &[u8]) -> Told {
    let mut told = Told {
        ntp: 0,
        packets: 0,
        block: None,
        bye: false,
    };
    let note = |block: ReportBlock<'_>| {
        let jitter = block.interarrival_jitter();
        (block.fraction_lost(), block.cumulative_lost(), jitter)
    };
    for packet in Compound::parse(bytes).expect("a compound packet") {
        match packet.expect("a packet") {
            Packet::Sr(report) => {
                told.ntp = report.ntp_timestamp();
                told.packets = report.packet_count();
                told.block = report.report_blocks().next().map(note);
            }
            Packet::Rr(report) => told.block = report.report_blocks().next().map(note),
            Packet::Bye(_) => told.bye = true,
            Packet::Sdes(_)
            | Packet::App(_)
            | Packet::TransportFeedback(_)
            | Packet::PayloadFeedback(_)
            | Packet::Xr(_)
            | Packet::Unknown(_) => {}
        }
    }
    told
}

/// A peer's report on our stream that answers `ntp` after `held`.
fn answer(ssrc: u32, ntp: u64, held: Duration, lost: u32) -> Vec<u8> {
    let block = ReportBlock::builder(ssrc)
        .cumulative_lost(lost)
        .interarrival_jitter(80)
        .last_sender_report_timestamp((ntp >> 16) as u32)
        .delay_since_last_sender_report_timestamp((held.as_micros() * 65_536 / 1_000_000) as u32);
    let report = ReceiverReport::builder(7).add_report_block(block);
    let mut bytes = vec![0; 64];
    let length = report.write_into(&mut bytes).expect("room");
    bytes.truncate(length);
    bytes
}

fn close(world: &mut World, leg: LegId) -> Quality {
    world.order(Order::Close { leg });
    match world.events.last() {
        Some(Event::Closed { quality, .. }) => *quality,
        other => panic!("the leg did not close: {other:?}"),
    }
}

#[test]
fn both_sides_learn_how_they_are_heard() {
    let mut world = World::new(3);
    let a = world.join(Law::A, tone(400.0));
    world.parties[0].path = Path {
        loss_percent: 10,
        delay_ms: 30,
        ..Path::default()
    };
    world.run_ms(30_000);
    let (sent_at, to, bytes) = world.reports.last().cloned().expect("reports in 30 s");
    assert_eq!(to, phone(0), "reports share the port");
    let report = told(&bytes);
    let due = sent_at.saturating_sub(crate::world::START).as_millis() as u32 / 20;
    assert!(
        report.packets.abs_diff(due) <= 2,
        "{} {due}",
        report.packets
    );
    let (fraction, lost, _) = report.block.expect("a block about the peer's stream");
    assert!((5..60).contains(&fraction), "{fraction}");
    assert!((80..220).contains(&lost), "{lost}");

    let under_way = Duration::from_millis(120);
    let held = world.now.saturating_sub(sent_at).saturating_sub(under_way);
    let reply = answer(line(0).ssrc, report.ntp, held, 75);
    world.send(a, phone(0), &reply, Path::default());
    world.run_ms(20);
    let quality = close(&mut world, a);
    let round_trip = quality.round_trip_ms.expect("a round trip");
    assert!((round_trip - 120.0).abs() < 25.0, "{round_trip}");
    assert_eq!(quality.far_lost, Some(75));
    assert!((quality.far_jitter_ms.expect("jitter") - 10.0).abs() < 0.01);
    let (mos, far_mos) = (quality.mos.expect("heard"), quality.far_mos.expect("told"));
    assert!(mos < far_mos && far_mos < 4.4, "{mos} {far_mos}");
    let farewell = &world.reports.last().expect("a last report").2;
    assert!(told(farewell).bye, "the leg says good-bye");
}

#[test]
fn a_peer_that_only_reports_is_not_silent() {
    let mut world = World::new(7);
    let a = world.join(Law::A, tone(400.0));
    world.run_ms(1_000);
    world.parties[0].speaking = false;
    world.run_ms(3_000);
    assert!(matches!(world.events.last(), Some(Event::Silent { .. })));
    let report = answer(line(0).ssrc, 0, Duration::ZERO, 0);
    world.send(a, phone(0), &report, Path::default());
    world.run_ms(1_500);
    assert_eq!(world.events.last(), Some(&Event::Heard { leg: a }));
    world.run_ms(1_500);
    assert!(matches!(world.events.last(), Some(Event::Silent { .. })));
}

#[test]
fn a_stranger_cannot_report() {
    let mut world = World::new(4);
    let a = world.join(Law::Mu, tone(400.0));
    world.run_ms(1_000);
    let stranger: SocketAddr = "203.0.113.9:4000".parse().expect("an address");
    let forged = answer(line(0).ssrc, 0, Duration::ZERO, 9_999);
    world.send(a, stranger, &forged, Path::default());
    world.run_ms(20);
    let quality = close(&mut world, a);
    assert_eq!((quality.far_lost, quality.rejected), (None, 1));
}

#[test]
fn a_peer_without_a_shared_port_is_reported_to_on_its_own() {
    let mut world = World::new(5);
    let a = world.join(Law::Mu, tone(400.0));
    let beside = Terms {
        rtcp: RtcpPath::Beside { port: 4_001 },
        ..terms(phone(0), Law::Mu)
    };
    world.order(Order::Retarget {
        leg: a,
        terms: beside,
    });
    world.run_ms(8_000);
    let mut own = phone(0);
    own.set_port(4_001);
    assert!(!world.reports.is_empty());
    assert!(world.reports.iter().all(|(_, to, _)| *to == own));
    let mut reply = answer(line(0).ssrc, 0, Duration::ZERO, 3);
    world.engine.handle_report(world.now, a, own, &mut reply);
    assert_eq!(close(&mut world, a).far_lost, Some(3));
}
