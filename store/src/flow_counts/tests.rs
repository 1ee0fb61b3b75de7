//! Figures of one version between two instants.

use super::*;
use crate::on_both_engines;

const QUARTER: i64 = 900_000;

on_both_engines! {
    async fn figures_add_up_between_two_instants_and_over_what_is_added_later(db: &Db) {
        let flow = FlowId::new(Timestamp::default(), [1; 10]);
        for (version, quarter, callers) in [(1, 0, 1), (1, 1, 2), (1, 2, 4), (1, 2, 8), (2, 1, 16)] {
            let mut tx = db.begin().await.unwrap();
            let key = FlowCountKey {
                flow,
                version: FlowVersion(version),
                node: "ask".to_owned(),
                event: NodeEvent::Left("1".to_owned()),
                quarter: Timestamp::from_millis(quarter * QUARTER),
            };
            let count = FlowCount { callers, spent_ms: 1_000 };
            add(&mut tx, FlowCounts::from([(key, count)])).await.unwrap();
            tx.commit().await.unwrap();
        }

        for (from, until, expected) in [(0, 3, 15), (1, 2, 2), (1, 3, 14), (2, 2, 0)] {
            let period = (
                Timestamp::from_millis(from * QUARTER),
                Timestamp::from_millis(until * QUARTER),
            );
            let counted = of_version(db, (flow, FlowVersion(1)), period).await.unwrap();
            let callers: i64 = counted.iter().map(|it| it.count.callers).sum();
            assert_eq!(callers, expected, "{from} to {until}");
            assert!(counted.iter().all(|it| it.event == NodeEvent::Left("1".to_owned())));
        }
    }
}
