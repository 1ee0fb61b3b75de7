//! Tests of the recording writer.
