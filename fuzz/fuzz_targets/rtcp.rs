//! libFuzzer's entry to the target `rtcp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::rtcp::run(data));
