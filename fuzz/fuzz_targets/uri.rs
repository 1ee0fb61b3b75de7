//! libFuzzer's entry to the target `uri`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::uri::run(data));
