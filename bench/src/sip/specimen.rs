//! The message that all readers and writers are measured with; `bench/rivals` reads this file as well.

/// Messages of a turn.
pub(crate) const MESSAGES: u32 = 20_000;
/// The best of some turns is the least disturbed one.
pub(crate) const TURNS: usize = 5;
/// An INVITE of the field.
pub(crate) const INVITE: &str = "INVITE sip:4008110513@192.0.2.10:5060;user=phone SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-524287-1;rport\r\n\
    Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKprev\r\nMax-Forwards: 69\r\n\
    Record-Route: <sip:192.0.2.1;lr>\r\nFrom: \"Ann\" <sip:13800138000@192.0.2.1>;tag=1c2d\r\n\
    To: <sip:4008110513@192.0.2.10>\r\nCall-ID: 7d1f-8a@192.0.2.1\r\nCSeq: 101 INVITE\r\n\
    Contact: <sip:13800138000@192.0.2.1:5060;transport=udp>\r\n\
    Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO\r\nSupported: timer, 100rel\r\n\
    Session-Expires: 1800\r\nP-Asserted-Identity: <tel:+8613800138000>\r\nUser-Agent: trunk/7\r\n\
    X-Call-Trace: 0000-1111\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
