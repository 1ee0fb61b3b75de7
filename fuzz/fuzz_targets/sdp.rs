//! libFuzzer's entry to the target `sdp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trunkline_fuzz::sdp::run(data));
