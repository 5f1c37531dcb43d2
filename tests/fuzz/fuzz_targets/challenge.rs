//! The fuzz target for Digest challenges: a response to a challenge can be sent in a header, and it
//! contains no password.
#![no_main]

use atlas_snapshots::fuzz;
use libfuzzer_sys::fuzz_target;

const PASSWORD: &[u8] = b"q7Zt0xLm2VwR9sKd";

fuzz_target!(|header: &[u8]| {
    let password = std::str::from_utf8(PASSWORD).unwrap();
    let Some(response) = fuzz::challenge(header, password) else {
        return;
    };
    assert!(response.starts_with(b"Digest username=\"Mufasa\", realm=\""));
    assert!(
        response
            .iter()
            .all(|&byte| byte == b'\t' || byte >= b' ' && byte != 0x7f)
    );
    assert!(
        !response
            .windows(PASSWORD.len())
            .any(|part| part == PASSWORD)
    );
});
