//! Busy, congestion, ringback, special information.

use media::detect::{Finding, Listening, Outcome};
use media::tone::{Plan, Tone};
use media::{Law, Segment};

use super::sound::{self, Line, QUIET, findings, found, judged, over, signal};

const BUSY: Finding = Finding::Unreached(Outcome::Busy);
const CONGESTION: Finding = Finding::Unreached(Outcome::Congestion);

fn progress(country: &str) -> Listening {
    Listening {
        progress: Some(Plan::of(country)),
        ..Listening::default()
    }
}

/// A tone as our callers hear it.
fn ours(country: &str, tone: Tone, seconds: usize) -> Vec<i16> {
    let mut samples = Vec::new();
    let segments = Plan::of(country).segments(tone);
    while samples.len() < seconds * 8_000 {
        for segment in &segments {
            match segment {
                Segment::Audio(prompt) => {
                    let bytes = prompt.bytes(Law::A).iter();
                    samples.extend(bytes.map(|&byte| Law::A.decode(byte)));
                }
                Segment::Silence(pause) => {
                    samples.extend(sound::silence(pause.as_millis() as usize));
                }
            }
        }
    }
    samples
}

#[test]
fn spandsp_hears_our_tones() {
    for (country, tone, wanted) in [
        ("CN", Tone::Busy, "hear 450 0 350 350"),
        ("CN", Tone::Congestion, "hear 450 0 700 700"),
        ("CN", Tone::Ringback, "hear 450 0 1000 4000"),
        ("US", Tone::Busy, "hear 480 620 500 500"),
        ("US", Tone::Ringback, "hear 440 480 2000 4000"),
        ("GB", Tone::Busy, "hear 400 0 375 375"),
        ("DE", Tone::Congestion, "hear 425 0 240 240"),
        ("FR", Tone::Ringback, "hear 440 0 1500 3500"),
    ] {
        let heard = judged(wanted, &ours(country, tone, 24));
        assert_ne!(heard, "0", "{country} {tone:?}");
    }
}

#[test]
fn the_tones_of_every_country_are_told_apart() {
    let mut missed = Vec::new();
    let mut heard = 0;
    for country in Plan::countries() {
        for (tone, wanted) in [
            (Tone::Busy, BUSY),
            (Tone::Congestion, CONGESTION),
            (Tone::Ringback, Finding::Ringback),
        ] {
            // Some countries have one sound for both.
            let same = matches!(country, "AU" | "JP" | "MX" | "PL");
            let wanted = if same && wanted == CONGESTION {
                BUSY
            } else {
                wanted
            };
            let line = Line {
                snr_db: Some(20.0),
                lost: 10,
                ..QUIET
            };
            let seconds = if tone == Tone::Ringback { 14 } else { 8 };
            let sent = ours(country, tone, seconds);
            let got = findings(progress(country), &over(line, &sent));
            if got == [wanted] {
                heard += 1;
            } else {
                missed.push((country, tone, got));
            }
        }
    }
    eprintln!("{heard} tones told, {missed:?}");
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_tones_that_spandsp_makes_are_heard_soft_and_loud_and_in_noise() {
    let cases = [
        ("CN", "tone 12 450 0 350 350", BUSY),
        ("CN", "tone 12 450 0 700 700", CONGESTION),
        ("CN", "tone 12 450 0 1000 4000", Finding::Ringback),
        ("US", "tone 12 480 620 500 500", BUSY),
        ("US", "tone 12 480 620 250 250", CONGESTION),
        ("US", "tone 14 440 480 2000 4000", Finding::Ringback),
        ("GB", "tone 12 400 450 400 200 400 2000", Finding::Ringback),
        ("GB", "tone 12 400 0 400 350 225 525", CONGESTION),
        ("DE", "tone 12 425 0 480 480", BUSY),
        ("ES", "tone 12 425 0 200 200 200 200 200 600", CONGESTION),
        // From abroad: the rhythm is not that of our own country.
        ("CN", "tone 12 480 620 500 500", BUSY),
        ("CN", "tone 12 425 0 240 240", CONGESTION),
        ("CN", "tone 12 400 450 400 200 400 2000", Finding::Ringback),
    ];
    let (mut runs, mut missed) = (0, Vec::new());
    for (country, made, wanted) in cases {
        let samples = signal(made);
        for seed in 0..4 {
            for gain_db in [-15.0, 8.0] {
                let line = Line {
                    seed,
                    gain_db,
                    snr_db: Some(15.0),
                    lost: 10,
                    law: if seed % 2 == 0 { Law::A } else { Law::Mu },
                };
                let skipped = seed as usize * 531;
                let got = findings(progress(country), &over(line, &samples[skipped..]));
                runs += 1;
                if got != [wanted] {
                    missed.push((made, seed, gain_db, got));
                }
            }
        }
    }
    eprintln!("{} of {runs} runs missed: {missed:?}", missed.len());
    assert!(missed.is_empty());
}

#[test]
fn a_busy_tone_is_known_within_three_of_its_sounds() {
    let heard = found(progress("CN"), &signal("tone 12 450 0 350 350"));
    let [(ms, BUSY)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert!(*ms <= 1_900, "{ms}");
}

#[test]
fn three_rising_tones_are_special_information_and_may_say_why() {
    for (made, wanted) in [
        ("sit 950 330 1400 330 1800 330", Finding::SpecialInformation),
        (
            "sit 985.2 380 1370.6 274 1776.7 380",
            Finding::Unreached(Outcome::EmptyNumber),
        ),
        (
            "sit 913.8 274 1370.6 274 1776.7 380",
            Finding::SpecialInformation,
        ),
        ("sit 985.2 380 1428.5 380 1776.7 380", CONGESTION),
        ("sit 913.8 274 1428.5 380 1776.7 380", CONGESTION),
    ] {
        for seed in 0..8 {
            let line = Line {
                seed,
                snr_db: Some(15.0),
                gain_db: -10.0,
                ..QUIET
            };
            let got = findings(progress("US"), &over(line, &signal(made)));
            assert_eq!(got, [wanted], "{made}");
        }
    }
    assert_eq!(
        findings(progress("US"), &signal("sit 1800 330 1400 330 950 330")),
        []
    );
}

#[test]
fn no_clip_of_a_voice_holds_a_tone_of_a_network_or_a_fax() {
    let mut seconds = 0;
    for (name, samples) in sound::voices() {
        seconds += samples.len() / 8_000;
        for country in ["CN", "US"] {
            let wanted = Listening {
                fax: true,
                ..progress(country)
            };
            assert_eq!(findings(wanted, &samples), [], "{name}");
        }
    }
    let all: Vec<i16> = sound::voices().into_iter().flat_map(|it| it.1).collect();
    let wanted = Listening {
        fax: true,
        ..progress("CN")
    };
    assert_eq!(findings(wanted.clone(), &all), []);
    let music = sound::clip("music/hold");
    assert_eq!(findings(wanted, &music), []);
    eprintln!("{seconds} s of speech, {} s of music", music.len() / 8_000);
}
