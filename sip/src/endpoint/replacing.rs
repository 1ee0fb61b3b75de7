//! A call in the place of another (RFC 3891).

use super::Endpoint;
use super::reply::Reply;
use crate::dialog;
use crate::event::SessionId;
use crate::message::{Message, Status};
use crate::referring::Replaces;
use crate::session::{Owner, Session, Stage};

impl Endpoint {
    /// The session of ours that a Replaces names; none if it is over.
    pub fn session_of_replaces(&self, replaces: &Replaces) -> Option<SessionId> {
        let session = self.replaceable(replaces)?;
        (session.owner == Owner::Attached).then_some(session.id)
    }

    fn replaceable(&self, replaces: &Replaces) -> Option<&Session> {
        let id = dialog::session_of(&replaces.to_tag)?;
        let session = self.sessions.get(&id)?;
        let is_same = session.dialog.call_id == replaces.call_id
            && session.branch(&replaces.from_tag).is_some();
        is_same.then_some(session)
    }

    /// The session whose place an INVITE takes, or why it cannot (RFC 3891 §3).
    pub(super) fn replaced(&self, invite: &Message) -> Result<Option<SessionId>, Reply> {
        let replaces = invite
            .replaces()
            .map_err(|_| Reply::new(Status::BAD_REQUEST).because("Bad Replaces"))?;
        let Some(replaces) = replaces else {
            return Ok(None);
        };
        let unknown = Reply::new(Status::CALL_DOES_NOT_EXIST);
        let Some(session) = self.replaceable(&replaces) else {
            return Err(unknown);
        };
        if session.owner != Owner::Attached {
            return Err(Reply::new(Status::DECLINE));
        }
        match session.stage {
            Stage::Confirmed | Stage::Answered { .. } if replaces.early_only => {
                Err(Reply::new(Status::BUSY_HERE))
            }
            Stage::Confirmed | Stage::Answered { .. } | Stage::Calling { .. } => {
                Ok(Some(session.id))
            }
            Stage::Incoming { .. } => Err(unknown),
            Stage::Leaving { .. } | Stage::Closing => Err(Reply::new(Status::DECLINE)),
        }
    }
}
