//! A supervisor listens, whispers, barges in and leaves again: at no switch does anybody miss a
//! word or hear a click.

use media::{Gain, Law, LegId, Order, RecordingKey};

use crate::world::{World, noise, share, tone};

/// A word and the pause behind it, in samples.
const WORD: u64 = 3_200;
const PERIOD: u64 = 4_800;
/// The longest that a word may take to be heard: 200 ms.
const DELAY_MAX: usize = 1_600;

/// Noise in words, each unlike any other.
fn words(seed: u64) -> impl FnMut(u64) -> i16 {
    move |n| {
        let at = n % PERIOD;
        if at < WORD {
            noise(n + seed * 1_000_003) / 2
        } else {
            0
        }
    }
}

/// A tone in words that begin and end softly.
fn soft(hertz: f64) -> impl FnMut(u64) -> i16 {
    let mut tone = tone(hertz);
    move |n| {
        let at = n % PERIOD;
        let edge = at.min(WORD.saturating_sub(at)).min(800) as f64 / 800.0;
        (f64::from(tone(n)) * edge) as i16
    }
}

struct Three {
    world: World,
    customer: LegId,
    agent: LegId,
    supervisor: LegId,
}

impl Three {
    fn new(mut world: World, legs: [LegId; 3]) -> Self {
        let [customer, agent, supervisor] = legs;
        world.order(Order::Bridge {
            a: customer,
            b: agent,
        });
        Self {
            world,
            customer,
            agent,
            supervisor,
        }
    }

    fn hear(&mut self, leg: LegId, source: LegId) {
        let gain = Gain::UNITY;
        self.world.order(Order::Hear { leg, source, gain });
    }

    fn unhear(&mut self, leg: LegId, source: LegId) {
        self.world.order(Order::Unhear { leg, source });
    }

    /// Goes through all modes, each switch in another part of a word.
    fn go_through_all_modes(&mut self) {
        let (customer, agent, supervisor) = (self.customer, self.agent, self.supervisor);
        self.world.run_ms(1_030);
        self.hear(supervisor, customer);
        self.hear(supervisor, agent);
        self.world.run_ms(1_170);
        self.hear(agent, supervisor);
        self.world.run_ms(1_235);
        self.hear(customer, supervisor);
        self.world.run_ms(1_115);
        self.unhear(customer, supervisor);
        self.world.run_ms(1_305);
        self.unhear(agent, supervisor);
        self.world.run_ms(1_085);
        self.world.order(Order::Close { leg: supervisor });
        self.world.run_ms(3_000);
    }
}

/// How like a word is to what was heard at its best delay.
fn likeness(word: &[i16], heard: &[i16], at: usize) -> f64 {
    let energy = |samples: &[i16]| samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let mut best = 0.0_f64;
    for delay in 0..DELAY_MAX {
        let Some(heard) = heard.get(at + delay..at + delay + word.len()) else {
            break;
        };
        let product: f64 = word
            .iter()
            .zip(heard)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum();
        best = best.max(product / (energy(word) * energy(heard) + 1.0).sqrt());
    }
    best
}

#[test]
fn no_word_is_lost_between_customer_and_agent_at_any_switch() {
    for jitter_ms in [0, 15] {
        let mut world = World::new(21);
        let legs = [
            world.join(Law::A, words(1)),
            world.join(Law::Mu, words(2)),
            world.join(Law::A, |_| 0),
        ];
        for party in &mut world.parties {
            party.path.jitter_ms = jitter_ms;
        }
        let mut three = Three::new(world, legs);
        three.go_through_all_modes();
        for (hearer, speaker, seed) in [(0, 1, 2), (1, 0, 1)] {
            let heard = three.world.parties[hearer].audio();
            let mut spoken = words(seed);
            // Leaves out what is said before the two are bridged and latched.
            for word in 1..14 {
                let begin = word * PERIOD;
                let said: Vec<i16> = (begin..begin + WORD).map(&mut spoken).collect();
                let like = likeness(&said, &heard, begin as usize - 400);
                assert!(
                    like > 0.97,
                    "word {word} of {speaker} at jitter {jitter_ms}: {like}"
                );
            }
        }
    }
}

#[test]
fn no_switch_clicks_for_anybody() {
    let mut world = World::new(22);
    let legs = [
        world.join(Law::A, soft(300.0)),
        world.join(Law::A, soft(340.0)),
        world.join(Law::A, soft(260.0)),
    ];
    let mut three = Three::new(world, legs);
    three.go_through_all_modes();
    let steepest = |samples: &[i16]| {
        let steps = samples.windows(2).map(|pair| pair[0].abs_diff(pair[1]));
        steps.max().expect("samples")
    };
    // What each of them may hear at most at the same time.
    let mut loudest = [soft(300.0), soft(340.0), soft(260.0)].map(|mut voice| {
        let clean: Vec<i16> = (0..8_000).map(&mut voice).collect();
        u32::from(steepest(&clean))
    });
    loudest.sort_unstable();
    let natural = loudest[1] + loudest[2];
    for n in 0..3 {
        let audio = three.world.parties[n].audio();
        let heard = u32::from(steepest(&audio[800..audio.len() - 800]));
        assert!(heard <= natural * 5 / 4, "{n}: {heard} after {natural}");
    }
}

#[test]
fn a_recording_holds_the_sum_of_all_whom_the_customer_hears() {
    const KEY: RecordingKey = RecordingKey(5);
    let mut world = World::new(23);
    let customer = world.join(Law::A, tone(400.0));
    let agent = world.join(Law::A, tone(1_000.0));
    let supervisor = world.join(Law::Mu, tone(1_700.0));
    world.order(Order::Bridge {
        a: customer,
        b: agent,
    });
    world.order(Order::Record {
        recording: KEY,
        customer,
        agent: Some(agent),
        started_at: world.now,
        resume: false,
        codec: Law::A.into(),
    });
    world.run_ms(2_000);
    for agents in [vec![agent, supervisor], vec![supervisor]] {
        world.order(Order::RecordAgents {
            recording: KEY,
            agents: agents.into_iter().collect(),
        });
        world.run_ms(2_000);
    }
    world.order(Order::StopRecording { recording: KEY });

    let file = &world.files[&KEY];
    let decode = |bytes: &[u8]| bytes.iter().map(|&b| Law::A.decode(b)).collect::<Vec<_>>();
    let (left, right) = (decode(&file.left), decode(&file.right));
    assert!(share(&left[1_600..], 400.0) > 0.95);
    assert!(share(&right[1_600..15_000], 1_000.0) > 0.95);
    for hertz in [1_000.0, 1_700.0] {
        let share = share(&right[18_000..30_000], hertz);
        assert!((0.4..0.6).contains(&share), "{hertz}: {share}");
    }
    assert!(share(&right[34_000..47_000], 1_700.0) > 0.95);
}
