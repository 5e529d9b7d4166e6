//! [`quittance_fuzz::header_payment`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::header_payment::run(data));
