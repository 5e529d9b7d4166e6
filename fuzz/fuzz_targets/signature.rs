//! [`quittance_fuzz::signature`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::signature::run(data));
