//! What people may ask of the live engine, and what it answers.

use crate::{Rung, Trial};
use model::{
    AgentId, AnswerMode, CallId, EnterpriseId, LoginStatus, StatusActor, SupervisionMode,
    Timestamp, UserId,
};
use thiserror::Error;

/// An order from the API. Every one is answered, with [`CommandError`] where it cannot be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Sign an agent in to take calls.
    SignIn {
        /// Who.
        agent: AgentId,
        /// With which device.
        answer_mode: AnswerMode,
        /// The status to begin with.
        status: LoginStatus,
        /// Who asks.
        actor: StatusActor,
    },
    /// Sign an agent out.
    SignOut {
        /// Who.
        agent: AgentId,
        /// Who asks.
        actor: StatusActor,
    },
    /// Change an agent's declared status.
    SetStatus {
        /// Who.
        agent: AgentId,
        /// To what.
        status: LoginStatus,
        /// Who asks.
        actor: StatusActor,
    },
    /// End an agent's wrap-up before its time.
    EndWrapUp {
        /// Who.
        agent: AgentId,
    },
    /// End a call.
    HangUp {
        /// Which.
        call: CallId,
    },
    /// Let a call leave its bot by the exit `transfer`.
    HandOver {
        /// Which.
        call: CallId,
        /// What the bot says about the caller.
        handoff: String,
    },
    /// Let a supervisor hear a call, or change how one takes part who does.
    Supervise {
        /// Which call.
        call: CallId,
        /// The supervisor, whose phone rings.
        supervisor: AgentId,
        /// How they take part.
        mode: SupervisionMode,
        /// Who asks.
        by: UserId,
    },
    /// End a supervisor's part in a call.
    StopSupervising {
        /// Which call.
        call: CallId,
        /// The supervisor.
        supervisor: AgentId,
    },
    /// Make a conversation of three of two calls of an agent.
    Confer {
        /// One of the two.
        call: CallId,
        /// The agent.
        agent: AgentId,
    },
    /// Keep what is said out of a call's recording.
    PauseRecording {
        /// Which.
        call: CallId,
        /// Who asks.
        by: UserId,
    },
    /// Record again what is said.
    ResumeRecording {
        /// Which.
        call: CallId,
        /// Who asks.
        by: UserId,
    },
    /// Show the SIP messages of a call, in progress or over.
    Ladder {
        /// Whose call.
        enterprise: EnterpriseId,
        /// Which.
        call: CallId,
    },
    /// Let one call of a draft be made.
    Try(Box<Trial>),
}

/// What a command that was met gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// The messages of a call, in the order in which they came and went.
    Ladder(Vec<Rung>),
    /// The call of a draft that may be made.
    Trial {
        /// What it will be called.
        call: CallId,
        /// Until when it can be made.
        until: Timestamp,
    },
}

/// Why a command cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CommandError {
    /// No such agent.
    #[error("there is no such agent")]
    UnknownAgent,
    /// No such call, or it is over.
    #[error("there is no such call in progress")]
    UnknownCall,
    /// The agent is not signed in.
    #[error("the agent is not signed in")]
    NotSignedIn,
    /// The agent is on a call and the change needs them free.
    #[error("the agent is on a call")]
    OnCall,
    /// The agent is not in wrap-up.
    #[error("the agent is not in wrap-up")]
    NotInWrapUp,
    /// The device is not one this server rings.
    #[error("this answer mode is not offered: {0:?}")]
    AnswerMode(AnswerMode),
    /// The call's messages are not held any more, or never were.
    #[error("the SIP messages of this call are not held any more")]
    LadderGone,
    /// The call is not with a bot.
    #[error("the call is not with a bot")]
    NoBot,
    /// No agent talks in the call, which is what can be supervised.
    #[error("no agent talks with anybody in this call")]
    NotTalking,
    /// The supervisor is a party of the call.
    #[error("you take part in this call yourself")]
    OwnCall,
    /// As many supervise the call as may.
    #[error("as many supervise this call as may")]
    TooManySupervisors,
    /// No phone of the supervisor is registered.
    #[error("no phone of yours is registered")]
    NoPhone,
    /// The supervisor does not supervise the call.
    #[error("you do not supervise this call")]
    NotSupervising,
    /// The agent has no second conversation to bring into the call.
    #[error("there is no second conversation that could be brought into this call")]
    NoSecondCall,
    /// The call is not being recorded.
    #[error("the call is not being recorded")]
    NotRecorded,
    /// The caller types what is kept out of every log.
    #[error("the recording pauses while the caller types what is sensitive")]
    SensitiveKeys,
    /// As many calls of drafts wait to be made as may.
    #[error("too many calls of drafts wait to be made; try again in a minute")]
    TooManyTrials,
    /// A status that nobody can ask for.
    #[error("a person cannot set this status")]
    Status,
}
