//! libFuzzer's entry to the target `stun`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::stun::run(data));
