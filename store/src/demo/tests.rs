//! The demo enterprise is what the interface says, and only ever fills an empty database.

use super::*;
use crate::{directory, on_both_engines};

on_both_engines! {
    async fn the_demo_enterprise_is_what_the_interface_says(db: &Db) {
        assert_eq!(fill(db, &demo()).await.unwrap(), Filled::Created);

        let directory = directory::load(db, &crate::Vault::new(&[7; 32]), Timestamp::default()).await.unwrap();

        assert_eq!(directory.enterprises[0].name, "demo");
        assert_eq!(numbers(&directory), [
            "4008110510 flow demo",
            "4008110511 queue sales",
            "4008110512 flow echo-digits",
            "4008110513 flow ten-seconds",
            "4008110514 flow voicemail",
            "4008110515 flow ten-seconds recorded",
            "4008110516 flow outside",
            "4008110517 flow outside-recorded recorded",
        ]);
        assert_eq!(staff(&directory), ["sales: 1001 1002", "support: 1003"]);
        let mut trunks: Vec<_> = directory.trunks.iter()
            .map(|trunk| {
                let mut gateways = trunk.outbound.iter().flat_map(|outbound| &outbound.gateways);
                let peer = gateways.find_map(TrunkGateway::address);
                (trunk.name.as_str(), trunk.inbound.sources.len(), peer)
            })
            .collect();
        trunks.sort();
        assert_eq!(trunks, [("local", 2, None), ("local-out", 0, Some(demo().outbound_peer))]);
    }

    async fn everybody_signs_in_with_the_one_password(db: &Db) {
        fill(db, &demo()).await.unwrap();

        for (name, role, _) in PEOPLE {
            let email = format!("{name}@demo.example");
            let found = users::by_email(db, &email).await.unwrap().unwrap();
            assert!(password::verify("one for all", Some(&found.password_hash)));
            assert_eq!(found.user.role, role);
            assert_eq!(found.user.extension.as_deref(), (role != Role::Admin).then_some(name));
        }
    }

    async fn phones_register_with_the_one_password(db: &Db) {
        fill(db, &demo()).await.unwrap();

        for entry in directory::load(db, &crate::Vault::new(&[7; 32]), Timestamp::default()).await.unwrap().agents {
            let extension = entry.agent.extension.as_str();
            let expected = SipAccount::with_password(entry.agent.id, extension, "one for all");
            assert_eq!(entry.account, Some(expected));
        }
    }

    async fn a_database_that_holds_something_is_left_alone(db: &Db) {
        fill(db, &demo()).await.unwrap();
        let before = directory::load(db, &crate::Vault::new(&[7; 32]), Timestamp::default()).await.unwrap();

        let again = fill(db, &Demo { password: "other", ..demo() }).await.unwrap();

        assert_eq!(again, Filled::AlreadyThere);
        assert_eq!(directory::load(db, &crate::Vault::new(&[7; 32]), Timestamp::default()).await.unwrap(), before);
    }

    async fn what_the_console_lists_is_what_the_engine_loads(db: &Db) {
        fill(db, &demo()).await.unwrap();
        let directory = directory::load(db, &crate::Vault::new(&[7; 32]), Timestamp::default()).await.unwrap();
        let enterprise = directory.enterprises[0].id;

        let agents: Vec<_> = directory.agents.iter().map(|entry| entry.agent.clone()).collect();
        let mut listed = agents::list(db, enterprise).await.unwrap();
        listed.sort_by_key(|agent| agent.id);
        assert_eq!(listed, agents);
        for agent in agents {
            assert_eq!(agents::show(db, enterprise, agent.id).await.unwrap(), agent);
        }
        let mut queues = queues::list(db, enterprise).await.unwrap();
        queues.sort_by_key(|queue| queue.id);
        for (queue, staffed) in queues.iter().zip(&directory.queues) {
            assert_eq!(queue, &staffed.queue);
            let members = queues::members(db, enterprise, queue.id).await.unwrap();
            assert_eq!(members, staffed.agents);
        }
        for flow in &directory.flows {
            assert_eq!(&flows::version(db, flow.id, flow.version).await.unwrap(), flow);
        }
        assert_eq!(flows::list(db, enterprise).await.unwrap().len(), directory.flows.len());
        assert_eq!(trunks::names(db, enterprise).await.unwrap().len(), 2);
        assert_eq!(trunk_numbers::list(db, enterprise).await.unwrap().len(), 8);
        assert_eq!(enterprises::all(db).await.unwrap(), directory.enterprises);
    }
}

fn demo() -> Demo<'static> {
    Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(1_700_000_000_000),
    }
}

fn numbers(directory: &directory::Directory) -> Vec<String> {
    let mut lines: Vec<String> = directory
        .trunk_numbers
        .iter()
        .map(|number| {
            let to = match number.destination {
                Destination::Flow(id) => directory
                    .flows
                    .iter()
                    .find(|flow| flow.id == id)
                    .map(|flow| format!("flow {}", flow.name)),
                Destination::Queue(id) => directory
                    .queues
                    .iter()
                    .find(|staffed| staffed.queue.id == id)
                    .map(|staffed| format!("queue {}", staffed.queue.name)),
            };
            let recorded = if number.recorded { " recorded" } else { "" };
            format!("{} {}{recorded}", number.number, to.unwrap())
        })
        .collect();
    lines.sort();
    lines
}

fn staff(directory: &directory::Directory) -> Vec<String> {
    let mut lines: Vec<String> = directory
        .queues
        .iter()
        .map(|staffed| {
            let mut extensions: Vec<&str> = directory
                .agents
                .iter()
                .filter(|entry| staffed.agents.contains(&entry.agent.id))
                .map(|entry| entry.agent.extension.as_str())
                .collect();
            extensions.sort_unstable();
            format!("{}: {}", staffed.queue.name, extensions.join(" "))
        })
        .collect();
    lines.sort();
    lines
}
