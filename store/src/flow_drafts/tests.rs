//! Drafts and versions of flows: who is late changes nothing, and no version changes but the live one's places.

use super::*;
use crate::{demo, on_both_engines, users};

on_both_engines! {
    async fn a_draft_is_saved_over_the_state_that_was_seen_alone(db: &Db) {
        let (author, _) = drawing(db).await;
        let flow = create(db, author, "drawn", "1").await.unwrap();

        save(db, author, (flow, 1), "2").await.unwrap();

        for late in [0, 1, 3, i64::MAX] {
            let refused = save(db, author, (flow, late), "late").await.unwrap_err();
            assert!(matches!(refused, Error::Changed { what: "draft" }), "{late}: {refused}");
        }
        let drawn = show(db, author.enterprise, flow).await.unwrap();
        assert_eq!((drawn.document.as_str(), drawn.version, drawn.waits), ("2", 2, true));
        assert_eq!((drawn.live, drawn.by), (None, Some(author.user)));
    }

    async fn a_flow_without_a_draft_is_drawn_as_its_live_version(db: &Db) {
        let (author, flow) = drawing(db).await;
        let drawn = show(db, author.enterprise, flow).await.unwrap();
        assert_eq!((drawn.version, drawn.waits), (0, false));
        assert_eq!(drawn.live, Some((FlowVersion(1), drawn.document.clone())));

        for unseen in [1, 7] {
            let refused = save(db, author, (flow, unseen), "late").await.unwrap_err();
            assert!(matches!(refused, Error::Changed { .. }), "{unseen}: {refused}");
        }
        save(db, author, (flow, 0), "first").await.unwrap();

        let drawn = show(db, author.enterprise, flow).await.unwrap();
        assert_eq!((drawn.document.as_str(), drawn.version), ("first", 1));
    }

    async fn places_go_into_the_live_version_and_into_no_other(db: &Db) {
        let (author, _) = drawing(db).await;
        let flow = create(db, author, "drawn", "1").await.unwrap();
        let next = |document, draft, same_as| Publication {
            flow,
            name: "drawn",
            document,
            draft,
            same_as,
        };
        let first = publish(db, author, next("1", Some(1), None)).await.unwrap();
        let moved = publish(db, author, next("1 moved", None, Some(first))).await.unwrap();
        assert_eq!((first, moved), (FlowVersion(1), FlowVersion(1)));
        let second = publish(db, author, next("2", None, None)).await.unwrap();

        save(db, author, (flow, 1), "1 late").await.unwrap();
        let late = publish(db, author, next("1 late", Some(2), Some(first))).await.unwrap_err();

        assert!(matches!(late, Error::Changed { what: "live version" }), "{late}");
        let shown = |number| version(db, author.enterprise, (flow, number));
        assert_eq!(shown(first).await.unwrap(), "1 moved");
        assert_eq!(shown(second).await.unwrap(), "2");
        assert!(matches!(shown(FlowVersion(3)).await, Err(Error::NotFound("flow version"))));
        assert!(show(db, author.enterprise, flow).await.unwrap().waits, "it is not published");
        let listed = versions(db, author.enterprise, flow).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|it| (it.version, it.by)).collect();
        assert_eq!(listed, [(second, Some(author.user)), (first, Some(author.user))]);
    }
}

/// An administrator of the demo enterprise, and a flow that came with the server.
async fn drawing(db: &Db) -> (Author, FlowId) {
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
    let flows = list(db, author.enterprise).await.unwrap();
    (author, flows[0].id)
}
