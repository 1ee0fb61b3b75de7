//! Whose a call is: by source, by certificate, by account, or nobody's.

use sip::auth::{Challenge, Claim, PasswordHashes};
use sip::{Account, ConnectionId, Event, Flow, Identity, Transport, TrunkConfig, TrunkId};

use crate::carrier::Carrier;
use crate::handmade::Handmade;
use crate::network::{OFFER, address, code};

fn by_source(id: u128, network: &str, prefix: u8) -> TrunkConfig {
    TrunkConfig {
        id: TrunkId(id),
        sources: vec![sip::TrustedSource {
            address: network.parse().unwrap(),
            prefix,
        }],
        ..TrunkConfig::default()
    }
}

fn invite() -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    Handmade::new("INVITE", address(50)).body("application/sdp", &offer)
}

fn identity(carrier: &mut Carrier) -> Option<Identity> {
    match carrier.events.pop()? {
        Event::Incoming { incoming, .. } => Some(incoming.identity),
        _ => None,
    }
}

#[test]
fn the_longest_prefix_that_holds_the_source_wins_whatever_the_order() {
    let wide = by_source(1, "192.0.0.0", 8);
    let narrow = by_source(2, "192.0.2.0", 24);
    let exact = by_source(3, "192.0.2.51", 32);
    let orders = [
        vec![wide.clone(), narrow.clone(), exact.clone()],
        vec![exact, narrow, wide],
    ];
    for trunks in orders {
        for (source, expected) in [
            (address(50), 2),
            (address(51), 3),
            ("192.9.9.9:5060".parse().unwrap(), 1),
        ] {
            let mut carrier = Carrier::with(trunks.clone());
            carrier.hear_from(source, &invite().text());
            let trunk = Identity::Trunk(TrunkId(expected));
            assert_eq!(identity(&mut carrier), Some(trunk), "{source}");
        }
    }
}

#[test]
fn the_name_of_a_certificate_tells_the_trunk_where_no_source_does() {
    let trunk = TrunkConfig {
        id: TrunkId(5),
        tls_names: vec!["sbc.Carrier.example".to_owned()],
        ..TrunkConfig::default()
    };
    for (name, expected) in [
        ("SBC.carrier.example", Some(Identity::Trunk(TrunkId(5)))),
        ("other.example", None),
    ] {
        let mut carrier = Carrier::new(trunk.clone());
        let flow = Flow {
            transport: Transport::Tls,
            local: address(1),
            remote: "203.0.113.80:44000".parse().unwrap(),
            connection: Some(ConnectionId((1 << 63) | 1)),
        };
        carrier.act(|it, now| it.handle_connected(now, flow, &[name.to_owned()]));
        let request = invite().with("Via", "SIP/2.0/TLS 203.0.113.80;branch=z9hG4bKt;rport");
        carrier.hear(flow, &request.text());
        assert_eq!(identity(&mut carrier), expected);
    }
}

fn with_account() -> TrunkConfig {
    let hashes = PasswordHashes::new("carrier", "trunkline", "secret");
    TrunkConfig {
        id: TrunkId(6),
        account: Some(Account {
            user: "carrier".to_owned(),
            ha1_md5: hashes.md5,
            ha1_sha256: hashes.sha256,
        }),
        ..TrunkConfig::default()
    }
}

fn signed(carrier: &mut Carrier, request: &Handmade, method: &str, uri: &str) -> Handmade {
    let stranger = "203.0.113.9:5060".parse().unwrap();
    carrier.hear_from(stranger, &request.text());
    let challenge = carrier.next();
    assert_eq!(code(&challenge.message), Some(401));
    let value = challenge.message.headers_named("WWW-Authenticate").next();
    let hashes = PasswordHashes::new("carrier", "trunkline", "secret");
    let answer = Challenge::parse(value.unwrap()).unwrap().answer(&Claim {
        user: "carrier",
        hashes: &hashes,
        method,
        uri,
        client_nonce: "c0ffee",
        count: 1,
    });
    request
        .clone()
        .with("Authorization", &answer)
        .with("Via", "SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKsigned;rport")
}

#[test]
fn an_account_tells_the_trunk_from_any_address() {
    let mut carrier = Carrier::new(with_account());
    let request = signed(
        &mut carrier,
        &invite(),
        "INVITE",
        "sip:4008110513@trunkline",
    );
    carrier.hear_from("203.0.113.9:5060".parse().unwrap(), &request.text());
    let trunk = Identity::Trunk(TrunkId(6));
    assert_eq!(identity(&mut carrier), Some(trunk));
}

#[test]
fn the_account_of_a_trunk_registers_nothing() {
    let mut carrier = Carrier::new(with_account());
    let register = Handmade::new("REGISTER", address(9)).uri("sip:trunkline");
    let request = signed(&mut carrier, &register, "REGISTER", "sip:trunkline");
    carrier.hear_from("203.0.113.9:5060".parse().unwrap(), &request.text());
    assert_eq!(code(&carrier.next().message), Some(403));
    assert!(carrier.events.is_empty());
}

#[test]
fn a_caller_of_no_trunk_is_asked_for_credentials_and_listed_so_that_somebody_can_see_why() {
    let mut carrier = Carrier::new(by_source(1, "192.0.2.50", 32));
    carrier.hear_from("203.0.113.9:5060".parse().unwrap(), &invite().text());
    assert_eq!(code(&carrier.next().message), Some(401));
    assert!(carrier.events.is_empty());
    let strangers = carrier.endpoint.strangers();
    assert_eq!(strangers.len(), 1);
    assert_eq!(strangers[0].source.to_string(), "203.0.113.9");
    assert_eq!(strangers[0].dialled, "4008110513");
    assert_eq!(strangers[0].last_at, carrier.now);

    carrier.hear_from(address(50), &invite().text());
    assert_eq!(carrier.endpoint.strangers().len(), 1, "a trunk is none");
}

#[test]
fn a_trunk_that_is_taken_away_lets_its_callers_in_no_more() {
    let mut carrier = Carrier::new(by_source(1, "192.0.2.50", 32));
    carrier.configure(Vec::new());
    carrier.hear_from(address(50), &invite().text());
    assert_eq!(code(&carrier.next().message), Some(401));
}

#[test]
fn saved_states_that_cannot_be_read_are_an_error() {
    let mut carrier = Carrier::new(by_source(1, "192.0.2.50", 32));
    let form = carrier.endpoint.save_trunks();
    let torn = carrier.act(|it, now| it.restore_trunks(now, &form[..form.len() / 2]));
    assert!(matches!(torn, Err(sip::Error::UnreadableState(_))));
    let other = carrier.act(|it, now| it.restore_trunks(now, &[99, 0]));
    assert!(matches!(other, Err(sip::Error::UnreadableState(_))));
}
