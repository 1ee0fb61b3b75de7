//! Numbers are changed by those who own them, one writer at a time, with a line in the audit log.

use super::*;
use crate::{demo, on_both_engines, queues, trunk_numbers, users};
use model::PhoneNumber;

on_both_engines! {
    async fn a_number_is_made_changed_and_removed_with_a_line_each(db: &Db) {
        let (author, first) = demo(db).await;
        let mut number = TrunkNumber {
            id: TrunkNumberId::from_bytes([9; 16]),
            number: PhoneNumber::parse("4000000000").unwrap(),
            ..first
        };

        create(db, author, &number).await.unwrap();
        number.recorded = !number.recorded;
        let changed = update(db, author, (&number, 1)).await.unwrap();

        assert_eq!(show(db, author.enterprise, number.id).await.unwrap(), changed);
        assert!(matches!(
            update(db, author, (&number, 1)).await,
            Err(Error::Changed { .. })
        ));
        delete(db, author, (number.id, 2)).await.unwrap();
        let lines = audit_log::list(db, author.enterprise, None, 9).await.unwrap();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.entry.subject == "4000000000"));
        let changed = lines.iter().find(|it| it.entry.action == AuditAction::TrunkNumberChanged);
        assert_eq!(changed.unwrap().entry.changes[0].field, "recorded");
    }

    async fn a_line_keeps_the_names_of_its_day(db: &Db) {
        let (author, first) = demo(db).await;
        let queue = queues::list(db, author.enterprise).await.unwrap().remove(0);
        let Destination::Flow(flow) = first.destination else {
            panic!("the demo's first number leads to a flow");
        };
        let moved = TrunkNumber { destination: Destination::Queue(queue.id), ..first.clone() };
        update(db, author, (&moved, 1)).await.unwrap();
        for rename in [
            sql!("UPDATE flows SET name = 'renamed ' || id"),
            sql!("UPDATE queues SET name = 'renamed ' || id"),
        ] {
            rename.run(db).await.unwrap();
        }
        delete(db, author.later(author.at), (first.id, 2)).await.unwrap();

        let lines = audit_log::list(db, author.enterprise, None, 9).await.unwrap();
        let after_rename = format!("renamed {}", queue.id);
        let away = |id: String, name: &str| AuditChange {
            before: Some(id),
            before_name: Some(name.to_owned()),
            ..AuditChange::default()
        };
        let gone = &lines[0].entry.changes;
        let field = |name: &str| gone.iter().find(|it| it.field == name).unwrap().clone();
        let expected = AuditChange {
            field: "destination.queue".to_owned(),
            ..away(queue.id.to_string(), &after_rename)
        };
        assert_eq!(field("destination.queue"), expected);
        assert_eq!(field("trunk").before_name.as_deref(), Some("local"));
        assert_eq!(field("recorded").before_name, None);
        let expected = [
            AuditChange { field: "destination.flow".to_owned(), ..away(flow.to_string(), "demo") },
            AuditChange::said("destination.queue", queue.id).named(Some(queue.name)),
        ];
        assert_eq!(lines[1].entry.changes, expected);
    }

    async fn a_number_is_on_a_trunk_once_and_never_leads_to_strangers(db: &Db) {
        let (author, first) = demo(db).await;
        let twin = TrunkNumber { id: TrunkNumberId::from_bytes([9; 16]), ..first.clone() };
        let foreign = Author { enterprise: EnterpriseId::from_bytes([9; 16]), ..author };
        let stolen = TrunkNumber { enterprise: foreign.enterprise, ..twin.clone() };

        assert!(matches!(create(db, author, &twin).await, Err(Error::Conflict { .. })));
        assert!(matches!(create(db, foreign, &stolen).await, Err(Error::NotFound("trunk"))));
        assert!(matches!(
            delete(db, foreign, (first.id, 1)).await,
            Err(Error::NotFound(_))
        ));
    }
}

async fn demo(db: &Db) -> (Author, TrunkNumber) {
    let settings = demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    demo::fill(db, &settings).await.unwrap();
    let admin = users::by_email(db, demo::ADMIN).await.unwrap().unwrap();
    let author = Author {
        enterprise: admin.user.enterprise,
        user: admin.user.id,
        at: Timestamp::from_millis(1_700_000_000_000),
    };
    let all = trunk_numbers::list(db, author.enterprise).await.unwrap();
    (author, all[0].number.clone())
}
