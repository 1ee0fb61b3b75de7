//! Every bound of this crate, with its name.

use std::time::Duration;

/// Nodes in one flow.
pub const NODES: usize = 2_000;
/// Edges in one flow.
pub const EDGES: usize = 20_000;
/// Declared variables in one flow.
pub const VARIABLES: usize = 256;
/// Bytes of a flow document's text.
pub const DOCUMENT_BYTES: usize = 2 * 1024 * 1024;
/// Nested lists and objects in a flow document.
pub const DOCUMENT_DEPTH: usize = 64;
/// Values, lists and objects together in a flow document.
pub const DOCUMENT_VALUES: usize = 400_000;
/// The absolute value of a canvas coordinate.
pub const POSITION: f64 = 1e6;
/// Items of one spoken list.
pub const ITEMS: usize = 64;
/// Characters of a flow's name, a node's id, a variable's name or an exit's name.
pub const NAME_CHARS: usize = 64;
/// Characters of a text before and after its variables are filled in; also of a variable's value.
pub const TEXT_CHARS: usize = 1_024;
/// Bytes of an expression.
pub const EXPRESSION_BYTES: usize = 512;
/// How deep an expression nests.
pub const EXPRESSION_DEPTH: u16 = 32;
/// Cases of one branch node.
pub const CASES: usize = 64;
/// Digits that one collect node takes.
pub const COLLECTED_DIGITS: u8 = 64;
/// Retries of a menu or collect node.
pub const RETRIES: u8 = 9;
/// The longest pause, timeout or wait for a key that a node may ask for.
pub const WAIT: Duration = Duration::from_mins(2);
/// The longest message that a voicemail node records.
pub const MESSAGE: Duration = Duration::from_mins(30);
/// The longest time with a bot.
pub const STREAM: Duration = Duration::from_hours(4);
/// The longest time of one attempt to ask another system.
pub const ATTEMPT: Duration = Duration::from_secs(30);
/// How often another system is asked again.
pub const REQUEST_RETRIES: u8 = 3;
/// Bytes of another system's answer.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// Flows within flows.
pub const DEPTH: usize = 8;
/// How much slower or faster than by itself a voice may speak, in per cent.
pub const SPEEDS: std::ops::RangeInclusive<u16> = 50..=200;
/// Texts of one flow that engines speak ahead of its calls.
pub const SPOKEN: usize = 1_000;
/// The longest time in which a text must be spoken by its engine.
pub const RENDERING: Duration = Duration::from_secs(30);
/// Things that a bot or another system is told of a call, or that are taken from an answer.
pub const PARAMETERS: usize = 64;
/// Tests of one script.
pub const TESTS: usize = 10_000;
/// Things that a caller does in one test.
pub const DEEDS: usize = 1_000;
/// Characters of a test's name.
pub const TEST_NAME_CHARS: usize = 200;
/// Keys that a caller presses in one deed of a test.
pub const PRESSED: usize = 256;
/// What a caller and those who are asked do in one call that is replayed.
pub const REPLAYED_INPUTS: usize = 20_000;
/// Clips and pauses that a test's result holds.
pub const TRACED_CLIPS: usize = 20_000;
/// Problems that one check reports.
pub const PROBLEMS: usize = 1_000;
/// Digits kept that the caller typed before they were asked for.
pub const TYPED_AHEAD: usize = 32;
/// Nodes that a caller walks through without pressing a key or waiting for one.
pub const STEPS_WITHOUT_WAIT: u32 = 50;
/// Nodes that a caller walks through in one call.
pub const STEPS: u32 = 1_000;
/// The longest time in which a started speech must report its end.
pub const SPEECH: Duration = Duration::from_mins(15);
/// The time a caller may spend in a flow, transfers not counted.
pub const WALK: Duration = Duration::from_mins(30);
