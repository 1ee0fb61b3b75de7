//! What was there before a migration means the same after it.

use crate::story::Story;
use crate::{Db, demo, on_both_engines, projection, statement::sql, trunks};
use model::{DialRules, Timestamp};

const TRUNKS: &str = include_str!("../../../migrations/sqlite/0002_trunks.sql");
const COUNTS: &str = include_str!("../../../migrations/sqlite/0014_call_counts.sql");
const DIALING: &str = include_str!("../../../migrations/sqlite/0008_trunk_dialing.sql");

on_both_engines! {
    async fn a_peer_becomes_a_gateway(db: &Db) {
        fill(db).await;
        for (name, peer) in [("local", "[2001:db8::5]:50600"), ("local-out", "192.0.2.7:5061")] {
            let statement = sql!("UPDATE trunks SET peer = $1 WHERE name = $2");
            statement.bind(peer).bind(name).run(db).await.unwrap();
        }
        sql!("DELETE FROM trunk_gateways").run(db).await.unwrap();

        again(db, TRUNKS, "INSERT INTO trunk_gateways").await;

        let vault = crate::Vault::new(&[7; 32]);
        let enterprise = crate::enterprises::all(db).await.unwrap()[0].id;
        let gateways: Vec<_> = trunks::list(db, &vault, enterprise)
            .await
            .unwrap()
            .into_iter()
            .map(|stored| stored.trunk.outbound.unwrap().gateways[0].address().unwrap().to_string())
            .collect();
        assert_eq!(gateways, ["[2001:db8::5]:50600", "192.0.2.7:5061"]);
    }

    async fn old_calls_are_counted_by_their_facts(db: &Db) {
        let journal = Story::new(14).journal(300);
        projection::apply(db, "node", &journal).await.unwrap();
        let (transfers, conferences) = counts(db).await;
        assert!(transfers > 5 && conferences > 5, "{transfers}, {conferences}");
        let reset = sql!("UPDATE call_records SET transfers = 0, conferences = 0");
        reset.run(db).await.unwrap();

        again(db, COUNTS, "UPDATE call_records").await;

        assert_eq!(counts(db).await, (transfers, conferences));
        let rebuilt = projection::rebuild(db).await.unwrap();
        assert_eq!(rebuilt.differences, []);
    }

    async fn what_dialled_out_goes_on_dialling_at_home(db: &Db) {
        fill(db).await;
        sql!("DELETE FROM trunk_dial_rules").run(db).await.unwrap();

        again(db, DIALING, "INSERT INTO trunk_dial_rules").await;

        let vault = crate::Vault::new(&[7; 32]);
        let enterprise = crate::enterprises::all(db).await.unwrap()[0].id;
        let trunks = trunks::list(db, &vault, enterprise).await.unwrap();
        let [local, out] = [0, 1].map(|at| &trunks[at].trunk.dialing);
        assert_eq!(*local, DialRules::default());
        for number in ["2000", "13800138000", "01012345678", "120", "911"] {
            assert_eq!(out.permit(number), Ok(()), "{number}");
        }
        for number in ["+8613800138000", "00447700900000", "+447700900000", "*72"] {
            assert!(out.permit(number).is_err(), "{number}");
        }
    }
}

async fn counts(db: &Db) -> (i64, i64) {
    let question = sql!(
        "SELECT CAST(SUM(transfers) AS BIGINT), CAST(SUM(conferences) AS BIGINT)
         FROM call_records"
    );
    question.one(db).await.unwrap()
}

async fn fill(db: &Db) {
    let settings = demo::Demo {
        password: "one for all",
        outbound_peer: "127.0.0.1:5080".parse().unwrap(),
        now: Timestamp::from_millis(5),
    };
    demo::fill(db, &settings).await.unwrap();
}

/// Runs those statements of a migration that begin like this once more.
async fn again(db: &Db, migration: &str, beginning: &str) {
    let statements = migration.split(';').filter(|it| it.contains(beginning));
    for statement in statements {
        let text = sqlx::AssertSqlSafe(statement.to_owned());
        match db {
            Db::Sqlite { write, .. } => sqlx::raw_sql(text).execute(write).await.map(drop),
            Db::Postgres(pool) => sqlx::raw_sql(text).execute(pool).await.map(drop),
        }
        .unwrap();
    }
}
