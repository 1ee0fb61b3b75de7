//! Two tables that shake hands with each other.

use super::*;

const LEG: LegId = LegId(20_000);

struct Pair {
    client: Table,
    server: Table,
    now: Instant,
}

/// What each side was told: the client's events, then the server's.
type Told = (Vec<Event>, Vec<Event>);

impl Pair {
    /// `shown` is the certificate of which the client was told.
    fn new(shown: Option<[u8; 32]>) -> Self {
        let (one, other) = (Identity::make().unwrap(), Identity::make().unwrap());
        let now = Instant::now();
        let mut pair = Self {
            client: Table::new(&one).unwrap(),
            server: Table::new(&other).unwrap(),
            now,
        };
        let expected = |role, fingerprint| Work::Expect(LEG, Handshake { role, fingerprint });
        let mut none = Vec::new();
        let server = shown.unwrap_or(other.fingerprint());
        pair.client
            .handle(now, expected(Role::Client, server), &mut none);
        pair.server
            .handle(now, expected(Role::Server, one.fingerprint()), &mut none);
        assert!(none.is_empty());
        pair
    }

    /// Carries datagrams to and fro; the `lost`th is lost.
    fn run(&mut self, lost: Option<usize>) -> Told {
        let (mut client, mut server) = (Vec::new(), Vec::new());
        let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
        let now = self.now;
        self.client
            .handle(now, Work::Reachable(LEG), &mut to_server);
        let mut carried = 0;
        for _ in 0..200 {
            let mut carry = |from: &mut Vec<Event>, told: &mut Vec<Event>, to: &mut Table| {
                let mut answers = Vec::new();
                for event in from.drain(..) {
                    for datagram in datagrams(&event) {
                        carried += 1;
                        if Some(carried) != lost {
                            to.handle(self.now, Work::Datagram(LEG, datagram), &mut answers);
                        }
                    }
                    told.push(event);
                }
                answers
            };
            to_client.extend(carry(&mut to_server, &mut client, &mut self.server));
            to_server.extend(carry(&mut to_client, &mut server, &mut self.client));
            self.now += Duration::from_millis(100);
            self.client.handle_timeout(self.now, &mut to_server);
            self.server.handle_timeout(self.now, &mut to_client);
        }
        (client, server)
    }
}

fn datagrams(event: &Event) -> Vec<Bytes> {
    if let Event::HandshakeAnswer { datagram, .. } = event {
        vec![datagram.clone()]
    } else if let Event::Secured { flight, .. } = event {
        flight.clone()
    } else {
        Vec::new()
    }
}

fn keys_of(told: &[Event]) -> Option<Keys> {
    told.iter().find_map(|event| {
        if let Event::Secured { keys, .. } = event {
            Some(*keys)
        } else {
            None
        }
    })
}

fn failed(told: &[Event]) -> bool {
    told.contains(&Event::Unsecured { leg: LEG })
}

#[test]
fn both_sides_come_to_the_same_keys() {
    let (client, server) = Pair::new(None).run(None);
    let (client, server) = (keys_of(&client).unwrap(), keys_of(&server).unwrap());
    assert_eq!(client.suite, server.suite);
    assert_eq!((client.ours, client.theirs), (server.theirs, server.ours));
}

#[test]
fn any_datagram_may_be_lost() {
    for lost in 1..=8 {
        let (client, server) = Pair::new(None).run(Some(lost));
        let both = (keys_of(&client).is_some(), keys_of(&server).is_some());
        assert_eq!(both, (true, true), "without datagram {lost}");
    }
}

#[test]
fn a_certificate_that_was_not_announced_ends_it() {
    let (client, _) = Pair::new(Some([9; 32])).run(None);
    assert!(failed(&client) && keys_of(&client).is_none());
}

#[test]
fn a_peer_that_never_comes_is_given_up() {
    let mut pair = Pair::new(None);
    let (mut told, mut now) = (Vec::new(), pair.now);
    for _ in 0..300 {
        now += Duration::from_millis(100);
        pair.server.handle_timeout(now, &mut told);
    }
    assert!(failed(&told));
    assert!(pair.server.conversations.is_empty());
}

#[test]
fn garbage_ends_one_handshake_at_most() {
    let mut pair = Pair::new(None);
    let mut told = Vec::new();
    for length in 0..200_u8 {
        let garbage = vec![length ^ 0x16; usize::from(length)];
        let work = Work::Datagram(LEG, garbage.into());
        pair.server.handle(pair.now, work, &mut told);
    }
    assert!(
        told.iter()
            .filter(|event| matches!(event, Event::Unsecured { .. }))
            .count()
            <= 1
    );
    assert!(keys_of(&told).is_none());
}
