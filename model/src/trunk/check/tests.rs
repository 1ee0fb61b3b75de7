//! Everything that can be wrong with a trunk is told at once, with its field.

use crate::{
    EnterpriseId, Host, NumberRule, Secret, Trunk, TrunkCredentials, TrunkGateway, TrunkId,
    TrunkOutbound, TrunkRegistration, TrunkTransport,
};

fn trunk() -> Trunk {
    let mut trunk = Trunk::plain(
        TrunkId::from_bytes([1; 16]),
        EnterpriseId::from_bytes([2; 16]),
        "carrier",
    );
    trunk.inbound.sources = vec!["192.0.2.0/24".parse().unwrap()];
    trunk.outbound = Some(TrunkOutbound::to(TrunkGateway {
        host: Host::parse("sip.carrier.example").unwrap(),
        port: None,
        transport: TrunkTransport::Auto,
        priority: 1,
        weight: 10,
    }));
    trunk
}

fn problems(change: impl FnOnce(&mut Trunk)) -> Vec<String> {
    let mut trunk = trunk();
    change(&mut trunk);
    trunk.problems().iter().map(ToString::to_string).collect()
}

fn outbound(trunk: &mut Trunk) -> &mut TrunkOutbound {
    trunk.outbound.as_mut().unwrap()
}

#[test]
fn a_sound_trunk_has_no_problems() {
    assert_eq!(problems(|_| ()), [""; 0]);
}

#[test]
fn every_problem_is_told_at_once_with_its_field() {
    let found = problems(|trunk| {
        trunk.name = String::new();
        trunk.media.codecs.clear();
        trunk.limits.calls_per_second = Some(0);
        outbound(trunk).gateways[0].port = Some(0);
        outbound(trunk).health_seconds = Some(1);
        trunk.rules.called_in = vec![NumberRule {
            min_length: Some(9),
            max_length: Some(3),
            ..NumberRule::replacing("00 86", "")
        }];
    });

    assert_eq!(
        found,
        [
            "name: must not be empty",
            "outbound.gateways[0].port: must be 1 to 65535",
            "outbound.health_seconds: must be 5 to 3600",
            "limits.calls_per_second: must be 1 to 100000",
            "rules.called_in[0].prefix: holds the character ' '",
            "rules.called_in[0].min_length: is more than max_length",
            "media.codecs: must not be empty",
        ]
    );
}

#[test]
fn a_way_out_needs_a_gateway_and_no_gateway_twice() {
    assert_eq!(
        problems(|trunk| outbound(trunk).gateways.clear()),
        ["outbound.gateways: must not be empty"]
    );
    assert_eq!(
        problems(|trunk| {
            let again = outbound(trunk).gateways[0].clone();
            outbound(trunk).gateways.push(again);
        }),
        ["outbound.gateways[1]: is there twice"]
    );
}

#[test]
fn a_trunk_must_be_good_for_something() {
    assert_eq!(
        problems(|trunk| {
            trunk.inbound.sources.clear();
            trunk.outbound = None;
        }),
        ["inbound: neither recognises calls nor has a way out"]
    );
}

#[test]
fn no_user_name_can_end_its_header() {
    let found = problems(|trunk| {
        outbound(trunk).credentials = Some(TrunkCredentials {
            user: "a\"\r\nX: y".to_owned(),
            password: Secret::new(String::new()),
        });
        outbound(trunk).registration = Some(TrunkRegistration {
            user: "me@home".to_owned(),
            domain: Host::parse("carrier.example").unwrap(),
            expires_seconds: 30,
        });
    });

    assert_eq!(
        found,
        [
            "outbound.credentials.user: holds the character '\\r'",
            "outbound.credentials.user: holds the character '\"'",
            "outbound.credentials.password: must not be empty",
            "outbound.registration.user: holds the character '@'",
            "outbound.registration.expires_seconds: must be 60 to 86400",
        ]
    );
}

#[test]
fn dial_rules_are_made_of_what_can_be_dialled() {
    let found = problems(|trunk| {
        let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        trunk.dialing.allowed_prefixes = owned(&["+86", "", "0", "0", "1x", "8+6", "０"]);
        trunk.dialing.denied_prefixes = owned(&["*", "#31#", &"9".repeat(33)]);
        trunk.dialing.short_numbers = owned(&["110", "1100"]);
    });

    assert_eq!(
        found,
        [
            "dialing.allowed_prefixes[3]: is there twice",
            "dialing.allowed_prefixes[1]: must not be empty",
            "dialing.allowed_prefixes[4]: must be digits, * and # after at most one leading +",
            "dialing.allowed_prefixes[5]: must be digits, * and # after at most one leading +",
            "dialing.allowed_prefixes[6]: must be digits, * and # after at most one leading +",
            "dialing.denied_prefixes[2]: is longer than 32 characters",
            "dialing.short_numbers[1]: is longer than 3 characters",
        ]
    );
}

#[test]
fn a_time_out_that_breathing_would_trip_is_refused() {
    for (seconds, fine) in [
        (Some(4), false),
        (Some(5), true),
        (None, true),
        (Some(3_601), false),
    ] {
        let found = problems(|trunk| trunk.media.timeout_seconds = seconds);
        let expected: &[&str] = if fine {
            &[]
        } else {
            &["media.timeout_seconds: must be 5 to 3600"]
        };
        assert_eq!(found, expected, "{seconds:?}");
    }
}
