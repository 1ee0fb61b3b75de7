//! Why a call could not be brought back after a restart.

use model::FlowId;
use thiserror::Error;

/// Why a saved state cannot go on. The call is closed with [`model::EndReason::ServerFailure`].
#[derive(Debug, Error)]
pub enum Error {
    /// The bytes are not a saved state of this version.
    #[error("the saved state cannot be read")]
    Unreadable(#[source] postcard::Error),
    /// The state was saved in another format, by another version of the server.
    #[error("the state was saved by another version of the server")]
    OtherFormat,
    /// Not even whose call it was can be read.
    #[error("the saved state does not say whose call it is")]
    NoOutline,
    /// The dialog's state cannot be used.
    #[error("the dialog cannot be restored")]
    Dialog(#[source] sip::Error),
    /// The dialog was over when the state was saved.
    #[error("the dialog was over")]
    DialogMissing,
    /// The RTP port of a leg is outside the range, or another program holds it.
    #[error("port {0} of the call cannot be used any more")]
    PortGone(u32),
    /// The version of the flow that the caller is in is not there any more.
    #[error("flow {0} is not there in the version that the call entered")]
    FlowGone(FlowId),
}
