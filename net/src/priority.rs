//! Which threads may wait when a processor is wanted by several.

use crate::syscall::process;

/// How nice a background thread is to the others; 19 is the most. At 10 it has about a tenth of a
/// processor that a media thread wants whole, so it goes on, but nobody waits for it.
const BACKGROUND: i32 = 10;

/// Makes the calling thread one of the background: it does what nobody on the telephone waits for.
/// Threads that it starts are so too. There is no way back without a privilege.
pub fn work_in_the_background() {
    if let Err(error) = process::lower_priority(BACKGROUND) {
        tracing::warn!(%error, "a background thread competes with the media threads");
    }
}
