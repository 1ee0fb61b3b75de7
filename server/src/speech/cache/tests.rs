//! What is kept, what is forgotten, and what a crash leaves.

use super::*;

fn about() -> About {
    About {
        engine: "studio".to_owned(),
        voice: "mei".to_owned(),
        locale: Locale::ZhCn,
        speed_percent: 100,
    }
}

fn utterance(text: &str) -> Utterance {
    Utterance {
        engine: "studio".to_owned(),
        voice: None,
        speed_percent: 100,
        locale: Locale::ZhCn,
        text: text.to_owned(),
        kept: true,
    }
}

fn key(text: &str) -> Key {
    Key::of(&utterance(text), "mei", "settings")
}

#[test]
fn a_key_tells_everything_apart_that_is_heard() {
    let plain = utterance("一");
    let same = Key::of(&plain, "mei", "settings");
    assert_eq!(Key::read(&hexadecimal(&same.0)), Some(same));
    let fast = Utterance {
        speed_percent: 101,
        ..plain.clone()
    };
    let other = Utterance {
        locale: Locale::EnUs,
        ..plain.clone()
    };
    for different in [
        key("二"),
        Key::of(&plain, "ming", "settings"),
        Key::of(&plain, "mei", "other"),
        Key::of(&plain, "meis", "ettings"),
        Key::of(&fast, "mei", "settings"),
        Key::of(&other, "mei", "settings"),
    ] {
        assert_ne!(different, same);
    }
    for name in ["", "zz", "work", &"0".repeat(63), &"A".repeat(64)] {
        assert_eq!(Key::read(name), None);
    }
}

#[test]
fn audio_comes_back_as_it_was_kept_after_a_restart_too() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1_000).unwrap();
    assert_eq!(cache.get(key("一")), None);
    cache.put(key("一"), about(), &[1; 100]).unwrap();
    assert_eq!(cache.get(key("一")), Some(vec![1; 100]));
    cache.put(key("一"), about(), &[2; 50]).unwrap();
    drop(cache);
    let cache = Cache::open(folder.path(), 1_000).unwrap();
    assert_eq!(cache.get(key("一")), Some(vec![2; 50]));
    let sidecar = cache.path(key("一"), ABOUT);
    assert!(!fs::read_to_string(sidecar).unwrap().contains('一'));
}

#[test]
fn what_was_heard_longest_ago_is_forgotten_unless_it_is_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 300).unwrap();
    cache.pin(HashSet::from([key("一")]));
    for text in ["一", "二", "三"] {
        cache.put(key(text), about(), &[1; 100]).unwrap();
    }
    assert!(cache.get(key("二")).is_some());
    cache.put(key("四"), about(), &[1; 100]).unwrap();
    let has = |cache: &Cache, text| locked(&cache.index).entries.contains_key(&key(text));
    let there = |cache: &Cache| ["一", "二", "三", "四"].map(|text| has(cache, text));
    assert_eq!(there(&cache), [true, true, false, true]);
    assert!(!cache.path(key("三"), AUDIO).exists());
    cache.pin(HashSet::new());
    cache.put(key("五"), about(), &[1; 200]).unwrap();
    assert_eq!(there(&cache), [false, false, false, true]);
}

#[test]
fn what_is_not_whole_is_not_taken_for_audio() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path(), 1_000).unwrap();
    for text in ["一", "二", "三"] {
        cache.put(key(text), about(), &[1; 100]).unwrap();
    }
    fs::create_dir(cache.work().join("7")).unwrap();
    fs::write(cache.path(key("四"), "mulaw.half"), [1]).unwrap();
    fs::remove_file(cache.path(key("一"), ABOUT)).unwrap();
    fs::write(cache.path(key("二"), AUDIO), [7; 100]).unwrap();
    drop(cache);
    let cache = Cache::open(folder.path(), 1_000).unwrap();
    assert_eq!(cache.get(key("一")), None);
    assert_eq!(cache.get(key("二")), None);
    assert_eq!(cache.get(key("三")), Some(vec![1; 100]));
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!((left, fs::read_dir(cache.work()).unwrap().count()), (3, 0));
}
