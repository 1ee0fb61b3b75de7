//! Agents: the two dimensions of an agent's state (登录状态 and 工作状态) and what changes them.

use crate::CallId;
use serde::{Deserialize, Serialize};

/// With what an agent takes calls (接听方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMode {
    /// 网络电话: the browser softphone.
    Softphone,
    /// SIP电话: a registered desk phone or softphone program.
    Sip,
    /// 手机/电话: an ordinary telephone.
    Phone,
    /// APP.
    App,
    /// 其他.
    Other,
}

/// A kind of break (小休), 11 to 18; the enterprise names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct BreakKind(u8);

impl BreakKind {
    /// The break with this code, 11 to 18.
    pub const fn new(code: u8) -> Option<Self> {
        match code {
            11..=18 => Some(Self(code)),
            _ => None,
        }
    }

    /// The code, 11 to 18.
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for BreakKind {
    type Error = String;

    fn try_from(code: u8) -> Result<Self, Self::Error> {
        Self::new(code).ok_or_else(|| format!("{code} is not a break; allowed are 11 to 18"))
    }
}

impl From<BreakKind> for u8 {
    fn from(kind: BreakKind) -> Self {
        kind.0
    }
}

/// What an agent has declared (登录状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginStatus {
    /// 离线.
    Offline,
    /// 在线: takes calls.
    Online,
    /// 勿扰: takes no calls, may dial.
    DoNotDisturb,
    /// 小休.
    Break(BreakKind),
    /// 系统锁定: after too many missed calls; leaves it by going online.
    Locked,
}

/// What an agent is doing (工作状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum WorkState {
    /// Not signed in.
    Offline,
    /// 空闲: a call may be offered.
    Idle,
    /// 置忙: signed in, takes no calls.
    Busy,
    /// 呼入振铃.
    Ringing {
        /// The call that rings.
        call: CallId,
    },
    /// 通话中.
    Talking {
        /// The call.
        call: CallId,
    },
    /// 整理中.
    WrapUp {
        /// The call that ended.
        call: CallId,
    },
}

/// Who changed an agent's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusActor {
    /// The agent.
    Agent,
    /// A supervisor.
    Supervisor,
    /// The server.
    System,
}

/// One thing that happened to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentFact {
    /// Signed in to take calls.
    SignedIn {
        /// With what.
        answer_mode: AnswerMode,
    },
    /// Signed out.
    SignedOut {
        /// By whom.
        actor: StatusActor,
    },
    /// The declared status changed.
    StatusChanged {
        /// What it was.
        from: LoginStatus,
        /// What it is.
        to: LoginStatus,
        /// By whom.
        actor: StatusActor,
    },
    /// The work state changed.
    WorkChanged {
        /// What it was.
        from: WorkState,
        /// What it is.
        to: WorkState,
    },
    /// The agent's phone registered or its registration ended.
    PhoneChanged {
        /// Whether at least one device is registered.
        registered: bool,
    },
}
