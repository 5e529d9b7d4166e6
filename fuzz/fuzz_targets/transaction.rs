//! [`quittance_fuzz::transaction`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::transaction::run(data));
