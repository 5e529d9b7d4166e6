//! [`quittance_fuzz::payment_resigned`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::payment_resigned::run(data));
