//! The registrar on a virtual clock.

use super::*;
use crate::transport::Transport;

const MINUTE: Duration = Duration::from_mins(1);

fn flow(port: u16) -> Flow {
    Flow {
        transport: Transport::Udp,
        local: SocketAddr::from(([192, 0, 2, 1], 5060)),
        remote: SocketAddr::from(([198, 51, 100, 7], port)),
        connection: None,
    }
}

fn update(call_id: &str, cseq: u32, port: u16, wishes: &[(&str, u64)]) -> Registration {
    Registration {
        user: "8001".to_owned(),
        call_id: call_id.to_owned(),
        cseq,
        change: Change::Update(
            wishes
                .iter()
                .map(|(uri, seconds)| Wish {
                    uri: (*uri).to_owned(),
                    lifetime: Some(Duration::from_secs(*seconds)),
                    preference: 1000,
                    device: None,
                })
                .collect(),
        ),
        flow: flow(port),
        user_agent: None,
        path: Vec::new(),
        temporary: None,
    }
}

fn uris(registrar: &Registrar, now: Duration) -> Vec<String> {
    registrar
        .contacts(now, "8001")
        .iter()
        .map(|contact| contact.uri.clone())
        .collect()
}

#[test]
fn a_binding_lives_until_it_lapses() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    let changed = registrar.register(MINUTE, &update("a", 1, 5060, &[("sip:1@x", 60)]));
    assert_eq!(changed, Ok(Some(("8001".to_owned(), 1))));
    assert!(registrar.knows_source(flow(5060).remote));

    assert_eq!(registrar.poll_timeout(), Some(MINUTE * 2));
    let lapsed = registrar.handle_timeout(MINUTE * 2);

    assert_eq!(lapsed, [("8001".to_owned(), 0)]);
    assert!(uris(&registrar, MINUTE * 2).is_empty());
    assert!(!registrar.knows_source(flow(5060).remote));
    assert_eq!(registrar.poll_timeout(), None);
    assert_eq!(registrar.len(), 0);
}

#[test]
fn one_bad_contact_leaves_all_bindings_as_they_were() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    registrar
        .register(MINUTE, &update("a", 1, 5060, &[("sip:1@x", 60)]))
        .unwrap();

    let rejected = registrar.register(
        MINUTE,
        &update("a", 2, 5060, &[("sip:1@x", 0), ("sip:2@x", 5)]),
    );

    assert_eq!(rejected, Err(Rejection::TooBrief));
    assert_eq!(uris(&registrar, MINUTE), ["sip:1@x"]);
}

#[test]
fn an_older_request_of_the_same_call_id_changes_nothing() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    registrar
        .register(MINUTE, &update("a", 5, 5060, &[("sip:1@x", 60)]))
        .unwrap();

    let late = registrar.register(MINUTE, &update("a", 4, 5060, &[("sip:1@x", 0)]));
    let restarted = registrar.register(MINUTE, &update("b", 1, 5060, &[("sip:1@x", 90)]));

    assert_eq!(late, Err(Rejection::OutOfOrder));
    assert_eq!(restarted, Ok(None), "the same contact over the same path");
}

#[test]
fn a_user_has_five_contacts_and_a_sixth_pushes_out_the_oldest() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    for (second, port) in (0u32..6).zip(5060u16..) {
        let uri = format!("sip:{second}@x");
        let at = MINUTE + Duration::from_secs(u64::from(second));
        registrar
            .register(at, &update(&uri, 1, port, &[(&uri, 600)]))
            .unwrap();
    }

    assert_eq!(
        uris(&registrar, MINUTE * 2),
        ["sip:5@x", "sip:4@x", "sip:3@x", "sip:2@x", "sip:1@x"]
    );
    let many: Vec<_> = [
        "sip:a@x", "sip:b@x", "sip:c@x", "sip:d@x", "sip:e@x", "sip:f@x",
    ]
    .map(|uri| (uri, 600))
    .to_vec();
    assert_eq!(
        registrar.register(MINUTE, &update("z", 1, 5060, &many)),
        Err(Rejection::TooMany)
    );
}

#[test]
fn a_phone_that_starts_anew_over_the_same_path_replaces_its_contact() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    registrar
        .register(MINUTE, &update("a", 1, 5060, &[("sip:1@x", 600)]))
        .unwrap();

    registrar
        .register(MINUTE, &update("b", 1, 5060, &[("sip:2@x", 600)]))
        .unwrap();

    assert_eq!(uris(&registrar, MINUTE), ["sip:2@x"]);
}

#[test]
fn a_star_removes_everything() {
    let mut registrar = Registrar::new(&Limits::default(), &Registrations::default());
    registrar
        .register(MINUTE, &update("a", 1, 5060, &[("sip:1@x", 600)]))
        .unwrap();

    let mut all = update("a", 2, 5060, &[]);
    all.change = Change::RemoveAll;

    assert_eq!(
        registrar.register(MINUTE, &all),
        Ok(Some(("8001".to_owned(), 0)))
    );
    assert_eq!(registrar.take_touched(), ["8001"]);
}
