//! The record of a call equals what its facts say.

use super::*;
use crate::{EndReason, EndStage, EndedBy};

#[test]
fn durations_are_the_sums_of_their_spans() {
    let mut record = arrived();

    for (at, fact) in [
        (1_000, CallFact::Answered),
        (2_000, CallFact::Queued { queue: queue() }),
        (2_500, offered()),
        (7_500, offer_ended(OfferOutcome::NoAnswer)),
        (8_000, offered()),
        (9_250, offer_ended(OfferOutcome::Answered)),
        (
            9_250,
            CallFact::Dequeued {
                queue: queue(),
                exit: QueueExit::Answered,
            },
        ),
        (
            9_250,
            CallFact::Bridged {
                agent: Some(agent()),
            },
        ),
        (20_000, CallFact::Ended(hung_up())),
    ] {
        record.apply(Timestamp::from_millis(at), &fact);
    }

    assert_eq!(record.queue_ms, 7_250);
    assert_eq!(record.ring_ms, 5_000 + 1_250);
    assert_eq!(record.talk_ms, 10_750);
    assert_eq!(record.offers, 2);
    assert_eq!(record.agent, Some(agent()));
    assert_eq!(record.ended_at, Some(Timestamp::from_millis(20_000)));
    assert_eq!(record.open, OpenSpans::default());
}

#[test]
fn a_caller_who_gives_up_while_it_rings_has_no_agent_and_no_answer_mode() {
    let mut record = arrived();

    record.apply(
        Timestamp::from_millis(10),
        &CallFact::Queued { queue: queue() },
    );
    record.apply(Timestamp::from_millis(20), &offered());
    record.apply(
        Timestamp::from_millis(50),
        &offer_ended(OfferOutcome::CallerGaveUp),
    );
    record.apply(Timestamp::from_millis(50), &CallFact::Ended(hung_up()));

    assert_eq!((record.agent, record.answer_mode), (None, None));
    assert_eq!(
        (record.ring_ms, record.queue_ms, record.talk_ms),
        (30, 40, 0)
    );
}

#[test]
fn a_refused_transfer_is_none() {
    let mut record = arrived();
    let to = PhoneNumber::parse("1002").unwrap();
    for status in [100, 200, 202, 403, 486] {
        let transferred = CallFact::Transferred {
            agent: agent(),
            to: to.clone(),
            status,
        };
        record.apply(Timestamp::from_millis(5), &transferred);
    }
    let (agent, call) = (agent(), record.id);
    record.apply(
        Timestamp::from_millis(6),
        &CallFact::Consulted { agent, to, call },
    );
    let counts = (record.transfers, record.consults, record.conferences);
    assert_eq!(counts, (2, 1, 0));
}

fn arrived() -> CallRecord {
    let number = |text| PhoneNumber::parse(text).unwrap();
    let fact = CallFact::Arrived {
        direction: Direction::Inbound,
        call_type: CallType::Inbound,
        trunk: TrunkId::new(Timestamp::default(), [1; 10]),
        trunk_number: number("4008110510"),
        caller: number("13800138000"),
        called: number("4008110510"),
        sip_call_id: "a@b".to_owned(),
    };
    CallRecord::begin(
        CallId::new(Timestamp::default(), [2; 10]),
        EnterpriseId::new(Timestamp::default(), [3; 10]),
        Timestamp::from_millis(0),
        &fact,
    )
    .unwrap()
}

fn offered() -> CallFact {
    CallFact::Offered {
        agent: agent(),
        queue: Some(queue()),
        answer_mode: AnswerMode::Sip,
    }
}

fn offer_ended(outcome: OfferOutcome) -> CallFact {
    CallFact::OfferEnded {
        agent: agent(),
        outcome,
    }
}

fn hung_up() -> Ending {
    Ending {
        by: EndedBy::Customer,
        stage: EndStage::Talking,
        reason: EndReason::HungUp,
        sip_code: None,
        q850: None,
    }
}

fn agent() -> AgentId {
    AgentId::new(Timestamp::default(), [4; 10])
}

fn queue() -> QueueId {
    QueueId::new(Timestamp::default(), [5; 10])
}
