//! [`quittance_fuzz::money_amount`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::money_amount::run(data));
