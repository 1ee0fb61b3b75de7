//! Tones by country.

use std::sync::OnceLock;

use super::Pitch::{Modulated, One, Pair, Silence};
use super::{Pitch, Plan, Step};

/// What E.180 recommends where a country has nothing of its own: 425 Hz.
pub(super) static ELSEWHERE: Plan = plan(&[], E425_BUSY_500, E425_FAST_250, E425_RING_1_4);

pub(super) static PLANS: [Plan; 29] = [
    plan(&["AU"], AU_BUSY, AU_CONGESTION, AU_RING),
    plan(&["AT"], AT_BUSY, AT_CONGESTION, AT_RING),
    plan(&["BE"], E425_BUSY_500, BE_CONGESTION, E425_RING_1_3),
    plan(&["BR"], E425_FAST_250, BR_CONGESTION, E425_RING_1_4),
    plan(&["CA", "US"], NORTH_BUSY, NORTH_FAST, NORTH_RING_2_4),
    plan(
        &["CH", "IT", "NO", "DK"],
        E425_BUSY_500,
        E425_FAST_200,
        E425_RING_1_4,
    ),
    plan(&["CN"], CN_BUSY, CN_CONGESTION, CN_RING),
    plan(&["DE"], DE_BUSY, DE_CONGESTION, E425_RING_1_4),
    plan(&["ES"], E425_FAST_200, ES_CONGESTION, ES_RING),
    plan(&["FI"], E425_BUSY_300, E425_FAST_200, E425_RING_1_4),
    plan(&["FR"], FR_BUSY, FR_CONGESTION, FR_RING),
    plan(&["GB"], GB_BUSY, GB_CONGESTION, GB_RING),
    plan(&["HK"], NORTH_BUSY, NORTH_FAST, HK_RING),
    plan(&["ID", "NL"], E425_BUSY_500, E425_FAST_250, E425_RING_1_4),
    plan(&["IN"], IN_BUSY, IN_CONGESTION, IN_RING),
    plan(&["JP"], JP_BUSY, JP_BUSY, JP_RING),
    plan(&["KR"], NORTH_BUSY, KR_CONGESTION, KR_RING),
    plan(&["MX"], E425_FAST_250, E425_FAST_250, E425_RING_1_4),
    plan(&["MY"], E425_BUSY_500, E425_FAST_250, MY_RING),
    plan(&["NZ"], NZ_BUSY, NZ_CONGESTION, GB_RING),
    plan(&["PH"], NORTH_BUSY, NORTH_FAST, PH_RING),
    plan(&["PL"], E425_BUSY_500, E425_BUSY_500, E425_RING_1_4),
    plan(&["PT"], E425_BUSY_500, E425_FAST_200, E425_RING_1_5),
    plan(&["RU"], RU_BUSY, RU_CONGESTION, E425_RING_1_4),
    plan(&["SE"], E425_FAST_250, SE_CONGESTION, E425_RING_1_5),
    plan(&["SG"], SG_BUSY, E425_FAST_250, SG_RING),
    plan(&["TH"], NZ_BUSY, TH_CONGESTION, TH_RING),
    plan(&["TW"], NORTH_BUSY, NORTH_FAST, TW_RING),
    plan(&["ZA"], NZ_BUSY, NZ_CONGESTION, ZA_RING),
];

const fn plan(
    countries: &'static [&'static str],
    busy: &'static [Step],
    congestion: &'static [Step],
    ringback: &'static [Step],
) -> Plan {
    Plan {
        countries,
        busy,
        congestion,
        ringback,
        made: [const { OnceLock::new() }; 3],
    }
}

const fn on(pitch: Pitch, ms: u16) -> Step {
    Step { pitch, ms }
}

const fn off(ms: u16) -> Step {
    Step { pitch: Silence, ms }
}

const E425: Pitch = One(425.0);
const E425_BUSY_500: &[Step] = &[on(E425, 500), off(500)];
const E425_BUSY_300: &[Step] = &[on(E425, 300), off(300)];
const E425_FAST_250: &[Step] = &[on(E425, 250), off(250)];
const E425_FAST_200: &[Step] = &[on(E425, 200), off(200)];
const E425_RING_1_3: &[Step] = &[on(E425, 1_000), off(3_000)];
const E425_RING_1_4: &[Step] = &[on(E425, 1_000), off(4_000)];
const E425_RING_1_5: &[Step] = &[on(E425, 1_000), off(5_000)];

const NORTH_BUSY: &[Step] = &[on(Pair(480.0, 620.0), 500), off(500)];
const NORTH_FAST: &[Step] = &[on(Pair(480.0, 620.0), 250), off(250)];
const NORTH: Pitch = Pair(440.0, 480.0);
const NORTH_RING_2_4: &[Step] = &[on(NORTH, 2_000), off(4_000)];
const HK_RING: &[Step] = &[on(NORTH, 400), off(200), on(NORTH, 400), off(3_000)];
const KR_CONGESTION: &[Step] = &[on(Pair(480.0, 620.0), 300), off(200)];
const KR_RING: &[Step] = &[on(NORTH, 1_000), off(2_000)];
const PH_RING: &[Step] = &[on(Pair(425.0, 480.0), 1_000), off(4_000)];
const TW_RING: &[Step] = &[on(NORTH, 1_000), off(2_000)];

const AT_BUSY: &[Step] = &[on(One(420.0), 400), off(400)];
const AT_CONGESTION: &[Step] = &[on(One(420.0), 200), off(200)];
const AT_RING: &[Step] = &[on(One(420.0), 1_000), off(5_000)];
const AU_BUSY: &[Step] = &[on(E425, 375), off(375)];
const AU_CONGESTION: &[Step] = &[on(E425, 375), off(375)];
const AU: Pitch = Pair(413.0, 438.0);
const AU_RING: &[Step] = &[on(AU, 400), off(200), on(AU, 400), off(2_000)];
const BE_CONGESTION: &[Step] = &[on(E425, 167), off(167)];
const BR_CONGESTION: &[Step] = &[on(E425, 250), off(250), on(E425, 750), off(250)];
const CN: Pitch = One(450.0);
const CN_BUSY: &[Step] = &[on(CN, 350), off(350)];
const CN_CONGESTION: &[Step] = &[on(CN, 700), off(700)];
const CN_RING: &[Step] = &[on(CN, 1_000), off(4_000)];
const DE_BUSY: &[Step] = &[on(E425, 480), off(480)];
const DE_CONGESTION: &[Step] = &[on(E425, 240), off(240)];
const ES_CONGESTION: &[Step] = &[
    on(E425, 200),
    off(200),
    on(E425, 200),
    off(200),
    on(E425, 200),
    off(600),
];
const ES_RING: &[Step] = &[on(E425, 1_500), off(3_000)];
const FR: Pitch = One(440.0);
const FR_BUSY: &[Step] = &[on(FR, 500), off(500)];
const FR_CONGESTION: &[Step] = &[on(FR, 250), off(250)];
const FR_RING: &[Step] = &[on(FR, 1_500), off(3_500)];
const GB_BUSY: &[Step] = &[on(One(400.0), 375), off(375)];
const GB_CONGESTION: &[Step] = &[on(One(400.0), 400), off(350), on(One(400.0), 225), off(525)];
const GB: Pitch = Pair(400.0, 450.0);
const GB_RING: &[Step] = &[on(GB, 400), off(200), on(GB, 400), off(2_000)];
const IN: Pitch = Modulated(400.0, 25.0);
const IN_BUSY: &[Step] = &[on(One(400.0), 750), off(750)];
const IN_CONGESTION: &[Step] = &[on(One(400.0), 250), off(250)];
const IN_RING: &[Step] = &[on(IN, 400), off(200), on(IN, 400), off(2_000)];
const JP_BUSY: &[Step] = &[on(One(400.0), 500), off(500)];
const JP_RING: &[Step] = &[on(Modulated(400.0, 16.0), 1_000), off(2_000)];
const MY_RING: &[Step] = &[on(E425, 400), off(200), on(E425, 400), off(2_000)];
const NZ_BUSY: &[Step] = &[on(One(400.0), 500), off(500)];
const NZ_CONGESTION: &[Step] = &[on(One(400.0), 250), off(250)];
const RU_BUSY: &[Step] = &[on(E425, 350), off(350)];
const RU_CONGESTION: &[Step] = &[on(E425, 175), off(175)];
const SE_CONGESTION: &[Step] = &[on(E425, 250), off(750)];
const SG: Pitch = Modulated(425.0, 24.0);
const SG_BUSY: &[Step] = &[on(E425, 750), off(750)];
const SG_RING: &[Step] = &[on(SG, 400), off(200), on(SG, 400), off(2_000)];
const TH_CONGESTION: &[Step] = &[on(One(400.0), 300), off(300)];
const TH_RING: &[Step] = &[on(One(400.0), 1_000), off(4_000)];
const ZA: Pitch = Modulated(400.0, 33.0);
const ZA_RING: &[Step] = &[on(ZA, 400), off(200), on(ZA, 400), off(2_000)];
