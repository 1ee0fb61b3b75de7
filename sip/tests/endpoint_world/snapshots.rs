//! Endpoints that die and come back from their saved state, unnoticed by the peer.

use bytes::Bytes;
use sip::Error;

use crate::network::{ANSWER, Faults, pair};
use crate::random::{ROUGH, Story, seeds};

#[test]
fn a_restart_at_any_step_changes_nothing_of_the_story() {
    for seed in 0..seeds() / 2 {
        let mut calm = Story::new(seed, Faults::default());
        calm.play(|_| {});
        for party in 0..2 {
            let mut shaken = Story::new(seed, Faults::default());
            shaken.play(|world| world.restart(party));
            assert_eq!(calm.world.ladder, shaken.world.ladder, "seed {seed}");
            shaken.world.assert_at_rest(&format!("seed {seed}"));
        }
    }
}

#[test]
fn restarts_of_both_sides_on_a_rough_network_change_nothing_of_the_story() {
    for seed in 0..seeds() / 2 {
        let mut calm = Story::new(seed, ROUGH);
        calm.play(|_| {});
        let mut shaken = Story::new(seed, ROUGH);
        let mut turn = 0;
        shaken.play(|world| {
            turn += 1;
            world.restart(turn % 2);
        });
        assert_eq!(calm.world.ladder, shaken.world.ladder, "seed {seed}");
        shaken.world.assert_at_rest(&format!("seed {seed}"));
        shaken.assert_lawful();
    }
}

#[test]
fn a_restored_callee_answers_a_copy_of_the_invite_and_repeats_its_200() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.faults.loss = 1000;
    world.run_for(20);
    world.restart(1);
    world.faults.loss = 0;
    world.run_for(1000);

    assert_eq!(
        world.ladder[3..],
        [
            "0.1s b 200 →",
            "0.1s a ACK →",
            "0.1s a Answered",
            "0.6s b 200 →",
            "0.6s a ACK →",
            "0.6s b Confirmed",
        ]
    );
}

#[test]
fn timers_that_came_due_while_the_process_was_down_fire_at_once() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.faults.loss = 1000;
    world.run_for(20);

    world.now += std::time::Duration::from_mins(1);
    world.restart(1);
    world.act(1, sip::Endpoint::handle_timeout);

    assert_eq!(
        world.ladder[world.ladder.len() - 2..],
        ["60.1s b BYE →", "60.1s b Ended AckMissing"]
    );
}

#[test]
fn what_cannot_be_read_or_lives_already_is_not_restored() {
    let mut world = pair();
    let (caller, _) = world.established();
    let form = world.parties[0].endpoint.save(caller).unwrap();

    let again = world.act(0, |a, now| a.restore(now, &form));
    assert_eq!(again, Err(Error::AlreadyLive(caller)));
    let torn = world.act(1, |b, now| b.restore(now, &form[..form.len() / 2]));
    assert!(matches!(torn, Err(Error::UnreadableState(_))));
}

#[test]
fn a_saved_call_in_progress_is_small() {
    let mut world = pair();
    let (caller, _) = world.established();
    world.run_for(40_000);

    let form = world.parties[0].endpoint.save(caller).unwrap();

    assert!(form.len() < 1500, "{} bytes", form.len());
}
