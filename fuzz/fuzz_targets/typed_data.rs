//! [`quittance_fuzz::typed_data`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::typed_data::run(data));
