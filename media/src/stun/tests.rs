//! The messages of RFC 5769, and messages that nobody should answer.

use proptest::prelude::*;

use super::*;

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

/// RFC 5769 §2.1.
const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae\
    802200105354554e207465737420636c69656e74\
    002400046e0001ff80290008932ff9b151263b36\
    000600096576746a3a68367659202020\
    000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2\
    80280004e57a3bcf";

/// RFC 5769 §2.2, without its SOFTWARE attribute everything that our answer holds.
const MAPPED: &str = "002000080001a147e112a643";

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(char::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    pairs
        .map(|pair| u8::from_str_radix(&pair, 16).unwrap())
        .collect()
}

/// A request as a browser sends it.
pub(crate) fn request(username: &str, password: &str, nominates: bool) -> Vec<u8> {
    let mut buffer = [0; ANSWER_MAX];
    let mut message = Answer::new(BINDING_REQUEST, [7; 12], &mut buffer);
    message.push(USERNAME, username.as_bytes());
    message.push(PRIORITY, &[1, 2, 3, 4]);
    if nominates {
        message.push(USE_CANDIDATE, &[]);
    }
    message.finish(password.as_bytes()).to_vec()
}

/// Whether an answer succeeded, and is from one who knows the password.
pub(crate) fn is_success(answer: &[u8], password: &str) -> bool {
    let at = answer.len() - 8 - 24;
    let mut mac = keyed(password.as_bytes());
    authenticate(&mut mac, &answer[..at]);
    let whole = mac.verify_slice(&answer[at + 4..at + 24]).is_ok()
        && u32_at(answer, answer.len() - 4) == Some(fingerprint(&answer[..answer.len() - 8]));
    whole && u16_at(answer, 0) == Some(BINDING_SUCCESS)
}

#[test]
fn the_request_of_rfc_5769_is_authentic() {
    let bytes = bytes(REQUEST);
    let request = parse(&bytes).unwrap();
    assert_eq!(request.username, Some(&b"evtj:h6vY"[..]));
    assert!(request.is_controlled && !request.nominates);
    assert!(request.is_authentic(PASSWORD));
    assert!(!request.is_authentic(b"another"));
}

#[test]
fn a_request_changed_anywhere_is_not_authentic() {
    let whole = bytes(REQUEST);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let authentic = parse(&changed).is_some_and(|request| request.is_authentic(PASSWORD));
        assert!(!authentic, "byte {at}");
        let cut = parse(&whole[..at]).is_some_and(|request| request.is_authentic(PASSWORD));
        assert!(!cut, "cut at {at}");
    }
}

#[test]
fn the_answer_names_the_address_as_in_rfc_5769() {
    let whole = bytes(REQUEST);
    let request = parse(&whole).unwrap();
    let mut buffer = [0; ANSWER_MAX];
    let seen = "192.0.2.1:32853".parse().unwrap();
    let answer = request.succeed(seen, PASSWORD, &mut buffer);
    assert_eq!(answer[20..32], bytes(MAPPED));
    assert!(is_success(answer, "VOkJxbRl1RmTxUk/WvJxBt"));
    assert!(answer.len() <= whole.len());
}

#[test]
fn an_address_of_ipv6_is_mixed_with_the_transaction() {
    let whole = bytes(REQUEST);
    let request = parse(&whole).unwrap();
    let mut buffer = [0; ANSWER_MAX];
    let seen = "[2001:db8:1234:5678:11:2233:4455:6677]:32853";
    let answer = request.succeed(seen.parse().unwrap(), PASSWORD, &mut buffer);
    let expected = "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9";
    assert_eq!(answer[20..44], bytes(expected));
    assert!(answer.len() <= whole.len());
}

#[test]
fn an_attribute_that_must_be_understood_is_named_in_the_refusal() {
    let mut buffer = [0; ANSWER_MAX];
    let mut message = Answer::new(BINDING_REQUEST, [7; 12], &mut buffer);
    message.push(0x0030, b"abc");
    let whole = message.finish(b"secret").to_vec();
    let request = parse(&whole).unwrap();
    assert_eq!(request.unknown, Some(0x0030));
    let mut buffer = [0; ANSWER_MAX];
    let answer = request.refuse(420, b"secret", &mut buffer);
    assert_eq!(answer[..2], BINDING_ERROR.to_be_bytes());
    assert_eq!(answer[24..28], [0, 0, 4, 20]);
}

proptest! {
    #[test]
    fn no_bytes_are_read_beyond_their_end(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Some(request) = parse(&bytes) {
            request.is_authentic(PASSWORD);
        }
        if bytes.len() >= HEADER {
            bytes[..2].copy_from_slice(&BINDING_REQUEST.to_be_bytes());
            let size = (bytes.len() - HEADER) as u16;
            bytes[2..4].copy_from_slice(&size.to_be_bytes());
            bytes[4..8].copy_from_slice(&COOKIE.to_be_bytes());
            if let Some(request) = parse(&bytes) {
                prop_assert!(!request.is_authentic(PASSWORD));
            }
        }
    }
}
