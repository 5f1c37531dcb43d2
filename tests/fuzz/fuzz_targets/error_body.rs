//! The fuzz target for error bodies: an error contains the status, and its excerpt of the body is bounded
//! and on one line.
#![no_main]

use atlas_snapshots::fuzz;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let error = fuzz::error_body(body);
    assert_eq!(error.status(), Some(500));
    assert!(
        error
            .body_excerpt()
            .is_none_or(|text| text.chars().count() <= 512)
    );
    let line = error.to_string();
    assert!(line.contains("500"));
    assert!(!line.contains(char::is_control));
});
