//! What recordings leave free: a disk that they fill would stop the journal, and with it new calls.

use crate::syscall::space::{self, Space};
use std::{fs::File, io};

/// The share of a disk that is kept free at most.
const SHARE: u64 = 20;

/// Whether the disk that `file` lies on has room for recordings beside the reserve.
pub(super) fn check(file: &File, reserve: u64) -> io::Result<()> {
    if has_room(space::around(file)?, reserve) {
        Ok(())
    } else {
        Err(io::ErrorKind::StorageFull.into())
    }
}

fn has_room(space: Space, reserve: u64) -> bool {
    // A file system without a size, such as /dev, is asked by writing.
    space.all == 0 || space.free >= reserve.min(space.all / SHARE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_kept_but_never_more_than_a_twentieth() {
        let space = |all, free| Space { all, free };
        assert!(has_room(space(1_000, 50), 50));
        assert!(!has_room(space(1_000, 49), 50));
        assert!(has_room(space(1_000, 50), 900));
        assert!(!has_room(space(100_000, 899), 900));
        assert!(has_room(space(0, 0), 900));
    }
}
