//! Finding servers, question by question.

use rand_chacha::rand_core::SeedableRng;

use super::*;
use std::collections::BTreeMap;

const NOW: Duration = Duration::from_hours(1000);
const TTL: Duration = Duration::from_mins(5);

/// A resolver with name servers that know a zone.
struct World {
    resolver: Resolver,
    random: ChaCha12Rng,
    now: Duration,
    zone: BTreeMap<Question, Result<Vec<Record>, ResolveError>>,
    asked: Vec<Question>,
}

impl World {
    fn new(zone: Vec<(Question, Vec<Record>)>) -> Self {
        Self {
            resolver: Resolver::new(1),
            random: ChaCha12Rng::seed_from_u64(1),
            now: NOW,
            zone: zone.into_iter().map(|(it, know)| (it, Ok(know))).collect(),
            asked: Vec::new(),
        }
    }

    fn look(&mut self, host: &str, port: Option<u16>, transport: Option<Transport>) -> Located {
        let destination = Destination {
            host,
            port,
            transport,
        };
        self.resolver
            .locate(self.now, &mut self.random, destination)
    }

    /// Looks until no question is open.
    fn locate(
        &mut self,
        host: &str,
        port: Option<u16>,
        transport: Option<Transport>,
    ) -> Vec<String> {
        for _ in 0..10 {
            match self.look(host, port, transport) {
                Located::Asked => self.answer_all(),
                Located::Nowhere => return Vec::new(),
                Located::Found(spots) => {
                    let shown = |spot: &Spot| format!("{:?} {}", spot.transport, spot.address);
                    return spots.iter().map(shown).collect();
                }
            }
        }
        panic!("the questions have no end");
    }

    fn answer_all(&mut self) {
        while let Some((query, question)) = self.resolver.poll_question() {
            let known = self.zone.get(&question).cloned();
            let answer = known.unwrap_or(Err(ResolveError::NotFound));
            self.asked.push(question);
            assert!(self.resolver.answer(self.now, query, answer));
        }
    }
}

fn host(name: &str, addresses: &[&str]) -> (Question, Vec<Record>) {
    let record = |text: &&str| Record::Address {
        ip: text.parse().unwrap(),
        ttl: TTL,
    };
    let records = addresses.iter().map(record).collect();
    (Question::Addresses(name.to_owned()), records)
}

fn srv(name: &str, servers: &[(u16, u16, u16, &str)]) -> (Question, Vec<Record>) {
    let record = |(priority, weight, port, target): &(u16, u16, u16, &str)| Record::Srv {
        priority: *priority,
        weight: *weight,
        port: *port,
        target: (*target).to_owned(),
        ttl: TTL,
    };
    let records = servers.iter().map(record).collect();
    (Question::Srv(name.to_owned()), records)
}

fn naptr(name: &str, services: &[(u16, u16, &str, &str)]) -> (Question, Vec<Record>) {
    let record =
        |(order, preference, service, replacement): &(u16, u16, &str, &str)| Record::Naptr {
            order: *order,
            preference: *preference,
            flags: "s".to_owned(),
            service: (*service).to_owned(),
            replacement: (*replacement).to_owned(),
            ttl: TTL,
        };
    let records = services.iter().map(record).collect();
    (Question::Naptr(name.to_owned()), records)
}

#[test]
fn an_address_is_asked_of_nobody() {
    let mut world = World::new(Vec::new());
    assert_eq!(
        world.locate("192.0.2.7", None, None),
        ["Udp 192.0.2.7:5060"]
    );
    assert_eq!(
        world.locate("[2001:db8::7]", Some(5080), Some(Transport::Tcp)),
        ["Tcp [2001:db8::7]:5080"]
    );
    assert_eq!(
        world.locate("192.0.2.7", None, Some(Transport::Tls)),
        ["Tls 192.0.2.7:5061"]
    );
    assert!(world.asked.is_empty());
}

#[test]
fn naptr_chooses_the_service_srv_the_servers_and_addresses_come_last() {
    let mut world = World::new(vec![
        naptr(
            "carrier.example",
            &[
                (50, 50, "SIPS+D2T", "_sips._tcp.carrier.example."),
                (10, 20, "SIP+D2T", "_sip._tcp.carrier.example."),
                (10, 10, "SIP+D2X", "_sip._x.carrier.example."),
            ],
        ),
        srv(
            "_sip._tcp.carrier.example",
            &[
                (20, 0, 5062, "b.carrier.example."),
                (10, 0, 5061, "a.carrier.example."),
            ],
        ),
        host("a.carrier.example", &["192.0.2.1"]),
        host("b.carrier.example", &["192.0.2.2"]),
    ]);

    let found = world.locate("Carrier.Example.", None, None);

    assert_eq!(found, ["Tcp 192.0.2.1:5061", "Tcp 192.0.2.2:5062"]);
    assert_eq!(world.asked.len(), 4);
}

#[test]
fn without_naptr_the_service_that_has_servers_is_taken_and_without_any_the_host_itself() {
    let mut world = World::new(vec![
        srv("_sip._tcp.tcp.example", &[(1, 1, 5070, "a.example")]),
        host("a.example", &["192.0.2.1"]),
        host("plain.example", &["192.0.2.9"]),
    ]);
    assert_eq!(
        world.locate("tcp.example", None, None),
        ["Tcp 192.0.2.1:5070"]
    );
    assert_eq!(
        world.locate("plain.example", None, None),
        ["Udp 192.0.2.9:5060"]
    );
}

#[test]
fn a_port_that_is_written_skips_services_and_a_transport_skips_naptr() {
    let mut world = World::new(vec![
        naptr("h.example", &[(1, 1, "SIP+D2U", "_sip._udp.h.example")]),
        srv("_sips._tcp.h.example", &[(1, 1, 6061, "s.example")]),
        host("h.example", &["192.0.2.9"]),
        host("s.example", &["192.0.2.8"]),
    ]);
    assert_eq!(
        world.locate("h.example", Some(5099), None),
        ["Udp 192.0.2.9:5099"]
    );
    assert_eq!(
        world.locate("h.example", None, Some(Transport::Tls)),
        ["Tls 192.0.2.8:6061"]
    );
    assert!(
        !world
            .asked
            .iter()
            .any(|it| matches!(it, Question::Naptr(_)))
    );
}

#[test]
fn both_families_are_found_the_newer_in_front() {
    let mut world = World::new(vec![host(
        "dual.example",
        &["192.0.2.1", "2001:db8::1", "192.0.2.2", "::ffff:192.0.2.3"],
    )]);
    assert_eq!(
        world.locate("dual.example", Some(5060), None),
        [
            "Udp [2001:db8::1]:5060",
            "Udp 192.0.2.1:5060",
            "Udp 192.0.2.2:5060",
            "Udp 192.0.2.3:5060"
        ]
    );
}

#[test]
fn servers_of_one_priority_lead_by_weight() {
    let mut world = World::new(vec![
        srv(
            "_sip._udp.w.example",
            &[(1, 30, 1, "a.example"), (1, 10, 2, "b.example")],
        ),
        host("a.example", &["192.0.2.1"]),
        host("b.example", &["192.0.2.2"]),
    ]);
    let udp = Some(Transport::Udp);
    let leads = (0..4000)
        .filter(|_| world.locate("w.example", None, udp)[0] == "Udp 192.0.2.1:1")
        .count();
    assert!((2850..3150).contains(&leads), "{leads} of 4000");
    assert_eq!(world.asked.len(), 3, "the rest is remembered");
}

#[test]
fn a_service_that_is_not_offered_is_nowhere() {
    let mut world = World::new(vec![srv("_sip._udp.no.example", &[(0, 0, 0, ".")])]);
    assert!(
        world
            .locate("no.example", None, Some(Transport::Udp))
            .is_empty()
    );
}

#[test]
fn a_server_without_an_address_is_left_out() {
    let mut world = World::new(vec![
        srv(
            "_sip._udp.half.example",
            &[(1, 1, 1, "gone.example"), (2, 1, 2, "there.example")],
        ),
        host("there.example", &["192.0.2.2"]),
    ]);
    assert_eq!(
        world.locate("half.example", None, Some(Transport::Udp)),
        ["Udp 192.0.2.2:2"]
    );
}

#[test]
fn answers_are_remembered_for_their_time_but_never_forever_nor_not_at_all() {
    for (ttl, remembered) in [
        (Duration::ZERO, 5),
        (Duration::from_mins(2), 120),
        (Duration::from_hours(1000), 3600),
    ] {
        let (question, _) = host("h.example", &[]);
        let records = vec![Record::Address {
            ip: "192.0.2.1".parse().unwrap(),
            ttl,
        }];
        let mut world = World::new(vec![(question, records)]);
        world.locate("h.example", Some(5060), None);
        world.now = NOW + Duration::from_secs(remembered - 1);
        world.locate("h.example", Some(5060), None);
        assert_eq!(world.asked.len(), 1);
        world.now = NOW + Duration::from_secs(remembered);
        world.locate("h.example", Some(5060), None);
        assert_eq!(world.asked.len(), 2);
    }
}

#[test]
fn that_there_is_nothing_is_remembered_for_half_a_minute() {
    let mut world = World::new(Vec::new());
    world.locate("no.example", Some(5060), None);
    world.now = NOW + Duration::from_secs(29);
    assert!(world.locate("no.example", Some(5060), None).is_empty());
    assert_eq!(world.asked.len(), 1);
    world.now = NOW + Duration::from_secs(30);
    world.locate("no.example", Some(5060), None);
    assert_eq!(world.asked.len(), 2);
}

#[test]
fn an_old_answer_does_while_name_servers_are_silent() {
    let mut world = World::new(vec![host("h.example", &["192.0.2.1"])]);
    world.locate("h.example", Some(5060), None);
    world.now = NOW + TTL;
    world.zone.insert(
        Question::Addresses("h.example".to_owned()),
        Err(ResolveError::Unanswered),
    );
    assert_eq!(
        world.locate("h.example", Some(5060), None),
        ["Udp 192.0.2.1:5060"]
    );
}

#[test]
fn a_question_is_given_up_after_five_seconds() {
    let mut world = World::new(Vec::new());
    assert_eq!(world.look("h.example", Some(5060), None), Located::Asked);
    assert_eq!(world.look("h.example", Some(5060), None), Located::Asked);
    assert!(world.resolver.poll_question().is_some());
    assert!(world.resolver.poll_question().is_none(), "asked once");
    let due = world.resolver.poll_timeout().unwrap();
    assert_eq!(due, NOW + Duration::from_secs(5));
    world.now = due;
    assert!(world.resolver.handle_timeout(due));
    assert_eq!(world.look("h.example", Some(5060), None), Located::Nowhere);
    assert_eq!(world.resolver.poll_timeout(), None);
}

#[test]
fn an_answer_that_nobody_asked_for_changes_nothing() {
    let mut world = World::new(Vec::new());
    assert_eq!(world.look("h.example", Some(5060), None), Located::Asked);
    let (_, records) = host("h.example", &["203.0.113.66"]);
    assert!(!world.resolver.answer(NOW, QueryId(999), Ok(records)));
    assert_eq!(world.look("h.example", Some(5060), None), Located::Asked);
}

#[test]
fn neither_questions_nor_answers_nor_servers_grow_beyond_their_limits() {
    let mut world = World::new(Vec::new());
    for at in 0..1000 {
        world.look(&format!("h{at}.example"), Some(5060), None);
    }
    let mut open = 0;
    while world.resolver.poll_question().is_some() {
        open += 1;
    }
    assert_eq!(open, limits::QUESTIONS);

    let many: Vec<String> = (1..=100).map(|last| format!("192.0.2.{last}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut world = World::new(vec![host("many.example", &many)]);
    let found = world.locate("many.example", Some(5060), None);
    assert_eq!(found.len(), limits::SPOTS);
    for at in 0..limits::ANSWERS + 100 {
        world.locate(&format!("h{at}.example"), Some(5060), None);
    }
    assert_eq!(world.resolver.cache.len(), limits::ANSWERS);
}
