//! A name server of our own on loopback.

use super::*;
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::Record as WireRecord;
use hickory_resolver::proto::rr::rdata::{A, AAAA, NAPTR, SRV};
use std::net::{Ipv4Addr, Ipv6Addr};
use tokio::net::UdpSocket;

/// Answers for `example.test`, and says nothing to anybody who asks for `silent.test`.
async fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 4_096];
        loop {
            let (length, peer) = socket.recv_from(&mut buffer).await.unwrap();
            let query = Message::from_vec(&buffer[..length]).unwrap();
            if let Some(answer) = answer(&query) {
                socket.send_to(&answer, peer).await.unwrap();
            }
        }
    });
    address
}

fn answer(query: &Message) -> Option<Vec<u8>> {
    let asked = query.queries.first()?.clone();
    let name = asked.name().to_lowercase().to_utf8();
    if name == "silent.test." {
        return None;
    }
    let host = Name::from_utf8("Gw1.Example.Test.").unwrap();
    let known = match (name.as_str(), asked.query_type()) {
        ("gw1.example.test.", RecordType::A) => vec![RData::A(A(Ipv4Addr::new(192, 0, 2, 1)))],
        ("gw1.example.test.", RecordType::AAAA) => vec![RData::AAAA(AAAA(Ipv6Addr::LOCALHOST))],
        ("_sip._udp.example.test.", RecordType::SRV) => {
            vec![RData::SRV(SRV::new(10, 60, 5_070, host))]
        }
        ("example.test.", RecordType::NAPTR) => vec![RData::NAPTR(NAPTR::new(
            50,
            20,
            (*b"s").into(),
            (*b"SIP+D2U").into(),
            [].into(),
            Name::from_utf8("_sip._udp.example.test.").unwrap(),
        ))],
        _ => Vec::new(),
    };
    let mut response = Message::response(query.id, query.op_code);
    response.add_query(asked.clone());
    if known.is_empty() {
        response.metadata.response_code = ResponseCode::NXDomain;
    }
    for data in known {
        response.add_answer(WireRecord::from_rdata(asked.name().clone(), 300, data));
    }
    response.to_vec().ok()
}

async fn ask(question: Question) -> Result<Vec<Record>, ResolveError> {
    let servers = [name_server().await];
    let reactor = net::signalling::Reactor::new(
        net::signalling::Sockets::default(),
        net::signalling::Tls::default(),
        net::signalling::Limits::default(),
        0,
    );
    let mut names = start(&servers, reactor.unwrap().waker()).unwrap();
    assert!(names.ask(QueryId(7), question));
    let (query, answer) = names.answers.recv().await.unwrap();
    assert_eq!(query, QueryId(7));
    answer
}

fn name(text: &str) -> String {
    text.to_owned()
}

#[tokio::test]
async fn a_host_has_the_addresses_of_both_families() {
    let answer = ask(Question::Addresses(name("gw1.example.test")))
        .await
        .unwrap();

    let ips: Vec<String> = answer
        .iter()
        .filter_map(|record| match record {
            Record::Address { ip, ttl } if *ttl <= Duration::from_mins(5) => Some(ip.to_string()),
            Record::Address { .. } | Record::Naptr { .. } | Record::Srv { .. } => None,
        })
        .collect();
    assert!(
        ips.contains(&name("192.0.2.1")) && ips.contains(&name("::1")),
        "{ips:?}"
    );
}

#[tokio::test]
async fn services_and_their_servers_are_found() {
    let srv = ask(Question::Srv(name("_sip._udp.example.test")))
        .await
        .unwrap();
    let ttl = Duration::from_mins(5);
    assert_eq!(
        srv,
        [Record::Srv {
            priority: 10,
            weight: 60,
            port: 5_070,
            target: name("gw1.example.test"),
            ttl,
        }]
    );
    let naptr = ask(Question::Naptr(name("example.test"))).await.unwrap();
    assert_eq!(
        naptr,
        [Record::Naptr {
            order: 50,
            preference: 20,
            flags: name("s"),
            service: name("SIP+D2U"),
            replacement: name("_sip._udp.example.test"),
            ttl,
        }]
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_from_a_server_that_is_silent() {
    let missing = ask(Question::Srv(name("_sip._tls.example.test"))).await;
    assert_eq!(missing, Err(ResolveError::NotFound));
    let silent = ask(Question::Naptr(name("silent.test"))).await;
    assert_eq!(silent, Err(ResolveError::Unanswered));
}
