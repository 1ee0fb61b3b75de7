//! Checks, and what a changed description keeps.

use super::*;
use crate::srtp::{MasterKey, Suite};
use crate::stun::tests::{is_success, request};

const PASSWORD: &str = "0123456789abcdefghijkl";

fn keys(theirs: u8) -> Keys {
    let suite = Suite::AesCm128HmacSha1_80;
    let key = |seed| MasterKey::new(suite, &[seed; 16], &[seed; 14]).unwrap();
    Keys {
        suite,
        ours: key(1),
        theirs: key(theirs),
    }
}

fn browser(theirs: &str) -> Security {
    Security {
        keys: Some(keys(2)),
        handshake: None,
        ice: Some(Ice {
            ours: "ours".to_owned(),
            password: PASSWORD.to_owned(),
            theirs: theirs.to_owned(),
        }),
    }
}

fn checked(guard: &mut Guard, datagram: &[u8]) -> Option<(bool, Option<Nominated>)> {
    let mut buffer = [0; stun::ANSWER_MAX];
    let from = "192.0.2.7:5000".parse().unwrap();
    let checked = guard.check(from, datagram, &mut buffer)?;
    assert!(checked.answer.len() <= datagram.len());
    Some((is_success(checked.answer, PASSWORD), checked.proven))
}

#[test]
fn a_check_with_our_password_is_answered_and_any_other_is_not() {
    let mut guard = Guard::new(browser("theirs"), 0);
    let good = request("ours:theirs", PASSWORD, false);
    let first = checked(&mut guard, &good);
    assert_eq!(first, Some((true, Some(Nominated::NotYet))));
    for (name, password) in [
        ("ours:theirs", "another password of length"),
        ("theirs:ours", PASSWORD),
        ("ours:theirs2", PASSWORD),
        ("ours", PASSWORD),
    ] {
        let bad = request(name, password, true);
        assert_eq!(checked(&mut guard, &bad), None, "{name}");
    }
}

#[test]
fn a_path_that_was_chosen_is_left_only_for_another_that_is_chosen() {
    let mut guard = Guard::new(browser("theirs"), 0);
    let plain = request("ours:theirs", PASSWORD, false);
    let nominating = request("ours:theirs", PASSWORD, true);
    let chosen = checked(&mut guard, &nominating);
    assert_eq!(chosen, Some((true, Some(Nominated::Yes))));
    assert_eq!(checked(&mut guard, &plain), Some((true, None)));
    guard.renew(browser("restarted"), 0);
    let after = request("ours:restarted", PASSWORD, false);
    let fresh = checked(&mut guard, &after);
    assert_eq!(fresh, Some((true, Some(Nominated::NotYet))));
}

fn sealed(guard: &mut Guard, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4];
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet.resize(packet.len() + 10, 0);
    guard.protect(&mut packet).unwrap();
    packet
}

#[test]
fn a_description_with_the_same_keys_keeps_both_counts() {
    let mut guard = Guard::new(browser("theirs"), 65_535);
    sealed(&mut guard, 65_535);
    let second = sealed(&mut guard, 0);
    guard.renew(browser("theirs"), 1);
    let before = guard.checkpoint().unwrap();
    assert_eq!(before.sent.index, 65_536);
    guard.renew(browser("theirs"), 1);
    assert_eq!(guard.checkpoint(), Some(before));
    let mut mirror = Guard::new(
        Security {
            keys: Some(Keys {
                suite: keys(2).suite,
                ours: keys(2).theirs,
                theirs: keys(2).ours,
            }),
            ..browser("theirs")
        },
        0,
    );
    assert!(
        mirror.unprotect(&mut second.clone()).is_err(),
        "its round is unknown"
    );
}

#[test]
fn a_leg_whose_counts_are_lost_takes_another_source() {
    let line = Line {
        ssrc: 7,
        sequence: 100,
        timestamp: 0,
    };
    let (mut one, mut other) = (line, line);
    Guard::resumed(browser("theirs"), None, &mut one, 1_000);
    Guard::resumed(browser("theirs"), None, &mut other, 2_000);
    assert!(one.ssrc != 7 && other.ssrc != 7 && one.ssrc != other.ssrc);
}

#[test]
fn a_leg_whose_counts_are_known_goes_on_beyond_them() {
    let mut guard = Guard::new(browser("theirs"), 100);
    sealed(&mut guard, 100);
    let progress = guard.checkpoint();
    let mut line = Line {
        ssrc: 7,
        sequence: 150,
        timestamp: 0,
    };
    let mut next = Guard::resumed(browser("theirs"), progress, &mut line, 1);
    assert_eq!((line.ssrc, line.sequence), (7, 100 + 512 + 1));
    sealed(&mut next, line.sequence);
}

#[test]
fn without_keys_nothing_leaves() {
    let mut guard = Guard::new(
        Security {
            keys: None,
            ..browser("theirs")
        },
        0,
    );
    assert_eq!(guard.tag_bytes(), None);
    assert!(guard.protect(&mut [0x80; 40]).is_err());
}
