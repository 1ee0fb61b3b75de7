//! Announcements of a network.
