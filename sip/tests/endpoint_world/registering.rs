//! Registrations of ours at carriers, with a registrar that follows a script.

use std::time::Duration;

use sip::auth::{Authenticator, Freshness};
use sip::message::{Method, Name};
use sip::{
    Event, Identity, RegistrationConfig, RegistrationState, Standing, Transport, TrunkConfig,
};

use crate::carrier::{Carrier, Sent, TRUNK, trunk};
use crate::handmade::Handmade;
use crate::network::{OFFER, START, address, gateway_at};

fn registered_trunk(gateways: &[u8]) -> TrunkConfig {
    TrunkConfig {
        credentials: Some(sip::Credentials {
            user: "4008110513".to_owned(),
            password: "secret".to_owned(),
        }),
        registration: Some(RegistrationConfig {
            user: "4008110513".to_owned(),
            domain: "carrier.example".to_owned(),
            expires: Duration::from_mins(5),
        }),
        ..trunk(gateways)
    }
}

fn begun(gateways: &[u8]) -> (Carrier, Sent) {
    let mut carrier = Carrier::new(registered_trunk(gateways));
    let sent = carrier.due(Method::Register);
    assert!(carrier.now < START + Duration::from_secs(2));
    (carrier, sent)
}

fn state(carrier: &Carrier) -> RegistrationState {
    let status = carrier.endpoint.trunk_status(carrier.now, TRUNK).unwrap();
    status.registration
}

fn is_registered(carrier: &Carrier) -> bool {
    matches!(state(carrier), RegistrationState::Registered { .. })
}

fn grant(carrier: &mut Carrier, to: &Sent) {
    let contact = to.header("Contact");
    carrier.reply(to, "200 OK", &[("Contact", &contact)]);
}

fn challenge() -> String {
    let mut authenticator = Authenticator::new("carrier.example".to_owned(), [5; 32]);
    let [sha256, _] = authenticator.challenges(START, Freshness::Unproved);
    sha256
}

#[test]
fn a_trunk_registers_with_its_credentials_and_refreshes_before_the_grant_lapses() {
    let (mut carrier, first) = begun(&[11]);
    assert_eq!(first.uri(), "sip:carrier.example");
    assert_eq!(first.header("To"), "<sip:4008110513@carrier.example>");
    assert_eq!(
        first.header("Contact"),
        "<sip:4008110513@192.0.2.1:5060>;expires=300"
    );
    assert_eq!(state(&carrier), RegistrationState::Registering);

    carrier.reply(&first, "401 No", &[("WWW-Authenticate", &challenge())]);
    let second = carrier.next();
    assert!(second.message.header(Name::Authorization).is_some());
    assert_eq!(second.cseq(), first.cseq() + 1);
    assert_ne!(second.branch(), first.branch());
    grant(&mut carrier, &second);
    assert!(is_registered(&carrier));
    assert_eq!(carrier.events, [Event::TrunkChanged { trunk: TRUNK }]);

    let granted_at = carrier.now;
    let refresh = carrier.due(Method::Register);
    let waited = carrier.now.saturating_sub(granted_at).as_secs();
    assert!((210..256).contains(&waited), "{waited}");
    assert_eq!(refresh.header("Call-ID"), first.header("Call-ID"));
    assert!(refresh.cseq() > second.cseq());
    assert!(
        refresh.header("Authorization").contains("nc=00000002"),
        "without being asked again"
    );
    grant(&mut carrier, &refresh);
    assert_eq!(carrier.events.len(), 1, "a refresh is no news");
}

#[test]
fn a_lifetime_that_is_too_brief_is_asked_for_longer_at_once() {
    let (mut carrier, first) = begun(&[11]);
    carrier.reply(&first, "423 Too Brief", &[("Min-Expires", "900")]);
    let second = carrier.next();
    assert_eq!(second.header("Expires"), "900");
    grant(&mut carrier, &second);
    assert!(is_registered(&carrier));
}

#[test]
fn the_next_proxy_is_asked_when_one_fails_and_stays_the_one_that_is_asked() {
    let (mut carrier, first) = begun(&[11, 12]);
    carrier.reply(&first, "503 No", &[]);
    let second = carrier.next();
    assert_eq!(second.flow.remote, address(12));
    grant(&mut carrier, &second);
    assert_eq!(carrier.due(Method::Register).flow.remote, address(12));
}

#[test]
fn a_registrar_that_says_nothing_is_left_for_the_next_one() {
    let (mut carrier, first) = begun(&[11, 12]);
    assert_eq!(first.flow.remote, address(11));
    carrier.wait(32_000);
    let other = loop {
        let sent = carrier.next();
        if sent.flow.remote != address(11) {
            break sent;
        }
    };
    grant(&mut carrier, &other);
    assert!(is_registered(&carrier));
}

#[test]
fn all_proxies_failing_are_asked_again_later_and_later() {
    let (mut carrier, first) = begun(&[11]);
    carrier.reply(&first, "500 No", &[]);
    assert!(matches!(
        state(&carrier),
        RegistrationState::Failed { status: 500, .. }
    ));
    let mut waits = Vec::new();
    for _ in 0..5 {
        let RegistrationState::Failed { retry_at, .. } = state(&carrier) else {
            panic!("not failed");
        };
        let wait = retry_at.saturating_sub(carrier.now);
        waits.push(wait.as_secs());
        let sent = carrier.due(Method::Register);
        carrier.reply(&sent, "500 No", &[]);
    }
    let longest = [30, 60, 120, 240, 480];
    for (wait, longest) in waits.iter().zip(longest) {
        assert!(*wait >= longest / 2 - 1 && *wait <= longest, "{waits:?}");
    }
}

#[test]
fn a_registrar_that_names_a_time_is_asked_then() {
    let (mut carrier, first) = begun(&[11]);
    carrier.reply(&first, "503 Busy", &[("Retry-After", "120")]);
    let refused_at = carrier.now;
    carrier.due(Method::Register);
    let waited = carrier.now.saturating_sub(refused_at).as_secs();
    assert!((120..126).contains(&waited), "{waited}");
}

#[test]
fn a_wrong_password_is_tried_twice_and_then_not_for_a_long_while() {
    let (mut carrier, mut sent) = begun(&[11]);
    for tag in 0..3 {
        let challenge = format!("Digest realm=\"carrier.example\", nonce=\"{tag}\", qop=\"auth\"");
        carrier.reply(&sent, "401 No", &[("WWW-Authenticate", &challenge)]);
        if tag < 2 {
            sent = carrier.next();
        }
    }
    assert!(carrier.rest().is_empty());
    assert!(matches!(
        state(&carrier),
        RegistrationState::Failed { status: 401, .. }
    ));
    carrier.wait(400_000);
    assert!(carrier.rest().is_empty());
}

#[test]
fn the_contact_follows_the_address_that_the_registrar_sees() {
    let (mut carrier, first) = begun(&[11]);
    let seen = |sent: &Sent| {
        format!("{};received=203.0.113.9", sent.header("Via")).replace(";rport", ";rport=41000")
    };
    let via = seen(&first);
    let refusal = crate::carrier::response(&first, "401 No", &[("WWW-Authenticate", &challenge())])
        .replace(&first.header("Via"), &via);
    carrier.hear(first.flow, &refusal);
    let second = carrier.next();
    let moved = "<sip:4008110513@203.0.113.9:41000>;expires=300";
    assert_eq!(second.header("Contact"), moved);
    let contact = second.header("Contact");
    let answer = crate::carrier::response(&second, "200 OK", &[("Contact", &contact)])
        .replace(&second.header("Via"), &seen(&second));
    carrier.hear(second.flow, &answer);
    assert!(carrier.rest().is_empty(), "it is where it was seen");

    carrier.call();
    let invite = carrier.next();
    assert_eq!(invite.header("Contact"), "<sip:203.0.113.9:41000>");
}

#[test]
fn a_contact_that_moved_is_registered_anew_and_the_former_one_removed() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    let refresh = carrier.due(Method::Register);
    let via = format!("{};received=203.0.113.9", refresh.header("Via"));
    let contact = refresh.header("Contact");
    let answer = crate::carrier::response(&refresh, "200 OK", &[("Contact", &contact)])
        .replace(&refresh.header("Via"), &via);
    carrier.hear(refresh.flow, &answer);
    let again = carrier.next();
    let contacts: Vec<_> = again
        .message
        .headers_named("Contact")
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect();
    assert_eq!(
        contacts,
        [
            "<sip:4008110513@203.0.113.9:5060>;expires=300",
            "<sip:4008110513@192.0.2.1:5060>;expires=0",
        ]
    );
}

#[test]
fn the_lifetime_of_our_own_contact_counts_and_no_other_contact_is_taken_for_ours() {
    let (mut carrier, first) = begun(&[11]);
    let listing =
        "<sip:4008110513@10.9.9.9>;expires=9000, <sip:4008110513@192.0.2.1:5060>;expires=60";
    carrier.reply(&first, "200 OK", &[("Contact", listing)]);
    let RegistrationState::Registered { until } = state(&carrier) else {
        panic!("not registered");
    };
    assert_eq!(until, carrier.now + Duration::from_mins(1));
    let refresh = carrier.due(Method::Register);
    assert!(refresh.header("Contact").contains("192.0.2.1"));
}

#[test]
fn a_trunk_that_is_taken_away_is_unregistered_with_its_credentials() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.configure(Vec::new());
    let farewell = carrier.next();
    assert_eq!(
        farewell.header("Contact"),
        "<sip:4008110513@192.0.2.1:5060>;expires=0"
    );
    assert_eq!(farewell.header("Call-ID"), first.header("Call-ID"));
    assert!(farewell.cseq() > first.cseq());
    carrier.reply(&farewell, "401 No", &[("WWW-Authenticate", &challenge())]);
    let signed = carrier.next();
    assert!(signed.message.header(Name::Authorization).is_some());
    carrier.reply(&signed, "200 OK", &[]);
    carrier.wait(40_000);
    assert_eq!(carrier.endpoint.occupancy().transactions, 0);
    assert_eq!(carrier.endpoint.occupancy().deadlines, 0);
}

#[test]
fn an_endpoint_that_leaves_renews_nothing_until_it_serves_again() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.act(|endpoint, _| endpoint.set_standing(Standing::Leaving));
    carrier.wait(290_000);
    assert_eq!(carrier.rest(), [] as [&str; 0]);
    assert!(is_registered(&carrier), "it has not lapsed yet");

    carrier.act(|endpoint, _| endpoint.set_standing(Standing::Serving));
    let at = carrier.now;
    carrier.due(Method::Register);
    assert!(carrier.now <= at + Duration::from_secs(5));
}

#[test]
fn an_endpoint_that_stops_takes_its_registrations_back_and_registers_anew_when_it_starts() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.act(|endpoint, now| {
        endpoint.set_standing(Standing::Leaving);
        endpoint.unregister_all(now);
    });
    let farewell = carrier.next();
    assert!(farewell.header("Contact").ends_with(";expires=0"));
    assert!(farewell.cseq() > first.cseq());
    assert_eq!(carrier.endpoint.farewells(), 1);
    carrier.reply(&farewell, "401 No", &[("WWW-Authenticate", &challenge())]);
    assert_eq!(
        carrier.endpoint.farewells(),
        1,
        "it is asked with credentials"
    );
    let signed = carrier.next();
    carrier.reply(&signed, "200 OK", &[]);
    assert_eq!(carrier.endpoint.farewells(), 0);
    carrier.wait(600_000);
    assert_eq!(carrier.rest(), [] as [&str; 0]);
    assert_eq!(state(&carrier), RegistrationState::Registering);

    carrier.restart(vec![registered_trunk(&[11])], &[]);
    let again = carrier.due(Method::Register);
    assert_eq!(again.header("Expires"), "300");
    assert_ne!(again.header("Call-ID"), signed.header("Call-ID"));
}

#[test]
fn a_grant_that_comes_after_the_end_is_not_believed() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    let refresh = carrier.due(Method::Register);
    carrier.act(|endpoint, now| {
        endpoint.set_standing(Standing::Leaving);
        endpoint.unregister_all(now);
    });
    let farewell = carrier.next();
    assert!(farewell.cseq() > refresh.cseq());
    grant(&mut carrier, &refresh);
    assert_eq!(state(&carrier), RegistrationState::Registering);
}

#[test]
fn the_service_route_of_the_registrar_is_the_way_of_every_call() {
    let (mut carrier, first) = begun(&[11]);
    let contact = first.header("Contact");
    let route = "<sip:edge.carrier.example;lr>, <sip:core.carrier.example;lr>";
    carrier.reply(
        &first,
        "200 OK",
        &[("Contact", &contact), ("Service-Route", route)],
    );
    carrier.call();
    let invite = carrier.next();
    assert_eq!(invite.uri(), "sip:13800138000@carrier.example");
    let routes: Vec<_> = invite.message.headers_named("Route").collect();
    assert_eq!(
        routes,
        [
            &b"<sip:edge.carrier.example;lr>"[..],
            b"<sip:core.carrier.example;lr>"
        ]
    );
    assert!(invite.header("From").contains("@carrier.example>"));
}

#[test]
fn a_registration_goes_on_after_a_restart_as_if_nothing_had_happened() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    assert!(carrier.endpoint.take_touched_trunks());
    assert!(!carrier.endpoint.take_touched_trunks());
    let before = state(&carrier);
    carrier.restart(vec![registered_trunk(&[11])], &[]);
    assert_eq!(state(&carrier), before);
    assert!(carrier.rest().is_empty(), "nothing is asked for anew");
    let refresh = carrier.due(Method::Register);
    assert!(carrier.now > START + Duration::from_secs(200));
    assert_eq!(refresh.header("Call-ID"), first.header("Call-ID"));
    assert!(refresh.cseq() > first.cseq());
}

#[test]
fn a_restart_while_a_registrar_is_asked_asks_it_once_more() {
    let (mut carrier, first) = begun(&[11]);
    carrier.restart(vec![registered_trunk(&[11])], &[]);
    let again = carrier.due(Method::Register);
    assert_eq!(again.header("Call-ID"), first.header("Call-ID"));
    assert!(again.cseq() > first.cseq());
    grant(&mut carrier, &again);
    assert!(is_registered(&carrier));
}

#[test]
fn settings_that_stay_the_same_disturb_no_registration() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.configure(vec![registered_trunk(&[11])]);
    let mut slower = registered_trunk(&[11]);
    slower.when_unavailable = sip::WhenUnavailable::NextGateway;
    carrier.configure(vec![slower]);
    assert!(is_registered(&carrier));
    assert!(carrier.rest().is_empty());

    let mut other = registered_trunk(&[11]);
    other.registration.as_mut().unwrap().user = "4008110514".to_owned();
    carrier.configure(vec![other]);
    let farewell = carrier.next();
    carrier.reply(&farewell, "200 OK", &[]);
    let sent = String::from_utf8_lossy(farewell.message.bytes()).into_owned()
        + &String::from_utf8_lossy(carrier.due(Method::Register).message.bytes());
    assert!(sent.contains("<sip:4008110513@192.0.2.1:5060>;expires=0"));
    assert!(sent.contains("<sip:4008110514@192.0.2.1:5060>;expires=300"));
}

#[test]
fn the_registrar_calls_our_contact_and_is_known_as_the_trunk() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.events.clear();
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    let invite = Handmade::new("INVITE", address(11))
        .uri("sip:4008110513@192.0.2.1:5060")
        .with("To", "<sip:02187654321@carrier.example>")
        .body("application/sdp", &offer);
    carrier.hear_from(address(11), &invite.text());
    let Some(Event::Incoming { incoming, .. }) = carrier.events.pop() else {
        panic!("no call came in");
    };
    assert_eq!(incoming.identity, Identity::Trunk(TRUNK));
    assert_eq!(incoming.request_user, "02187654321", "the number is in To");
}

#[test]
fn a_grant_that_lapses_is_told() {
    let (mut carrier, first) = begun(&[11]);
    grant(&mut carrier, &first);
    carrier.events.clear();
    carrier.wait(301_000);
    assert!(!is_registered(&carrier));
    assert_eq!(carrier.events, [Event::TrunkChanged { trunk: TRUNK }]);
}

#[test]
fn over_tcp_the_contact_names_the_transport_and_follows_no_port_of_the_moment() {
    let mut config = registered_trunk(&[]);
    config.gateways = vec![gateway_at(address(11), Transport::Tcp)];
    let mut carrier = Carrier::new(config);
    let sent = carrier.due(Method::Register);
    let contact = "<sip:4008110513@192.0.2.1:5060;transport=tcp>;expires=300";
    assert_eq!(sent.header("Contact"), contact);
    let via = sent.header("Via").replace(";rport", ";rport=50123");
    let answer = crate::carrier::response(&sent, "200 OK", &[("Contact", contact)])
        .replace(&sent.header("Via"), &via);
    carrier.hear(sent.flow, &answer);
    assert!(is_registered(&carrier));
    assert!(carrier.rest().is_empty());
}
