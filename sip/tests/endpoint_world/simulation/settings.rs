//! The worlds in which scenarios are played, a test each.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use sip::Transport;

use super::{Scenario, Setting};
use crate::network::{Faults, START};

/// Scenarios of one test when nobody asks for more.
const SCENARIOS: u64 = 1_000;

/// Plays the scenarios of a setting; a failure names the seed and shows the ladder.
fn simulate(setting: Setting) {
    let number = |variable| {
        std::env::var(variable)
            .ok()
            .and_then(|text| text.parse().ok())
    };
    let seeds = match number("TRUNKLINE_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("TRUNKLINE_SIM_SCENARIOS").unwrap_or(SCENARIOS),
    };
    for seed in seeds {
        let mut scenario = Scenario::new(seed, setting);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            scenario.play();
            scenario.check();
        }));
        if let Err(panic) = outcome {
            let lasted = scenario.world.now.saturating_sub(START);
            eprintln!("{:#?}", scenario.world.ladder);
            eprintln!("TRUNKLINE_SIM_SEED={seed} repeats this; {setting:?}, {lasted:?}");
            resume_unwind(panic);
        }
    }
}

const GENTLE: Setting = Setting {
    faults: Faults {
        loss: 30,
        copies: 30,
        overtaking: 100,
    },
    transport: Transport::Udp,
    restarts: false,
    vanishing: false,
    refresh: (1_800, 45),
};

const ROUGH: Faults = Faults {
    loss: 300,
    copies: 300,
    overtaking: 300,
};

#[test]
fn calls_on_an_ordinary_network_follow_the_rules_and_leave_nothing() {
    simulate(GENTLE);
}

#[test]
fn calls_on_a_rough_network_follow_the_rules_and_leave_nothing() {
    simulate(Setting {
        faults: ROUGH,
        ..GENTLE
    });
}

#[test]
fn calls_of_endpoints_that_restart_follow_the_rules_and_leave_nothing() {
    simulate(Setting {
        faults: ROUGH,
        restarts: true,
        ..GENTLE
    });
}

#[test]
fn calls_with_peers_that_vanish_follow_the_rules_and_leave_nothing() {
    simulate(Setting {
        vanishing: true,
        ..GENTLE
    });
}

#[test]
fn calls_over_a_connection_follow_the_rules_and_leave_nothing() {
    simulate(Setting {
        transport: Transport::Tcp,
        ..GENTLE
    });
}

#[test]
fn long_calls_are_refreshed_follow_the_rules_and_leave_nothing() {
    simulate(Setting {
        refresh: (90, 400),
        faults: ROUGH,
        vanishing: true,
        ..GENTLE
    });
}
