//! The numbering at its seams.

use super::*;

fn sender() -> Sender {
    let line = Line {
        ssrc: 7,
        sequence: 65_534,
        timestamp: 1_000,
    };
    Sender::new(Micros(0), line, 8_000)
}

fn packet(sequence: u16, timestamp: u32, samples: u32) -> Relayed {
    Relayed {
        source: (1, 1),
        sequence,
        timestamp,
        marker: false,
        samples,
        is_event: false,
    }
}

fn relay(sender: &mut Sender, at_ms: u64, packet: &Relayed) -> Option<(u16, u32, bool)> {
    let header = sender.number_relayed(Micros::from_ms(at_ms), 0, packet)?;
    Some((header.sequence, header.timestamp, header.marker))
}

#[test]
fn the_first_packet_bears_the_numbers_of_the_line_and_the_marker() {
    let mut sender = sender();
    let first = relay(&mut sender, 500, &packet(9, 90, 160));
    assert_eq!(first, Some((65_534, 1_000, true)));
    let next = relay(&mut sender, 520, &packet(10, 250, 160));
    assert_eq!(next, Some((65_535, 1_160, false)));
}

#[test]
fn packets_of_60_ms_leave_no_room_for_silence() {
    let mut sender = sender();
    for n in 0..50_u16 {
        let at = u64::from(n) * 60 + u64::from(n % 3) * 15;
        if n > 0 {
            assert!(sender.is_held_by_leg(Micros::from_ms(at)));
        }
        relay(&mut sender, at, &packet(n, u32::from(n) * 480, 480));
    }
    assert!(!sender.is_held_by_leg(Micros::from_ms(50 * 60 + 150)));
}

#[test]
fn an_overtaken_packet_keeps_its_place() {
    let mut sender = sender();
    relay(&mut sender, 0, &packet(1, 0, 160));
    relay(&mut sender, 40, &packet(3, 320, 160));
    assert_eq!(
        relay(&mut sender, 41, &packet(2, 160, 160)),
        Some((65_535, 1_160, false))
    );
    assert_eq!(sender.line().sequence, 1);
}

#[test]
fn packets_whose_time_silence_has_taken_are_dropped_but_not_for_long() {
    let mut sender = sender();
    relay(&mut sender, 0, &packet(1, 0, 160));
    for at in [80, 100, 120] {
        sender.number_frame(Micros::from_ms(at), 0);
    }
    let before = sender.line();
    assert_eq!(relay(&mut sender, 125, &packet(2, 160, 160)), None);
    let returned = relay(&mut sender, 140, &packet(8, 1_120, 160));
    assert_eq!(returned, Some((before.sequence, before.timestamp, true)));

    sender.number_frame(Micros::from_ms(160), 0);
    sender.number_frame(Micros::from_ms(180), 0);
    assert_eq!(relay(&mut sender, 200, &packet(9, 1_280, 160)), None);
    assert_eq!(relay(&mut sender, 240, &packet(10, 1_440, 160)), None);
    assert!(relay(&mut sender, 265, &packet(11, 1_600, 160)).is_some());
}

#[test]
fn a_source_whose_time_leaps_is_anchored_anew() {
    let mut sender = sender();
    relay(&mut sender, 0, &packet(1, 5_000_000, 160));
    let back = relay(&mut sender, 20, &packet(2, 160, 160));
    assert_eq!(back, Some((65_535, 1_160, true)));
    let forth = relay(&mut sender, 40, &packet(3, 9_000_000, 160));
    assert_eq!(forth, Some((0, 1_320, true)));
}
