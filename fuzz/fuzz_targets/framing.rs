//! libFuzzer's entry to the target `framing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::framing::run(data));
