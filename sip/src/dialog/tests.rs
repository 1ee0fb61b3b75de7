//! Route sets, targets and reachability.

