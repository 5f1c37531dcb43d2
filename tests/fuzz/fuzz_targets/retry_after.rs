//! The fuzz target for `Retry-After` headers: a header yields a wait or nothing, and a number of seconds
//! yields no other wait.
#![no_main]

use std::time::Duration;

use atlas_snapshots::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, &[u8])| {
    let (second, value) = input;
    let wait = fuzz::retry_after(value, second);
    if let Some(seconds) = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        assert!(wait.is_none() || wait == Some(Duration::from_secs(seconds)));
    }
});
