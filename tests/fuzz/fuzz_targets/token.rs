//! The fuzz target for responses of the token endpoint: a token is read from an object alone.
#![no_main]

use atlas_snapshots::fuzz;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    if let Some(token) = fuzz::token(body) {
        assert!(body.trim_ascii_start().starts_with(b"{"));
        // Fields that are ignored need not be UTF-8.
        if let Ok(body) = serde_json::from_slice::<Value>(body) {
            assert_eq!(body["access_token"], token.as_str());
        }
    }
});
