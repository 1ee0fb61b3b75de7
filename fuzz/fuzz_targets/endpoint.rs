//! libFuzzer's entry to the target `endpoint`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::endpoint::run(data));
