//! Whole stories with the real binary and telephones that nobody here wrote.

mod conversation;
