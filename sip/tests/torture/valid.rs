//! RFC 4475 §3.1.1: messages that every element must read.

use sip::message::{Contact, Message, Method, Name, Status, Via};

use super::Case;

pub(crate) const CASES: &[Case] = &[
    Case::accepted(
        "wsinv",
        concat!(
            r#"INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

"#,
            sdp!("192.0.2.3", "192.0.2.4")
        ),
        |message| {
            message.to_tag() == Some("1918181833n")
                && message.from_tag() == Some("98asjd8")
                && message.max_forwards() == Some(68)
                && message.sequence().number == 9
                && message.top_via().branch() == Some("390skdjuw")
                && message.list(Name::Via).count() == 3
                && message.from().display_name().as_ref() == br#"J Rosenberg \""#
        },
    ),
    Case::accepted(
        "intmeth",
        concat!(
            r#"!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~
"#,
            "To: \"BEL:\\\u{7} NUL:\\\0 DEL:\\\u{7f}\" ",
            r#"<sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>
From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%="работающий";tag=_token~1'+`*%!-.
Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~
Max-Forwards: 255
extensionHeader-!.%*+_`'~:大停電
Content-Length: 0

"#
        ),
        |message| {
            message.method() == Method::Other
                && message.method_text() == "!interesting-Method0123456789_*+`.%indeed'~"
                && message.from_tag() == Some("_token~1'+`*%!-.")
                && message.call_id() == r#"intmeth.word%ZK-!.*_+'@word`~)(><:\/"][?}{"#
                && message.max_forwards() == Some(255)
        },
    ),
    Case::accepted(
        "esc01",
        concat!(
            r#"INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=938
Max-Forwards: 87
i: esc01.239409asdfakjkn23onasd0-3234
CSeq: 234234 INVITE
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
C: application/sdp
Contact:
  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
Content-Length: 150

"#,
            sdp!("192.0.2.1", "192.0.2.1")
        ),
        |message| {
            message.request_uri().and_then(|uri| uri.user()) == Some("sips%3Auser%40example.com")
                && message.to().uri().user_unescaped().as_deref() == Some(b"user")
        },
    ),
    Case::accepted(
        "escnull",
        "REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=839923423
Max-Forwards: 70
Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0

",
        |message| {
            let users = message.contacts().filter_map(|contact| match contact {
                Ok(Contact::Address(address)) => address.uri().user_unescaped(),
                Ok(Contact::All) | Err(_) => None,
            });
            users.eq([vec![0], vec![0, 0]])
        },
    ),
    Case::accepted(
        "esc02",
        "RE%47IST%45R sip:registrar.example.com SIP/2.0
To: \"%Z%45\" <sip:resource@example.com>
From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0

",
        |message| {
            message.method() == Method::Other
                && message.headers(Name::Contact).count() == 2
                && message.from().display_name().as_ref() == b"%Z%45"
        },
    ),
    Case::accepted(
        "lwsdisp",
        "OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: caller<sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID: lwsdisp.1234abcd@funky.example.com
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw
l: 0

",
        |message| message.from().display_name().as_ref() == b"caller",
    ),
    Case::accepted("longreq", "", is_long_request),
    Case::accepted(
        "dblreq",
        concat!(
            "REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=43251j3j324
Max-Forwards: 8
I: dblreq.0ha0isndaksdj99sdfafnl3lk233412
Contact: sip:j.user@host.example.com
CSeq: 8 REGISTER
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492
Content-Length: 0


INVITE sip:joe@example.com SIP/2.0
t: sip:joe@example.com
From: sip:caller@example.net;tag=141334
Max-Forwards: 8
Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234
Content-Type: application/sdp
Content-Length: 150

",
            sdp!("192.0.2.15", "192.0.2.15")
        ),
        |message| message.method() == Method::Register && message.body().is_empty(),
    ),
    Case::accepted(
        "semiuri",
        "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Call-ID: semiuri.0ha0isndaksdj
CSeq: 8 OPTIONS
Accept: application/sdp, application/pkcs7-mime,
        multipart/mixed, multipart/signed,
        message/sip, message/sipfrag
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw
l: 0

",
        |message| {
            message.request_uri().is_some_and(|uri| {
                uri.user() == Some("user;par=u%40example.net")
                    && uri.host() == Some("example.com")
                    && uri.parameters().count() == 0
            }) && message.list(Name::Accept).count() == 6
        },
    ),
    Case::accepted(
        "transports",
        "OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: <sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID:  transports.kijh4akdnaqjkwendsasfdj
Accept: application/sdp
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee
l: 0

",
        |message| {
            let transports = message
                .list(Name::Via)
                .filter_map(|value| Via::parse(value).ok())
                .map(|via| via.transport());
            transports.eq(["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"])
        },
    ),
    Case::accepted("mpart01", "", is_multipart),
    Case::accepted(
        "unreason",
        "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Call-ID: unreason.1234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 154
Content-Type: application/sdp
Contact: <sip:user@host198.example.com>

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.198
s=-
c=IN IP4 192.0.2.198
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
",
        |message| {
            message.status() == Some(Status::OK)
                && message.reason_phrase()
                    == "= 2**3 * 5**2 но сто девяносто девять - простое".as_bytes()
        },
    ),
    Case::accepted(
        "noreason",
        "SIP/2.0 100 \nVia: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: noreason.asndj203insdf99223ndf
CSeq: 35 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>

",
        |message| message.status() == Some(Status::TRYING) && message.reason_phrase().is_empty(),
    ),
];

/// §3.1.1.7: values far longer than a lazy buffer.
pub(crate) fn long_request() -> Vec<u8> {
    let padding = "verylong".repeat(8);
    let via = |hop| format!("Via: SIP/2.0/TCP sip{hop}.example.com;branch=z9hG4bK{hop}{padding}");
    let vias: Vec<String> = (1..34).rev().map(via).collect();
    let vias = vias.join("\n");
    let text = format!(
        "INVITE sip:user@example.com SIP/2.0
To: \"I have a user name of {} proportion\"<sip:user@example.com:6000;unknownparam1={};longparam{}=shortvalue;verylong{}ParameterNameWithNoValue>
F: sip:amazinglylongcallername{}@example.net;tag=12982{}424;unknownheaderparamname{}=unknowheaderparamvalue{};unknownValueless{}paramname
Call-ID: longreq.one{}longcallid
CSeq: 3882340 INVITE
Unknown-{}-Name: unknown-{}-value; unknown-{}-parameter-name = unknown-{}-parameter-value
{vias}
Max-Forwards: 70
Contact: <sip:amazinglylongcallername{}@host5.example.net>
Content-Type: application/sdp
l: 150

{}",
        "extremely ".repeat(10),
        "very".repeat(20),
        "name".repeat(25),
        "long".repeat(20),
        "name".repeat(5),
        "982".repeat(50),
        "long".repeat(15),
        "long".repeat(15),
        "long".repeat(10),
        "really".repeat(20),
        "long".repeat(20),
        "long".repeat(20),
        "long".repeat(20),
        "long".repeat(20),
        "name".repeat(5),
        sdp!("192.0.2.1", "192.0.2.1"),
    );
    super::crlf(&text)
}

fn is_long_request(message: &Message) -> bool {
    message.list(Name::Via).count() > 30
        && message
            .from_tag()
            .is_some_and(|tag| tag.len() > 150 && tag.starts_with("12982") && tag.ends_with("424"))
        && message.to().parameters().iter().count() == 0
        && message.body().len() == 150
}

/// §3.1.1.11: a multipart body whose second part is binary.
pub(crate) fn multipart() -> Vec<u8> {
    let mut bytes = super::crlf(
        "MESSAGE sip:kumiko@example.org SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport
Max-Forwards: 70
Route: <sip:127.0.0.1:5080>
Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=
Contact: <sip:fluffy@127.0.0.1:5070>
To: <sip:kumiko@example.org>
From: <sip:fluffy@example.com>;tag=2fb0dcc9
Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..
CSeq: 1 MESSAGE
Content-Transfer-Encoding: binary
Content-Type: multipart/mixed;boundary=7a9cbec02ceef655
Date: Sat, 15 Oct 2005 04:44:56 GMT
User-Agent: SIPimp.org/0.2.5 (curses)

--7a9cbec02ceef655
Content-Type: text/plain
Content-Transfer-Encoding: binary

Hello
--7a9cbec02ceef655
Content-Type: application/octet-stream
Content-Transfer-Encoding: binary

",
    );
    bytes.extend(0..=u8::MAX);
    bytes.extend_from_slice(b"\r\n--7a9cbec02ceef655--");
    bytes
}

fn is_multipart(message: &Message) -> bool {
    let boundary = message
        .content_type()
        .and_then(Result::ok)
        .filter(|kind| kind.is("multipart", "mixed"))
        .and_then(|kind| kind.parameters().text("boundary"));
    boundary == Some("7a9cbec02ceef655")
        && message
            .body()
            .windows(20)
            .any(|window| window == b"--7a9cbec02ceef655--")
}
