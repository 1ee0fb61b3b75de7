//! Faxes that call and that answer.

use media::detect::{Finding, Listening};

use super::sound::{Dice, Line, QUIET, findings, found, over, signal, silence};

fn fax() -> Listening {
    Listening {
        fax: true,
        ..Listening::default()
    }
}

#[test]
fn a_fax_is_heard_soft_and_loud_and_in_noise() {
    for (made, wanted) in [
        ("cng 8", Finding::FaxCalling),
        ("ced 6", Finding::FaxAnswering),
    ] {
        let samples = signal(made);
        for seed in 0..10 {
            for gain_db in [-20.0, 0.0] {
                let line = Line {
                    seed,
                    gain_db,
                    snr_db: Some(15.0),
                    lost: 5,
                    ..QUIET
                };
                let begin = Dice::new(seed).below(160) as usize;
                let got = findings(fax(), &over(line, &samples[begin..]));
                assert_eq!(got, [wanted], "{made} {seed} {gain_db}");
            }
        }
    }
}

#[test]
fn a_fax_that_calls_is_known_by_its_first_sound() {
    let heard = found(fax(), &[silence(1_000), signal("cng 4")].concat());
    let [(ms, Finding::FaxCalling)] = heard.as_slice() else {
        panic!("{heard:?}");
    };
    assert!(*ms < 1_700, "{ms}");
}

#[test]
fn other_tones_are_no_fax() {
    for made in [
        "tone 6 1000 0 500 3000",
        "tone 6 1100 0 200 3000",
        "tone 6 1100 0 1500 3000",
        "tone 6 1100 1700 500 3000",
        "tone 6 2100 0 400 3000",
    ] {
        assert_eq!(findings(fax(), &signal(made)), [], "{made}");
    }
}
