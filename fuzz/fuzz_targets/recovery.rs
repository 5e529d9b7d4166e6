//! [`quittance_fuzz::recovery`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::recovery::run(data));
