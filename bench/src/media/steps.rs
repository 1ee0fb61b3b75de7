//! The single steps of 20 ms in one direction: each beside a datagram that the kernel receives and
//! sends, and where a library does the same beside that.

use super::{rivals, speech};
use crate::table::Table;
use crate::time::{FRAME, time};
use media::Codec;
use media::codec::activity::Activity;
use media::codec::conceal::Concealer;
use media::codec::{Decoder, Encoder, PACKET_BYTES_MAX, PACKET_SAMPLES_MAX, Rate, Resampler};
use media::detect::announcement::{Announcements, Fingerprint};
use media::detect::{Listener, Listening, Outcome};
use media::srtp::{Incoming, MasterKey, Outgoing, Suite};
use media::tone::Plan;
use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Frames of speech that a step works through.
pub(super) const FRAMES: usize = 250;
/// The best of some turns is the least disturbed one.
const TURNS: usize = 5;
pub(super) const PACKET_BYTES: usize = 172;
/// The rates between which is resampled, both ways.
const RATES: [(u32, u32); 6] = [
    (8_000, 16_000),
    (16_000, 8_000),
    (16_000, 48_000),
    (48_000, 16_000),
    (8_000, 48_000),
    (48_000, 8_000),
];

/// Measures and prints.
///
/// # Errors
/// A refusal of the system, or a packet that could not be read.
pub(super) fn run(datagram: Duration) -> io::Result<()> {
    let mut table = Table::new(&[
        "step, 20 ms one way",
        "µs",
        "directions a core",
        "of a datagram",
        "beside a library",
    ]);
    let mut add = |name: String, cost: Duration, rival: Option<(&str, Duration)>| {
        table.row(row(name, (cost, datagram), rival));
    };
    add("copy a packet".to_owned(), copying()?, None);
    let codecs = [
        ("G.711 A", Codec::Pcma, Rate::Narrow),
        ("G.711 µ", Codec::Pcmu, Rate::Narrow),
        ("G.722", Codec::G722, Rate::Wide),
        ("Opus at 8 kHz", Codec::Opus, Rate::Narrow),
        ("Opus at 16 kHz", Codec::Opus, Rate::Wide),
    ];
    for (name, codec, rate) in codecs {
        let (encoding, packets) = encoding(codec, rate, 0)?;
        let [their_encoding, their_decoding] = rivals::coding(codec)?;
        add(format!("{name}: encode"), encoding, their_encoding);
        let decoding = decoding(codec, &packets)?;
        add(format!("{name}: decode"), decoding, their_decoding);
    }
    let (redundant, _) = encoding(Codec::Opus, Rate::Wide, 10)?;
    add(
        "Opus at 16 kHz: encode for 10 % loss".to_owned(),
        redundant,
        None,
    );
    for (hertz, redundancy) in [(16_000, false), (48_000, false), (48_000, true)] {
        let sent = rivals::opus(hertz, redundancy)?;
        let kind = if redundancy { "with" } else { "without" };
        let name = format!("Opus of {hertz} {kind} redundancy");
        let ours = decoding(Codec::Opus, &sent.packets)?;
        let theirs = Some(("opus-rs at that rate", sent.decoding));
        add(format!("{name}: encode by opus-rs"), sent.encoding, None);
        add(format!("{name}: decode to 16 kHz"), ours, theirs);
    }
    for (from, to) in RATES {
        let theirs = rivals::resampling(from, to)?;
        let name = format!("resample {from} to {to}");
        add(name, resampling(from, to)?, Some(theirs));
    }
    add("look whether somebody speaks".to_owned(), activity()?, None);
    for (name, wanted) in listenings()? {
        add(format!("listen for {name}"), listening(&wanted)?, None);
    }
    add("cover a lost frame".to_owned(), concealing()?, None);
    for suite in Suite::ALL {
        let (sealing, opening) = protecting(suite)?;
        let [their_sealing, their_opening] = rivals::protecting(suite)?;
        add(format!("{}: protect", suite.name()), sealing, their_sealing);
        let name = format!("{}: unprotect", suite.name());
        add(name, opening, their_opening);
    }
    table.print()
}

fn row(
    name: String,
    (cost, datagram): (Duration, Duration),
    rival: Option<(&str, Duration)>,
) -> Vec<String> {
    let one = cost.as_secs_f64().max(1e-9);
    let rival = rival.map_or_else(
        || "-".to_owned(),
        |(rival, theirs)| format!("{:.2} of {rival}", one / theirs.as_secs_f64().max(1e-9)),
    );
    vec![
        name,
        format!("{:.3}", one * 1e6),
        format!("{:.0}", FRAME.as_secs_f64() / one),
        format!("{:.3}", one / datagram.as_secs_f64().max(1e-9)),
        rival,
    ]
}

/// What is listened for in outgoing calls.
fn listenings() -> io::Result<[(&'static str, Listening); 4]> {
    let spoken = speech::samples(Rate::Narrow.hertz(), 3 * Rate::Narrow.hertz() as usize);
    let print = Fingerprint::of(&spoken).map_err(io::Error::other)?;
    let mut known = Announcements::default();
    known.add(Outcome::Busy, print).map_err(io::Error::other)?;
    let none = Listening::default();
    Ok([
        (
            "the tones of a network",
            Listening {
                progress: Some(Plan::of("CN")),
                ..none.clone()
            },
        ),
        (
            "an answering machine",
            Listening {
                answerer: true,
                ..none.clone()
            },
        ),
        (
            "a fax",
            Listening {
                fax: true,
                ..none.clone()
            },
        ),
        (
            "an announcement",
            Listening {
                announcements: Some(Arc::new(known)),
                ..none
            },
        ),
    ])
}

fn listening(wanted: &Listening) -> io::Result<Duration> {
    let frame = Rate::Narrow.frame();
    let speech = speech::samples(Rate::Narrow.hertz(), FRAMES * frame);
    let mut listener = Listener::new(wanted.clone());
    best(|| {
        for frame in speech.chunks(frame) {
            listener.push(black_box(frame), |finding| {
                black_box(finding);
            });
        }
    })
}

/// The least processor time of some turns, for one of its frames.
pub(super) fn best(mut turn: impl FnMut()) -> io::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..TURNS {
        best = best.min(time(&mut turn)?.1);
    }
    Ok(best / FRAMES as u32)
}

fn copying() -> io::Result<Duration> {
    let (from, mut to) = ([7_u8; PACKET_BYTES], [0; PACKET_BYTES]);
    best(|| {
        for _ in 0..FRAMES {
            to.copy_from_slice(black_box(&from));
            black_box(&to);
        }
    })
}

fn encoding(codec: Codec, rate: Rate, loss: u8) -> io::Result<(Duration, Vec<Vec<u8>>)> {
    let fresh = || {
        let mut encoder = Encoder::new(codec, rate).expect("a codec that is made here");
        encoder.set_loss(loss);
        encoder
    };
    let frame = fresh().rate().frame();
    let speech = speech::samples(fresh().rate().hertz(), FRAMES * frame);
    let mut packets = Vec::new();
    let mut bytes = [0; PACKET_BYTES_MAX];
    let mut encoder = fresh();
    for frame in speech.chunks(frame) {
        let length = encoder.encode(frame, &mut bytes);
        packets.push(bytes[..length].to_vec());
    }
    let cost = best(|| {
        for frame in speech.chunks(frame) {
            black_box(encoder.encode(black_box(frame), &mut bytes));
        }
    })?;
    Ok((cost, packets))
}

fn decoding(codec: Codec, packets: &[Vec<u8>]) -> io::Result<Duration> {
    let mut decoder = Decoder::new(codec).expect("a codec that is made here");
    let mut pcm = [0; PACKET_SAMPLES_MAX];
    best(|| {
        for packet in packets {
            black_box(decoder.decode(black_box(packet), &mut pcm));
        }
    })
}

fn resampling(from: u32, to: u32) -> io::Result<Duration> {
    let frame = from as usize / 50;
    let speech = speech::samples(from, FRAMES * frame);
    let mut resampler = Resampler::new(from, to);
    let mut output = vec![0; to as usize / 25];
    best(|| {
        for frame in speech.chunks(frame) {
            black_box(resampler.process(black_box(frame), &mut output));
        }
    })
}

fn activity() -> io::Result<Duration> {
    let frame = Rate::Narrow.frame();
    let speech = speech::samples(Rate::Narrow.hertz(), FRAMES * frame);
    let mut activity = Activity::default();
    best(|| {
        for frame in speech.chunks(frame) {
            black_box(activity.hears(black_box(frame)));
        }
    })
}

/// Each second frame is lost.
fn concealing() -> io::Result<Duration> {
    let frame = Rate::Narrow.frame();
    let mut speech = speech::samples(Rate::Narrow.hertz(), FRAMES * frame);
    let mut concealer = Concealer::new(Rate::Narrow);
    best(|| {
        for (number, frame) in speech.chunks_mut(frame).enumerate() {
            if number % 2 == 0 {
                concealer.accept(frame);
            } else {
                concealer.conceal(frame);
            }
        }
    })
}

fn protecting(suite: Suite) -> io::Result<(Duration, Duration)> {
    let (key, salt) = ([3; 32], [4; 14]);
    let master = MasterKey::new(
        suite,
        &key[..suite.key_bytes()],
        &salt[..suite.salt_bytes()],
    );
    let master = master.expect("the suite's own lengths");
    let mut packets: Vec<Vec<u8>> = (0..FRAMES as u16)
        .map(|number| {
            let mut packet = vec![0x55; PACKET_BYTES + suite.tag_bytes()];
            packet[..4].copy_from_slice(&[0x80, 8, (number >> 8) as u8, number as u8]);
            packet
        })
        .collect();
    let mut outgoing = Outgoing::new(suite, &master, 0);
    let mut protect = || {
        for packet in &mut packets {
            let done = outgoing.protect(packet);
            debug_assert!(done.is_ok());
            let _ = black_box(done);
        }
    };
    let sealing = time(&mut protect)?.1 / FRAMES as u32;
    let mut incoming = Incoming::new(suite, &master);
    let (opened, opening) = time(|| {
        let taken = packets.iter_mut().map(|it| incoming.unprotect(it));
        taken.flatten().count()
    })?;
    if opened < FRAMES {
        let text = format!("{}: {opened} of {FRAMES} packets opened", suite.name());
        return Err(io::Error::other(text));
    }
    Ok((sealing, opening / FRAMES as u32))
}
