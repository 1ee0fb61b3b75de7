//! Tests of the reactor over loopback.
