//! libFuzzer's entry to the target `credentials`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::credentials::run(data));
