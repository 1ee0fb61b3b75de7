//! Tests of a media thread over loopback.
