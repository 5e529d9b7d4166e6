//! [`quittance_fuzz::identifiers`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::identifiers::run(data));
