//! [`quittance_fuzz::resource`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::resource::run(data));
