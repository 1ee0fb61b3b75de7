//! Tests kept with a flow: none at first, and who is late changes nothing.

use super::*;
use crate::{demo, on_both_engines, users};
use model::Timestamp;

on_both_engines! {
    async fn tests_are_saved_over_the_state_that_was_seen_alone(db: &Db) {
        let (author, flow) = testing(db).await;
        assert_eq!(show(db, author.enterprise, flow).await.unwrap(), Kept::default());
        let next = |tests: &str, version| Kept {
            tests: tests.to_owned(),
            require_tests: true,
            version,
        };

        save(db, author, flow, &next("[1]", 0)).await.unwrap();
        save(db, author, flow, &next("[1,2]", 1)).await.unwrap();

        for late in [0, 1, 3, i64::MAX] {
            let refused = save(db, author, flow, &next("[3]", late)).await.unwrap_err();
            assert!(matches!(refused, Error::Changed { what: "list of tests" }), "{late}: {refused}");
        }
        assert_eq!(show(db, author.enterprise, flow).await.unwrap(), next("[1,2]", 2));
    }

    async fn tests_of_a_flow_that_is_not_there_are_not_there(db: &Db) {
        let (author, _) = testing(db).await;
        let stranger = FlowId::new(author.at, [9; 10]);
        let shown = show(db, author.enterprise, stranger).await.unwrap_err();
        let saved = save(db, author, stranger, &Kept::default()).await.unwrap_err();
        for refused in [shown, saved] {
            assert!(matches!(refused, Error::NotFound("flow")), "{refused}");
        }
    }
}

/// An administrator of the demo enterprise, and a flow that came with the server.
async fn testing(db: &Db) -> (Author, FlowId) {
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
    let flows = flow_drafts::list(db, author.enterprise).await.unwrap();
    (author, flows[0].id)
}
