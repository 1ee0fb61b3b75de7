//! Which method is served to whom: the one table of what may be asked of us.
//!
//! | method | trunk | registered phone | anybody else | in a dialog |
//! | --- | --- | --- | --- | --- |
//! | INVITE | a call | 401, a call | 401, a call | an offer |
//! | REGISTER | 401, a binding | 401, a binding | 401, a binding | as outside |
//! | MESSAGE | 202 | 401, 202 | 403 | 200 |
//! | OPTIONS | 200 | 200 | 403 | 200 |
//! | BYE, INFO, PRACK, UPDATE | 481 | 481 | 403 | served |
//! | REFER | 403 | 403 | 403 | a transfer |
//! | SUBSCRIBE, NOTIFY | 489; `refer`: 403, 481 | 489; `refer`: 403, 481 | 403 | `refer` served, else 489 |
//! | PUBLISH | 489 | 489 | 403 | 405 |
//! | CANCEL | 481 | 481 | 481 | 481 |
//! | ACK | nothing | nothing | nothing | served |
//! | anything else | 501 | 501 | 403 | 501 |
//!
//! 401 stands for a challenge that credentials in the request make unnecessary; with credentials
//! anybody else is asked for them where 403 stands. A dialog is proved by its tags, ours being
//! random, wherever a request comes from; with other tags every request but ACK gets 481. CANCEL is
//! proved by its INVITE's branch.

use super::referring::{bad_event, event_name};
use super::reply::Reply;
use super::screening::unsupported_method;
use crate::message::{Message, Method, Status};

/// What a request outside of a dialog is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside {
    Call,
    Registration,
    InstantMessage,
    Capabilities,
    /// It cannot be outside of a dialog, or nothing here is of its kind.
    Refused(Status),
    /// It is about an event; with this status if the event is a transfer.
    Event(Status),
    Unsupported,
}

/// What a request inside a dialog is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Served,
    AsOutside,
    Unsupported,
}

impl Outside {
    pub(super) fn of(method: Method) -> Self {
        match method {
            Method::Invite => Self::Call,
            Method::Register => Self::Registration,
            Method::Message => Self::InstantMessage,
            Method::Options => Self::Capabilities,
            Method::Bye
            | Method::Cancel
            | Method::Ack
            | Method::Info
            | Method::Prack
            | Method::Update => Self::Refused(Status::CALL_DOES_NOT_EXIST),
            Method::Refer => Self::Refused(Status::FORBIDDEN),
            Method::Subscribe => Self::Event(Status::FORBIDDEN),
            Method::Notify => Self::Event(Status::CALL_DOES_NOT_EXIST),
            Method::Publish => Self::Event(Status::BAD_EVENT),
            Method::Other => Self::Unsupported,
        }
    }

    /// Whether strangers are asked who they are; else they are refused.
    pub(super) fn is_open_to_all(self) -> bool {
        match self {
            Self::Call | Self::Registration => true,
            Self::InstantMessage
            | Self::Capabilities
            | Self::Refused(_)
            | Self::Event(_)
            | Self::Unsupported => false,
        }
    }
}

impl Inside {
    pub(super) fn of(method: Method) -> Self {
        match method {
            Method::Invite
            | Method::Ack
            | Method::Bye
            | Method::Info
            | Method::Message
            | Method::Notify
            | Method::Options
            | Method::Prack
            | Method::Refer
            | Method::Subscribe
            | Method::Update => Self::Served,
            Method::Register => Self::AsOutside,
            Method::Cancel | Method::Publish | Method::Other => Self::Unsupported,
        }
    }
}

/// The answer to a request that nothing is done with.
pub(super) fn refusal(outside: Outside, message: &Message) -> Reply {
    match outside {
        Outside::Refused(status) => Reply::new(status),
        Outside::Event(status) if event_name(message).is_some() && status != Status::BAD_EVENT => {
            Reply::new(status)
        }
        Outside::Event(_) => bad_event(),
        Outside::Call
        | Outside::Registration
        | Outside::InstantMessage
        | Outside::Capabilities
        | Outside::Unsupported => unsupported_method(message),
    }
}
