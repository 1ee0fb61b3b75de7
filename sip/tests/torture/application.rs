//! RFC 4475 §3.2 to §3.4: well-formed messages that the layers above must answer with care.
//!
//! Each check is the fact that those layers decide by.

use sip::{
    message::{Contact, Message, Method, Name, Status},
    uri::Scheme,
};

use super::Case;

pub(crate) const CASES: &[Case] = &[
    Case::accepted(
        "badbranch",
        "OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
Accept: application/sdp
Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n
CSeq: 8 OPTIONS
l: 0

",
        |message| message.top_via().branch() == Some("z9hG4bK"),
    ),
    Case::owed(
        "unkscm",
        "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

",
        416,
        has_foreign_scheme,
    ),
    Case::owed(
        "novelsc",
        "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: novelsc.asdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

",
        416,
        has_foreign_scheme,
    ),
    Case::owed(
        "unksm2",
        "REGISTER sip:example.com SIP/2.0
To: isbn:2983792873
From: <http://www.example.com>;tag=3234233
Call-ID: unksm2.daksdj@hyphenated-host.example.com
CSeq: 234902 REGISTER
Max-Forwards: 70
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw
Contact: <name:John_Smith>
l: 0

",
        404,
        |message| message.to().uri().scheme() == Scheme::Other,
    ),
    Case::owed(
        "bext01",
        "OPTIONS sip:user@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.net;tag=242etr
Max-Forwards: 6
Call-ID: bext01.0ha0isndaksdj
Require: nothingSupportsThis, nothingSupportsThisEither
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis
CSeq: 8 OPTIONS
Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw
Content-Length: 0

",
        420,
        |message| {
            message
                .list(Name::Require)
                .eq([&b"nothingSupportsThis"[..], b"nothingSupportsThisEither"])
        },
    ),
    Case::owed(
        "invut",
        "INVITE sip:user@example.com SIP/2.0
Contact: <sip:caller@host5.example.net>
To: sip:j.user@example.com
From: sip:caller@example.net;tag=8392034
Max-Forwards: 70
Call-ID: invut.0ha0isndaksdjadsfij34n23d
CSeq: 235448 INVITE
Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw
Content-Type: application/unknownformat
Content-Length: 40

<audio>
 <pcmu port=\"443\"/>
</audio>
",
        415,
        |message| {
            message
                .content_type()
                .and_then(Result::ok)
                .is_some_and(|kind| kind.is("application", "unknownformat"))
        },
    ),
    Case::owed(
        "regaut01",
        "REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=87321hj23128
Max-Forwards: 8
Call-ID: regaut01.0ha0isndaksdj
CSeq: 9338 REGISTER
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw
Authorization: NoOneKnowsThisScheme opaque-data=here
Content-Length:0

",
        401,
        |message| {
            message
                .header(Name::Authorization)
                .is_some_and(|value| sip::auth::Credentials::parse(value).is_err())
        },
    ),
    Case::accepted(
        "bcast",
        "SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 0
Contact: <sip:user@host28.example.com>

",
        |message| message.list(Name::Via).count() == 2,
    ),
    Case::owed(
        "zeromf",
        "OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=3ghsd41
Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas
CSeq: 39234321 OPTIONS
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i
Max-Forwards: 0
Content-Length: 0

",
        483,
        |message| message.max_forwards() == Some(0),
    ),
    Case::accepted(
        "cparam01",
        "REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe
To: sip:watson@example.com
Call-ID: cparam01.70710@saturn.example.com
CSeq: 2 REGISTER
Contact: sip:+19725552222@gw1.example.net;unknownparam
l: 0

",
        |message| unknown_parameter_is_of(message) == Some(Owner::Header),
    ),
    Case::accepted(
        "cparam02",
        "REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=838293
To: sip:watson@example.com
Call-ID: cparam02.70710@saturn.example.com
CSeq: 3 REGISTER
Contact: <sip:+19725552222@gw1.example.net;unknownparam>
l: 0

",
        |message| unknown_parameter_is_of(message) == Some(Owner::Uri),
    ),
    Case::accepted(
        "regescrt",
        "REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=8
Max-Forwards: 70
Call-ID: regescrt.k345asrl3fdbv@192.0.2.1
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>
L:0

",
        |message| {
            first_contact(message).is_some_and(|address| {
                address
                    .uri()
                    .headers()
                    .eq([("Route", Some("%3Csip:sip.example.com%3E"))])
            })
        },
    ),
    Case::owed(
        "sdp01",
        concat!(
            "INVITE sip:user@example.com SIP/2.0
To: sip:j_user@example.com
Contact: <sip:caller@host15.example.net>
From: sip:caller@example.net;tag=234
Max-Forwards: 5
Call-ID: sdp01.ndaksdj9342dasdd
Accept: text/nobodyKnowsThis
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw
Content-Length: 150
Content-Type: application/sdp

",
            sdp!("192.0.2.5", "192.0.2.5")
        ),
        406,
        |message| message.header(Name::Accept) == Some(b"text/nobodyKnowsThis"),
    ),
    Case::accepted(
        "inv2543",
        concat!(
            "INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp

",
            sdp!("192.0.2.5", "192.0.2.5")
        ),
        |message| {
            message.top_via().branch().is_none()
                && message.from_tag().is_none()
                && message.max_forwards().is_none()
                && !message.body().is_empty()
        },
    ),
];

#[derive(PartialEq, Eq)]
enum Owner {
    Header,
    Uri,
}

fn has_foreign_scheme(message: &Message) -> bool {
    message.method() == Method::Options
        && message
            .request_uri()
            .is_some_and(|uri| uri.scheme() == Scheme::Other)
        && Status::UNSUPPORTED_URI_SCHEME.code() == 416
}

fn first_contact(message: &Message) -> Option<sip::message::NameAddr<'_>> {
    match message.contacts().next()? {
        Ok(Contact::Address(address)) => Some(address),
        Ok(Contact::All) | Err(_) => None,
    }
}

fn unknown_parameter_is_of(message: &Message) -> Option<Owner> {
    let address = first_contact(message)?;
    match (
        address.parameters().has("unknownparam"),
        address.uri().parameter("unknownparam").is_some(),
    ) {
        (true, false) => Some(Owner::Header),
        (false, true) => Some(Owner::Uri),
        _ => None,
    }
}
