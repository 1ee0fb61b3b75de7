//! Every value a record can hold fits the tables.

use super::*;
use crate::on_both_engines;
use crate::story::Story;
use model::{CallFact, Rating, RatingScale};

on_both_engines! {
    async fn every_value_of_a_closed_set_fits_its_column(db: &Db) {
        let mut story = Story::new(31);
        let template = record(&mut story);
        for (at, variant) in variants(&template).into_iter().enumerate() {
            let record = CallRecord {
                id: CallId::new(template.started_at, [u8::try_from(at).unwrap(); 10]),
                ..variant
            };
            let mut tx = db.begin().await.unwrap();
            save(&mut tx, &[&record]).await.unwrap();
            tx.commit().await.unwrap();

            let entry = show(db, story.enterprise, record.id).await.unwrap();
            assert_eq!(entry.record, record);
        }
    }
}

fn record(story: &mut Story) -> CallRecord {
    let journal = story.journal(1);
    let model::Event::Call { call, fact } = &journal[0].1.event else {
        unreachable!("a story is made of calls");
    };
    assert!(matches!(fact, CallFact::Arrived { .. }));
    CallRecord::begin(*call, story.enterprise, journal[0].1.at, fact).unwrap()
}

fn variants(template: &CallRecord) -> Vec<CallRecord> {
    let ending = Ending {
        by: EndedBy::Customer,
        stage: EndStage::PreIvr,
        reason: EndReason::HungUp,
        sip_code: Some(u16::MAX),
        q850: Some(u8::MAX),
    };
    let with = |ending: Ending| CallRecord {
        ending: Some(ending),
        ..template.clone()
    };
    let mut records = Vec::new();
    records.push(CallRecord {
        offers: 1,
        transfers: 2,
        consults: 3,
        conferences: u32::MAX,
        surveyed: true,
        rating: Some(Rating {
            score: 10,
            scale: RatingScale::Points,
        }),
        ..template.clone()
    });
    records.extend(directions().map(|direction| CallRecord {
        direction,
        ..template.clone()
    }));
    records.extend(call_types().map(|call_type| CallRecord {
        call_type,
        ..template.clone()
    }));
    records.extend(answer_modes().map(|mode| CallRecord {
        answer_mode: Some(mode),
        ..template.clone()
    }));
    records.extend(sides().map(|by| {
        with(Ending {
            by,
            ..ending.clone()
        })
    }));
    records.extend(stages().map(|stage| {
        with(Ending {
            stage,
            ..ending.clone()
        })
    }));
    records
}

// Each walks over all variants by a match without a wildcard: whoever adds a variant is led here,
// and then to the CHECK of its column.

fn directions() -> impl Iterator<Item = Direction> {
    std::iter::successors(Some(Direction::Inbound), |direction| match direction {
        Direction::Inbound => Some(Direction::Outbound),
        Direction::Outbound => Some(Direction::Internal),
        Direction::Internal => None,
    })
}

fn call_types() -> impl Iterator<Item = CallType> {
    std::iter::successors(Some(CallType::Inbound), |call_type| match call_type {
        CallType::Inbound => Some(CallType::Outbound),
        CallType::Outbound => Some(CallType::ClickToDial),
        CallType::ClickToDial => Some(CallType::Internal),
        CallType::Internal => Some(CallType::Trial),
        CallType::Trial => None,
    })
}

fn answer_modes() -> impl Iterator<Item = AnswerMode> {
    std::iter::successors(Some(AnswerMode::Softphone), |mode| match mode {
        AnswerMode::Softphone => Some(AnswerMode::Sip),
        AnswerMode::Sip => Some(AnswerMode::Phone),
        AnswerMode::Phone => Some(AnswerMode::App),
        AnswerMode::App => Some(AnswerMode::Other),
        AnswerMode::Other => None,
    })
}

fn sides() -> impl Iterator<Item = EndedBy> {
    std::iter::successors(Some(EndedBy::Customer), |side| match side {
        EndedBy::Customer => Some(EndedBy::Agent),
        EndedBy::Agent => Some(EndedBy::System),
        EndedBy::System => Some(EndedBy::Network),
        EndedBy::Network => None,
    })
}

fn stages() -> impl Iterator<Item = EndStage> {
    std::iter::successors(Some(EndStage::PreIvr), |stage| match stage {
        EndStage::PreIvr => Some(EndStage::Ivr),
        EndStage::Ivr => Some(EndStage::Queue),
        EndStage::Queue => Some(EndStage::Ringing),
        EndStage::Ringing => Some(EndStage::Talking),
        EndStage::Talking => Some(EndStage::Voicemail),
        EndStage::Voicemail => Some(EndStage::Survey),
        EndStage::Survey => None,
    })
}
