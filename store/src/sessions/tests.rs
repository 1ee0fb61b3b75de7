//! Tokens are good until they expire or are closed, and are stored nowhere.

use super::*;
use crate::demo::{self, Demo};
use crate::{on_both_engines, users};

const HOUR: Duration = Duration::from_hours(1);

on_both_engines! {
    async fn a_token_is_good_until_it_expires(db: &Db) {
        let user = someone(db).await;
        let opened = open(db, user.id, at(0), HOUR).await.unwrap();

        let session = find(db, opened.token.as_str(), at(3_599_999)).await.unwrap();

        assert_eq!(session.unwrap().user, user);
        assert_eq!(find(db, opened.token.as_str(), at(3_600_000)).await.unwrap(), None);
        assert_eq!(find(db, "0000", at(1)).await.unwrap(), None);
    }

    async fn a_closed_session_stays_closed_and_others_stay_open(db: &Db) {
        let user = someone(db).await;
        let left = open(db, user.id, at(0), HOUR).await.unwrap();
        let kept = open(db, user.id, at(0), HOUR).await.unwrap();

        close(db, left.token.as_str(), at(5)).await.unwrap();
        close(db, left.token.as_str(), at(6)).await.unwrap();

        assert_eq!(find(db, left.token.as_str(), at(7)).await.unwrap(), None);
        assert!(find(db, kept.token.as_str(), at(7)).await.unwrap().is_some());
    }

    async fn the_token_itself_is_not_in_the_table(db: &Db) {
        let user = someone(db).await;
        let opened = open(db, user.id, at(0), HOUR).await.unwrap();

        let stored: (String,) = sql!("SELECT token_sha256 FROM sessions").one(db).await.unwrap();

        assert_eq!(opened.token.as_str().len(), 64);
        assert_ne!(stored.0, opened.token.as_str());
        assert_eq!(format!("{:?}", opened.token), "Token(…)");
    }

    async fn expired_sessions_are_forgotten(db: &Db) {
        let user = someone(db).await;
        open(db, user.id, at(0), Duration::from_secs(1)).await.unwrap();
        let kept = open(db, user.id, at(0), HOUR).await.unwrap();

        assert_eq!(forget_expired(db, at(2_000)).await.unwrap(), 1);

        assert!(find(db, kept.token.as_str(), at(2_000)).await.unwrap().is_some());
    }
}

const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An agent of the demo enterprise.
async fn someone(db: &Db) -> User {
    let demo = Demo {
        password: "secret",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: at(0),
    };
    demo::fill(db, &demo).await.unwrap();
    let found = users::by_email(db, "1001@demo.example").await.unwrap();
    found.unwrap().user
}
