//! The model's closed sets of words as the API writes them, each with its schema.
//!
//! The model knows no HTTP, so each set is mirrored here; the conversions are exhaustive, and a
//! word added to the model does not compile before it is added here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($word:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($word),* }

        impl From<model::$name> for $name {
            fn from(word: model::$name) -> Self {
                match word { $(model::$name::$word => Self::$word),* }
            }
        }

        impl From<$name> for model::$name {
            fn from(word: $name) -> Self {
                match word { $($name::$word => Self::$word),* }
            }
        }
    )*};
}

words! {
    /// Who called whom.
    Direction { Inbound, Outbound, Internal }
    /// How a call came about.
    CallType { Inbound, Outbound, ClickToDial, Internal, Trial }
    /// With what an agent takes calls.
    AnswerMode { Softphone, Sip, Phone, App, Other }
    /// Who ended a call.
    EndedBy { Customer, Agent, System, Network }
    /// How far a call has come.
    EndStage { PreIvr, Ivr, Queue, Ringing, Talking, Voicemail, Survey }
    /// Why a call ended.
    EndReason {
        HungUp, Cancelled, FlowEnded, UnknownNumber, NotAcceptable, Overloaded, NoAgent,
        QueueTimeout, QueueFull, NoAnswer, Busy, Refused, Forbidden, MediaTimeout, SignallingTimeout,
        Operator, Shutdown, ServerFailure, InternalError, Expired, Transferred, Congestion,
        OutOfService, PoweredOff, Unreachable,
    }
    /// What was recognised in the audio of a party.
    Finding {
        Beep, Busy, Congestion, EmptyNumber, FaxAnswering, FaxCalling, Human, Machine, NoAnswer,
        OutOfService, PoweredOff, Ringback, SpecialInformation, Undecided, Unreachable,
    }
    /// How an offer of a call to an agent ended.
    OfferOutcome { Answered, NoAnswer, Rejected, Unreachable, CallerGaveUp, PickedUp }
    /// How a call left a queue.
    QueueExit { Answered, Abandoned, TimedOut, Full, NoAgent, Ended }
    /// By what customers rate.
    RatingScale { Stars, Points }
    /// How far a recording is.
    RecordingState { Open, Closed, Faulty }
    /// What kind of file a recording is.
    RecordingFormat { Wav, Opus }
    /// What a person may do.
    Role { Agent, Supervisor, Admin }
    /// How a gateway is spoken to.
    TrunkTransport { Auto, Udp, Tcp, Tls }
    /// A codec.
    Codec { Pcma, Pcmu, G722, Opus, G729 }
    /// How key presses travel.
    DtmfMode { Rfc4733, Info, Inband }
    /// One repair of session descriptions.
    SdpFixup { AddressFromSource, AssumeTelephoneEvent, OmitSendrecv, OmitPtime }
    /// What is done with tones and announcements before the answer.
    EarlyMedia { End, Ignore, Record }
    /// Whether media is encrypted.
    SrtpPolicy { Off, Optional, Required }
    /// What follows where a gateway says that the callee is not available (408, 480).
    WhenUnavailable { End, NextGateway }
    /// A day of the week.
    Day { Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday }
    /// What was done.
    AuditAction {
        TrunkCreated, TrunkChanged, TrunkDeleted, TrunkNumberCreated, TrunkNumberChanged,
        TrunkNumberDeleted, TimeSchemeCreated, TimeSchemeChanged, TimeSchemeDeleted,
        SoundCreated, SoundChanged, SoundDeleted, FlowCreated, FlowPublished, FlowTried, LadderShown, LadderExported,
        CallSupervised, SupervisionRefused, DialForbidden, SourceBarred,
    }
    /// How a supervisor takes part in a call.
    SupervisionMode { Monitor, Whisper, Barge, TakeOver }
    /// How a supervisor's part in a call ended.
    SupervisionEnd { HungUp, Stopped, NoAnswer, Refused, TookOver, CallEnded }
    /// Who left a conversation of three.
    ConferenceSide { Customer, Agent, Guest }
    /// Which agent gets the next call of a queue.
    Strategy { LongestIdle }
}
