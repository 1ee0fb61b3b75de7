//! Whatever is heard.

use std::sync::{Arc, LazyLock};

use media::detect::announcement::{Announcements, Fingerprint};
use media::detect::{Finding, Listener, Listening, Outcome};
use media::tone::Plan;
use proptest::prelude::*;

use super::sound::{signal, strung};

static KNOWN: LazyLock<Arc<Announcements>> = LazyLock::new(|| {
    let said = strung(&["zh-CN/xiaoxiao/all_busy", "zh-CN/xiaoxiao/goodbye"], 200);
    let mut known = Announcements::default();
    let print = Fingerprint::of(&said).expect("speech");
    known.add(Outcome::PoweredOff, print).expect("room");
    Arc::new(known)
});

fn everything() -> Listening {
    Listening {
        progress: Some(Plan::of("CN")),
        announcements: Some(Arc::clone(&KNOWN)),
        answerer: true,
        fax: true,
    }
}

fn findings(chunks: &[usize], samples: &[i16]) -> Vec<Finding> {
    let mut listener = Listener::new(everything());
    let mut found = Vec::new();
    let mut rest = samples;
    for length in chunks.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at((*length).min(rest.len()));
        listener.push(chunk, |finding| found.push(finding));
        rest = after;
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_sound_makes_it_panic(samples in proptest::collection::vec(any::<i16>(), 0..6_000)) {
        findings(&[160], &samples);
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_a_sound_comes(
        chunks in proptest::collection::vec(1..700_usize, 1..8),
        which in 0..3_usize,
    ) {
        let samples = match which {
            0 => signal("tone 3 450 0 350 350"),
            1 => signal("cng 2"),
            _ => strung(&["zh-CN/xiaoxiao/all_busy", "zh-CN/xiaoxiao/goodbye"], 200),
        };
        prop_assert_eq!(findings(&chunks, &samples), findings(&[160], &samples));
    }
}

#[test]
fn extremes_of_level_are_heard_as_nothing() {
    for sample in [i16::MIN, -1, 0, 1, i16::MAX] {
        let found = findings(&[160], &vec![sample; 80_000]);
        assert!(
            found
                .iter()
                .all(|it| *it == Finding::Undecided || *it == Finding::Machine)
        );
    }
}
