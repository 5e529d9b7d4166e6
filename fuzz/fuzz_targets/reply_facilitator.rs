//! [`quittance_fuzz::reply_facilitator`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| quittance_fuzz::reply_facilitator::run(data));
