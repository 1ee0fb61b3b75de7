//! The flow a caller walks through: from the file that an editor saves to the machine that walks it.
//!
//! [`Document`] is what is stored; [`check`] names everything that is wrong with it or gives a [`Flow`];
//! a [`Session`] is one caller in a flow. Nothing here plays audio, waits or reads a clock:
//! [`Session::handle`] takes what happened, [`Session::poll_action`] says what to do.

mod check;
mod demo;
mod document;
mod expression;
mod flow;
mod item;
mod locale;
mod problem;
#[cfg(test)]
mod rehearsal;
mod session;
mod template;
mod utterance;
mod wording;

pub mod limits;
pub mod node;
pub mod replay;
pub mod script;
pub mod speech;
pub mod voices;

pub use check::{Resources, check};
pub use demo::demo_flows;
pub use document::{Document, Edge, Node, Position};
pub use expression::{Expression, ExpressionError};
pub use flow::{Exit, Flow};
pub use item::{Item, Tts};
pub use locale::{Locale, UnknownLocale};
pub use problem::Problem;
pub use session::{
    Action, Clip, Flows, Happening, Inputs, Request, RestoreError, SavedSession, Session, Step,
    StreamOutcome, TransferOutcome,
};
pub use template::{Template, TemplateError};
pub use utterance::{
    Engine, EngineVoice, Engines, Speaker, Speakers, Spoken, USUAL_SPEED, Utterance,
};
pub use voices::{MissingUnits, PackClip, PackError, PackManifest, Voices};
pub use wording::Wording;
