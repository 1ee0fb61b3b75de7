//! Schemes are changed one writer at a time, with a line in the audit log.

use super::*;
use crate::{demo, on_both_engines, users};
use model::Holiday;

on_both_engines! {
    async fn a_scheme_is_made_changed_and_removed_with_a_line_each(db: &Db) {
        let author = author(db).await;
        let mut office = office(author.enterprise);

        create(db, author, &office).await.unwrap();
        office.scheme.holidays.push(Holiday {
            name: "元旦".to_owned(),
            from: "2027-01-01".parse().unwrap(),
            to: "2027-01-03".parse().unwrap(),
        });
        let changed = update(db, author, (&office, 1)).await.unwrap();

        assert_eq!(show(db, author.enterprise, office.id).await.unwrap(), changed);
        assert_eq!(list(db, author.enterprise).await.unwrap(), [changed]);
        assert!(matches!(update(db, author, (&office, 1)).await, Err(Error::Changed { .. })));
        assert_eq!(load(db).await.unwrap(), [office.clone()]);
        delete(db, author, (office.id, 2)).await.unwrap();
        assert_eq!(list(db, author.enterprise).await.unwrap(), []);
        let lines = audit_log::list(db, author.enterprise, None, 9).await.unwrap();
        let fields: Vec<Vec<_>> = lines
            .iter()
            .map(|line| line.entry.changes.iter().map(|it| it.field.as_str()).collect())
            .collect();
        let all = ["name", "hours", "holidays", "workdays"];
        assert_eq!(fields.len(), 3);
        assert_eq!(fields.iter().filter(|fields| **fields == all).count(), 2);
        assert!(fields.contains(&vec!["holidays"]));
    }

    async fn a_name_is_taken_once_and_schemes_of_others_are_not_there(db: &Db) {
        let author = author(db).await;
        let office = office(author.enterprise);
        create(db, author, &office).await.unwrap();
        let twin = NamedTimeScheme { id: TimeSchemeId::from_bytes([8; 16]), ..office.clone() };
        assert!(matches!(create(db, author, &twin).await, Err(Error::Conflict { .. })));
        let foreign = Author { enterprise: EnterpriseId::from_bytes([9; 16]), ..author };
        let stolen = NamedTimeScheme { enterprise: foreign.enterprise, ..office.clone() };
        assert!(matches!(update(db, foreign, (&stolen, 1)).await, Err(Error::NotFound(_))));
        assert!(matches!(delete(db, foreign, (office.id, 1)).await, Err(Error::NotFound(_))));
        assert!(matches!(show(db, foreign.enterprise, office.id).await, Err(Error::NotFound(_))));
        assert_eq!(list(db, foreign.enterprise).await.unwrap(), []);
    }
}

async fn author(db: &Db) -> Author {
    let settings = demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    demo::fill(db, &settings).await.unwrap();
    let admin = users::by_email(db, demo::ADMIN).await.unwrap().unwrap();
    Author {
        enterprise: admin.user.enterprise,
        user: admin.user.id,
        at: Timestamp::from_millis(1_700_000_000_000),
    }
}

fn office(enterprise: EnterpriseId) -> NamedTimeScheme {
    let scheme = r#"{"hours":[{"days":["monday"],"from":"09:00","to":"18:00"}]}"#;
    NamedTimeScheme {
        id: TimeSchemeId::from_bytes([7; 16]),
        enterprise,
        name: "office".to_owned(),
        scheme: serde_json::from_str(scheme).unwrap(),
    }
}
