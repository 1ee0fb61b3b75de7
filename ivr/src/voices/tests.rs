//! Manifests, and rows of words mapped to clips.

use super::*;
use crate::speech::{Kind, Options, plan};

const PACK: &str = r#"
locale = "zh-CN"
voice = "xiaoxiao"
licence = "Apache-2.0"
engine = "kokoro 1.0"
sample_rate = 8000

[[clip]]
name = "welcome"
phrase = true
text = "一 二"
file = "welcome.wav"
sha256 = "00"

[[clip]]
name = "yi"
text = "一"
file = "yi.wav"
sha256 = "01"

[[clip]]
name = "er"
text = "二"
file = "er.wav"
sha256 = "02"

[[clip]]
name = "yi_er"
text = "一 二"
file = "yi_er.wav"
sha256 = "03"
"#;

#[test]
fn the_longest_run_of_words_wins_and_a_pause_parts_runs() {
    let cases = [
        ("12", vec!["yi_er"]),
        ("121", vec!["yi_er", "yi"]),
        ("112", vec!["yi", "yi_er"]),
        ("1 2", vec!["yi", "<250>", "er"]),
        ("2112 12", vec!["er", "yi", "yi_er", "<250>", "yi_er"]),
    ];
    for (text, expected) in cases {
        assert_eq!(names(&clips(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn every_word_without_a_clip_is_listed() {
    let missing = clips("1932").unwrap_err();

    assert_eq!(missing.units.len(), 2);
    assert_eq!(
        missing.to_string(),
        "the zh-CN voice has no audio for: 三, 九"
    );
}

#[test]
fn a_language_without_a_voice_misses_every_word() {
    let units = plan(Kind::Digits, "1", Locale::EnUs, &Options::default()).unwrap();
    assert!(voices().clips(Locale::EnUs, &units).is_err());
}

#[test]
fn a_phrase_is_found_by_its_name_only() {
    assert!(voices().has_clip(Locale::ZhCn, "welcome"));
    assert_eq!(names(&clips("12").unwrap()), ["yi_er"]);
}

#[test]
fn british_english_is_spoken_by_the_american_voice_when_there_is_no_other() {
    let manifest = PackManifest {
        locale: Locale::EnUs,
        ..PackManifest::from_toml(PACK).unwrap()
    };
    let voices = Voices::from_manifests(&[manifest]).unwrap();

    assert_eq!(
        voices.clip(Locale::EnGb, "yi"),
        Some(Clip::Unit {
            locale: Locale::EnUs,
            name: "yi".to_owned()
        })
    );
}

#[test]
fn a_clip_that_occurs_twice_is_refused() {
    let mut manifest = PackManifest::from_toml(PACK).unwrap();
    let clip = manifest.clips[1].clone();
    manifest.clips.push(clip);

    assert_eq!(
        Voices::from_manifests(&[manifest]),
        Err(PackError::DuplicateClip("yi".to_owned()))
    );
}

#[test]
fn a_manifest_without_a_licence_is_refused_with_the_key() {
    let text = PACK.replace("licence = \"Apache-2.0\"\n", "");
    let error = PackManifest::from_toml(&text).unwrap_err().to_string();
    assert!(error.contains("licence"), "{error}");
}

#[test]
fn the_required_words_cover_digits_numbers_and_telephone_numbers() {
    let options = Options {
        oh: true,
        doubles: true,
        ..Options::default()
    };
    let texts = [
        (
            Kind::Digits,
            "幺0123456789*#./_@+ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ),
        (
            Kind::Number,
            "-234567891023456.5 12% 11 13 14 15 16 17 18 19 30 40 50 60 70 80 90 20",
        ),
        (Kind::Number, "111222333444555 1001"),
        (Kind::Phone, "+852 2123 4567x1155500"),
    ];
    for locale in Locale::ALL {
        let required = required_units(locale);
        for (kind, text) in texts {
            let text = if locale == Locale::ZhCn {
                text
            } else {
                text.trim_start_matches('幺')
            };
            for unit in plan(kind, text, locale, &options).unwrap() {
                if let Unit::Word(word) = unit {
                    assert!(required.contains(&word), "{locale} {word}");
                }
            }
        }
    }
}

fn voices() -> Voices {
    Voices::from_manifests(&[PackManifest::from_toml(PACK).unwrap()]).unwrap()
}

fn clips(text: &str) -> Result<Vec<Clip>, MissingUnits> {
    let units = plan(Kind::Digits, text, Locale::ZhCn, &Options::default()).unwrap();
    voices().clips(Locale::ZhCn, &units)
}

fn names(clips: &[Clip]) -> Vec<String> {
    clips
        .iter()
        .map(|clip| match clip {
            Clip::Unit { name, .. } | Clip::Sound { name } => name.clone(),
            Clip::Spoken(utterance) => utterance.text.clone(),
            Clip::Pause(pause) => format!("<{}>", pause.as_millis()),
        })
        .collect()
}
