//! Announcements of a network: known ones are found after what lines do to them, and nothing else is.
//!
//! No operator's recording is shipped. What stands for them are clips of the voices, strung together
//! so that several begin with the same words.

use std::sync::{Arc, LazyLock};

use media::Law;
use media::detect::announcement::{Announcements, Fingerprint, FingerprintError};
use media::detect::{Finding, Listening, Outcome};

use super::sound::{self, Dice, Line, findings, found, over, silence, strung};

/// The outcomes and what is said.
const SAID: [(Outcome, &[&str]); 6] = [
    (Outcome::Busy, &["our_number", "all_busy"]),
    (Outcome::EmptyNumber, &["our_number", "invalid"]),
    (
        Outcome::PoweredOff,
        &["our_number", "message_saved", "press_any_key"],
    ),
    (Outcome::OutOfService, &["our_number", "system_error"]),
    (Outcome::Unreachable, &["our_number", "queue_position"]),
    (Outcome::NoAnswer, &["no_answer", "leave_message"]),
];

static LIBRARY: LazyLock<Arc<Announcements>> = LazyLock::new(|| {
    let mut library = Announcements::default();
    for (outcome, clips) in SAID {
        let print = Fingerprint::of(&said(clips)).expect("it is speech");
        library.add(outcome, print).expect("there is room");
    }
    Arc::new(library)
});

fn listening() -> Listening {
    Listening {
        announcements: Some(Arc::clone(&LIBRARY)),
        ..Listening::default()
    }
}

fn said(clips: &[&str]) -> Vec<i16> {
    let paths: Vec<String> = clips
        .iter()
        .map(|it| format!("zh-CN/xiaoxiao/{it}"))
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    strung(&paths, 120)
}

/// An announcement as a network repeats it.
fn repeated(clips: &[&str]) -> Vec<i16> {
    let once = [said(clips), silence(700)].concat();
    once.repeat(3)
}

fn line(dice: &mut Dice, snr_db: f64) -> Line {
    Line {
        seed: dice.below(1 << 40),
        gain_db: dice.below(21) as f64 - 15.0,
        snr_db: Some(snr_db),
        lost: [0, 10, 30][dice.below(3) as usize],
        law: [Law::A, Law::Mu][dice.below(2) as usize],
    }
}

#[test]
fn a_known_announcement_is_found_soft_loud_noisy_torn_and_from_its_middle_on() {
    let mut dice = Dice::new(7);
    for (snr_db, least) in [(20.0, 100), (10.0, 95)] {
        let (mut runs, mut hits, mut wrong, mut after) = (0, 0, 0, 0);
        for (outcome, clips) in SAID {
            let samples = repeated(clips);
            for _ in 0..4 {
                let begin = dice.below(said(clips).len() as u64) as usize;
                let received = over(line(&mut dice, snr_db), &samples[begin..]);
                let got = found(listening(), &received);
                runs += 1;
                match got.as_slice() {
                    [(ms, Finding::Unreached(it))] if *it == outcome => {
                        hits += 1;
                        after += ms;
                    }
                    [] => (),
                    _ => wrong += 1,
                }
            }
        }
        eprintln!(
            "{snr_db} dB: {hits} of {runs} found, after {} ms, {wrong} taken for another",
            after / hits.max(1)
        );
        assert_eq!(wrong, 0);
        assert!(hits * 100 >= runs * least, "{hits} of {runs}");
    }
}

#[test]
fn what_only_begins_like_a_known_announcement_is_not_taken_for_it() {
    for tail in [
        &["transferring"][..],
        &["goodbye", "enter_order"],
        &["main_menu"],
    ] {
        let clips = [&["our_number"], tail].concat();
        assert_eq!(findings(listening(), &repeated(&clips)), [], "{clips:?}");
    }
}

#[test]
fn no_other_clip_is_taken_for_an_announcement() {
    let known: Vec<&str> = SAID.iter().flat_map(|it| it.1).copied().collect();
    let others = sound::voices().into_iter().filter(|(name, _)| {
        let clip = name.rsplit('/').next().unwrap_or_default();
        name.starts_with("en-US") || !known.contains(&clip)
    });
    let mut all: Vec<i16> = others.flat_map(|it| it.1).collect();
    all.extend(sound::clip("music/hold"));
    assert_eq!(findings(listening(), &all), []);
    eprintln!("{} s without a false match", all.len() / 8_000);
}

#[test]
fn too_little_speech_has_no_fingerprint() {
    assert_eq!(
        Fingerprint::of(&silence(9_000)),
        Err(FingerprintError::TooShort)
    );
    let word = sound::clip("zh-CN/xiaoxiao/welcome");
    assert_eq!(
        Fingerprint::of(&word[..6_000]),
        Err(FingerprintError::TooShort)
    );
}
