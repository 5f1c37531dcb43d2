//! The fuzz target for pages: a page yields one error, or each of its items as readable or unreadable.
#![no_main]

use atlas_snapshots::{ErrorKind, fuzz};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    match fuzz::page(body) {
        Ok((readable, unreadable)) => {
            let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
            // `Value` accepts a duplicate key, and the library does not.
            if let Ok(page) = serde_json::from_slice::<Value>(body) {
                assert_eq!(
                    page["results"].as_array().map(Vec::len),
                    Some(readable + unreadable)
                );
            }
        }
        Err(error) => {
            assert!(matches!(
                error.kind(),
                ErrorKind::Decode | ErrorKind::Protocol
            ));
            assert_eq!(error.status(), Some(200));
            assert!(
                error
                    .body_excerpt()
                    .is_none_or(|text| text.chars().count() <= 512)
            );
            assert!(!error.to_string().contains(char::is_control));
        }
    }
});
