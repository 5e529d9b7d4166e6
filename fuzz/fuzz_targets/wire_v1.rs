//! [`quittance_fuzz::wire_v1`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::wire_v1::run(data));
