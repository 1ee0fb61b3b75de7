//! Parts, printing and comparison of URIs.

use super::{Scheme, Uri, UriError, escape_user, unescape};
use crate::limits;

#[test]
fn every_part_of_a_sip_uri_is_found() {
    let text =
        "sips:alice;day=tue%23:pw@Example.COM:5061;transport=tls;lr?Subject=hi&Priority=urgent";
    let uri = Uri::parse(text).unwrap();
    assert_eq!(uri.scheme(), Scheme::Sips);
    assert_eq!(uri.user(), Some("alice;day=tue%23"));
    assert_eq!(uri.user_unescaped().unwrap(), b"alice;day=tue#");
    assert_eq!(uri.password(), Some("pw"));
    assert_eq!(uri.host(), Some("Example.COM"));
    assert_eq!(uri.port(), Some(5061));
    assert_eq!(uri.parameter("TRANSPORT"), Some("tls"));
    assert_eq!(uri.parameter("lr"), Some(""));
    assert_eq!(uri.parameter("maddr"), None);
    assert_eq!(
        uri.headers().collect::<Vec<_>>(),
        [("Subject", Some("hi")), ("Priority", Some("urgent"))]
    );
    assert_eq!(uri.to_string(), text);
}

#[test]
fn hosts_may_be_ipv6_addresses() {
    let uri = Uri::parse("sip:[2001:db8::9:1]:5070;lr").unwrap();
    assert_eq!(uri.host(), Some("[2001:db8::9:1]"));
    assert_eq!(uri.host_address(), "2001:db8::9:1".parse().ok());
    assert_eq!(uri.port(), Some(5070));
    assert_eq!(uri.user(), None);
}

#[test]
fn telephone_numbers_have_no_host() {
    let uri = Uri::parse("tel:+86-138-0013-8000;phone-context=+86").unwrap();
    assert_eq!(uri.scheme(), Scheme::Tel);
    assert_eq!(uri.user(), Some("+86-138-0013-8000"));
    assert_eq!(uri.host(), None);
    assert_eq!(uri.parameter("phone-context"), Some("+86"));
    assert!(Uri::parse("tel:*100#").is_ok());
}

#[test]
fn malformed_uris_are_refused_by_part() {
    let verdicts = [
        ("", UriError::Scheme),
        ("example.com", UriError::Scheme),
        ("1sip:a@h", UriError::Scheme),
        ("sip:", UriError::Host),
        ("sip:@h", UriError::User),
        ("sip:a@", UriError::Host),
        ("sip:a@[2001:db8::9:1", UriError::Host),
        ("sip:a@[12]", UriError::Host),
        ("sip:a@h:", UriError::Port),
        ("sip:a@h:65536", UriError::Port),
        ("sip:a@h:5060x", UriError::Port),
        ("sip:a%2@h", UriError::Escape),
        ("sip:a b@h", UriError::Character),
        ("sip:\u{e9}@h", UriError::Character),
        ("sip:<a>@h", UriError::Character),
        ("tel:", UriError::Number),
        ("tel:alice", UriError::Number),
    ];
    for (text, error) in verdicts {
        assert_eq!(Uri::parse(text).unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn equivalence_follows_the_examples_of_rfc_3261() {
    let equivalent = [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;newparam=5",
        ),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("tel:+1-201-555-0123", "tel:+12015550123"),
    ];
    for (left, right) in equivalent {
        let (left, right) = (Uri::parse(left).unwrap(), Uri::parse(right).unwrap());
        assert!(left.is_equivalent(&right), "{left} and {right}");
        assert!(right.is_equivalent(&left), "{right} and {left}");
    }
    let different = [
        ("SIP:ALICE@AtLanTa.CoM", "sip:alice@AtLanTa.CoM"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off",
        ),
    ];
    for (left, right) in different {
        let (left, right) = (Uri::parse(left).unwrap(), Uri::parse(right).unwrap());
        assert!(!left.is_equivalent(&right), "{left} and {right}");
    }
}

#[test]
fn escaping_and_undoing_it_gives_the_same_bytes() {
    let text = "\u{5f20} a@b:<c>\r\n%";
    assert_eq!(unescape(escape_user(text).as_bytes()), text.as_bytes());
    assert_eq!(unescape(b"100%"), b"100%");
}

#[test]
fn a_uri_equals_itself_even_with_a_parameter_that_comes_twice() {
    let uri = Uri::parse("tel:+8613800138000;isub=1;isub=2").unwrap();
    assert!(uri.is_equivalent(&uri));
}

#[test]
fn uris_with_too_many_parameters_are_not_compared_one_by_one() {
    let many = |last: &str| format!("sip:a@h{};{last}", ";x".repeat(limits::URI_PARAMETERS));
    let (left, right) = (many("y"), many("Y"));
    let (left, right) = (Uri::parse(&left).unwrap(), Uri::parse(&right).unwrap());
    assert!(left.is_equivalent(&left));
    assert!(!left.is_equivalent(&right));
}
