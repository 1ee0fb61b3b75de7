//! Humans and machines: greetings that the shipped voices say, over quiet and noisy lines.

use media::detect::{Finding, Listening};

use super::sound::{self, Dice, Line, QUIET, findings, found, over, silence};

fn answerer() -> Listening {
    Listening {
        answerer: true,
        ..Listening::default()
    }
}

/// A word or two of half a second to a second, and the wait for an answer.
fn humans() -> Vec<Vec<i16>> {
    let mut dice = Dice::new(11);
    let words: Vec<Vec<i16>> = sound::voices()
        .into_iter()
        .map(|it| it.1)
        .filter(|clip| (2_400..8_000).contains(&clip.len()))
        .collect();
    let mut greeting = |words_max| {
        let mut said = silence(200 + dice.below(800) as usize);
        for _ in 0..=dice.below(words_max) {
            said.extend(&words[dice.below(words.len() as u64) as usize]);
            said.extend(silence(60 + dice.below(120) as usize));
        }
        said.extend(silence(4_000));
        said
    };
    (0..50).map(|_| greeting(2)).collect()
}

/// Sentences, and the tone after which to speak.
fn machines() -> Vec<Vec<i16>> {
    let mut dice = Dice::new(12);
    let sentences: Vec<Vec<i16>> = sound::voices()
        .into_iter()
        .filter(|(name, clip)| clip.len() > 17_000 && !name.ends_with("hold_music"))
        .filter(|(name, _)| !name.ends_with("ten_seconds"))
        .map(|it| it.1)
        .collect();
    let beep = sound::signal("tone 1 1000 0 400 600");
    let mut greeting = || {
        let mut said = silence(300 + dice.below(1_200) as usize);
        for _ in 0..2 {
            said.extend(&sentences[dice.below(sentences.len() as u64) as usize]);
            said.extend(silence(150 + dice.below(250) as usize));
        }
        said.extend(silence(300));
        said.extend(&beep);
        said.extend(silence(2_000));
        said
    };
    (0..50).map(|_| greeting()).collect()
}

fn rate(greetings: &[Vec<i16>], wanted: Finding, snr_db: Option<f64>) -> usize {
    let mut hits = 0;
    for (seed, greeting) in greetings.iter().enumerate() {
        let line = Line {
            seed: seed as u64,
            snr_db,
            lost: 5,
            ..QUIET
        };
        hits += usize::from(findings(answerer(), &over(line, greeting)).contains(&wanted));
    }
    hits * 100 / greetings.len()
}

#[test]
fn humans_and_machines_are_told_apart() {
    for (snr_db, least) in [(None, 85), (Some(15.0), 70)] {
        let human = rate(&humans(), Finding::Human, snr_db);
        let machine = rate(&machines(), Finding::Machine, snr_db);
        let beep = rate(&machines(), Finding::Beep, snr_db);
        eprintln!("{snr_db:?}: human {human} %, machine {machine} %, beep {beep} %");
        assert!(human >= least && machine >= least && beep >= 95);
    }
}

#[test]
fn who_says_nothing_is_left_undecided() {
    assert_eq!(
        found(answerer(), &silence(6_000)),
        [(2_500, Finding::Undecided)]
    );
}

#[test]
fn the_tone_of_every_common_pitch_is_heard_and_no_voice_is_one() {
    for hertz in [700, 850, 1_000, 1_200, 1_400] {
        for length in [180, 300, 900] {
            let beep = sound::signal(&format!("tone 2 {hertz} 0 {length} 1000"));
            let line = Line {
                snr_db: Some(15.0),
                ..QUIET
            };
            let got = findings(answerer(), &over(line, &beep));
            assert!(
                got.contains(&Finding::Beep),
                "{hertz} Hz for {length} ms: {got:?}"
            );
        }
    }
    let (mut beeps, mut samples) = (Vec::new(), 0);
    for (name, clip) in sound::voices() {
        if name.ends_with("beep") {
            continue;
        }
        samples += clip.len();
        if findings(answerer(), &clip).contains(&Finding::Beep) {
            beeps.push(name);
        }
    }
    eprintln!("{beeps:?} in {} s", samples / 8_000);
    assert_eq!(beeps, Vec::<String>::new());
}
