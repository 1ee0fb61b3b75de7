//! Our reports as another library reads them, and figures against those of the RFC's text.

use rtcp_types::{Compound, Packet};

use super::*;

const OURS: u32 = 0x1234_5678;
const THEIRS: u32 = 0x9ABC_DEF0;

fn block() -> Block {
    Block {
        ssrc: THEIRS,
        fraction_lost: 25,
        lost: 0x01_0203,
        highest: 0x0002_0005,
        jitter: 40,
        last_report: 0xB705_2000,
        since_report: 0x0005_4000,
    }
}

#[test]
fn a_written_report_is_what_another_library_reads() {
    let report = Report {
        ssrc: OURS,
        sender: Some(SenderInfo {
            ntp: Ntp(0xE000_0001_8000_0000),
            timestamp: 160,
            packets: 9,
            octets: 1_440,
        }),
        block: Some(block()),
        bye: true,
    };
    let mut buffer = [0; REPORT_BYTES_MAX];
    let length = write(&report, &mut buffer);
    assert_eq!(length, REPORT_BYTES_MAX, "the longest there is");
    let mut packets = Compound::parse(&buffer[..length])
        .unwrap()
        .map(Result::unwrap);
    let Some(Packet::Sr(sender)) = packets.next() else {
        panic!("no sender's report in front");
    };
    assert_eq!(sender.ssrc(), OURS);
    assert_eq!(sender.ntp_timestamp(), 0xE000_0001_8000_0000);
    assert_eq!((sender.rtp_timestamp(), sender.packet_count()), (160, 9));
    assert_eq!(sender.octet_count(), 1_440);
    let read = sender.report_blocks().next().unwrap();
    assert_eq!((read.ssrc(), read.fraction_lost()), (THEIRS, 25));
    assert_eq!(read.cumulative_lost(), 0x01_0203);
    assert_eq!(read.extended_sequence_number(), 0x0002_0005);
    assert_eq!(read.interarrival_jitter(), 40);
    let Some(Packet::Sdes(names)) = packets.next() else {
        panic!("no canonical name");
    };
    let chunk = names.chunks().next().unwrap();
    let name = chunk.items().next().unwrap();
    assert_eq!((name.type_(), name.value()), (1, b"12345678".as_slice()));
    assert!(matches!(packets.next(), Some(Packet::Bye(_))));
    assert!(packets.next().is_none());
}

#[test]
fn what_is_written_reads_back() {
    for (sender, of_theirs) in [(true, true), (true, false), (false, true), (false, false)] {
        let report = Report {
            ssrc: THEIRS,
            sender: sender.then_some(SenderInfo {
                ntp: Ntp(77 << 32),
                timestamp: 1,
                packets: 2,
                octets: 3,
            }),
            block: of_theirs.then_some(Block {
                ssrc: OURS,
                ..block()
            }),
            bye: false,
        };
        let mut buffer = [0; REPORT_BYTES_MAX];
        let length = write(&report, &mut buffer);
        let received = read(&buffer[..length], OURS).unwrap();
        assert_eq!(received.sender, report.sender.map(|sender| sender.ntp));
        assert_eq!(received.block, report.block);
        assert!(!received.bye);
    }
}

/// The example of RFC 3550 §6.4.1: 6.125 s of round trip.
#[test]
fn the_round_trip_is_that_of_the_rfc() {
    let mut reports = Reports::new(Micros(0), OURS);
    let at = Ntp(0xB44D_B705_2000_0000);
    let left = ((at.0 >> 32) - 2_208_988_800) * 1_000_000 + ((0x2000_0000_u64 * 1_000_000) >> 32);
    let now = Micros(left + 11_375_000);
    let received = Received {
        block: Some(Block {
            ssrc: OURS,
            last_report: 0xB705_2000,
            since_report: 0x0005_4000,
            ..block()
        }),
        ..Received::default()
    };
    reports.handle(now, OURS, &received);
    let round_trip = reports.round_trip().unwrap();
    assert!(round_trip.0.abs_diff(6_125_000) < 50, "{round_trip:?}");
}

#[test]
fn the_lost_share_is_that_since_the_last_report() {
    let mut reports = Reports::new(Micros(0), OURS);
    let mut stream = SeqExt::default();
    for sequence in (0..100_u16).filter(|sequence| sequence % 4 != 1) {
        stream.accept(sequence);
    }
    let first = reports.block(Micros(0), THEIRS, &stream);
    assert_eq!((first.fraction_lost, first.lost), (64, 25));
    for sequence in 100..200 {
        stream.accept(sequence);
    }
    let second = reports.block(Micros(0), THEIRS, &stream);
    assert_eq!((second.fraction_lost, second.lost), (0, 25));
    assert_eq!(second.highest, 199);
}

#[test]
fn reports_are_half_to_one_and_a_half_intervals_apart() {
    let mut reports = Reports::new(Micros(0), OURS);
    let mut times = vec![0];
    for at in (0..200_000_000).step_by(20_000) {
        if reports.is_due(Micros(at)) {
            times.push(at);
        }
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() > 30 && gaps.len() < 50, "{}", gaps.len());
    assert!(gaps.iter().all(|gap| (2_500_000..=7_520_000).contains(gap)));
    assert!(gaps.windows(2).any(|pair| pair[0] != pair[1]));
}

#[test]
fn what_is_no_report_is_refused_and_never_panics() {
    assert_eq!(read(b"", OURS), None);
    assert_eq!(read(&[0x80, 200, 0, 6, 1, 2, 3], OURS), None);
    assert_eq!(read(&[0xFF; 64], OURS), None);
}
