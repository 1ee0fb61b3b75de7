//! libFuzzer's entry to the target `srtp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::srtp::run(data));
