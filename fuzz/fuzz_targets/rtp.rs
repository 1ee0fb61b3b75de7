//! libFuzzer's entry to the target `rtp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::rtp::run(data));
