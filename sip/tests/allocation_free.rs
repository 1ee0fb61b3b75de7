//! Reading a message allocates nothing: neither to parse it nor to look at its headers.

use bytes::Bytes;
use sip::message::{Framing, Message, Name};

const INVITE: &str = "INVITE sip:4008110513@192.0.2.10:5060;user=phone SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-524287-1;rport\r\n\
Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKprev\r\n\
Max-Forwards: 69\r\n\
Record-Route: <sip:192.0.2.1;lr>\r\n\
From: \"\u{5f20}\u{4e09}\" <sip:13800138000@192.0.2.1>;tag=1c2d\r\n\
To: <sip:4008110513@192.0.2.10>\r\n\
Call-ID: 7d1f-8a@192.0.2.1\r\n\
CSeq: 101 INVITE\r\n\
Contact: <sip:13800138000@192.0.2.1:5060;transport=udp>\r\n\
Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO\r\n\
Supported: timer, 100rel\r\n\
Session-Expires: 1800\r\n\
P-Asserted-Identity: <tel:+8613800138000>\r\n\
User-Agent: trunk/7\r\n\
X-Call-Trace: 0000-1111\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 5\r\n\r\nv=0\r\n";

#[test]
fn parsing_an_invite_and_reading_its_headers_allocates_nothing() {
    let mut is_read = false;
    let spent = allocation_counter::measure(|| {
        let bytes = Bytes::from_static(INVITE.as_bytes());
        let message = Message::parse(bytes, Framing::Datagram).unwrap();
        is_read = message.top_via().branch() == Some("z9hG4bK-524287-1")
            && message.from_tag() == Some("1c2d")
            && message.from().display_name().len() == 6
            && message.contacts().all(|contact| contact.is_ok())
            && message.addresses(Name::PAssertedIdentity).count() == 1
            && message.list(Name::Allow).count() == 7
            && message.request_uri().and_then(|uri| uri.user()) == Some("4008110513")
            && message.body() == b"v=0\r\n";
    });
    assert!(is_read);
    assert_eq!(spent.count_total, 0);
}
