//! Humans and machines.
