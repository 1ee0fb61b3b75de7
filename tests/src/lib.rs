//! What the tests of the whole product are made of: the real binary with real peers around it,
//! and a simulated world around its pure parts.

pub mod announcements;
pub mod api;
pub mod audit;
pub mod baresip;
pub mod bucket;
pub mod center;
pub mod console;
pub mod day;
pub mod demo;
pub mod digest;
pub mod jssip;
pub mod kamailio;
pub mod ladder;
pub mod ledger;
pub mod linphone;
pub mod network;
pub mod patience;
pub mod peer;
pub mod phone;
pub mod process;
pub mod server;
pub mod sipp;
pub mod sipvicious;
pub mod sound;
pub mod story;
pub mod tone;
pub mod voice;
pub mod whisper;
pub mod world;
