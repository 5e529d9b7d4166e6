//! [`quittance_fuzz::payer_cache`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::payer_cache::run(data));
