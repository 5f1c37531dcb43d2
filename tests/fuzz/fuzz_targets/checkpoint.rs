//! A checkpoint that can be read has version 2, and reads back equal after it is written.
#![no_main]

use atlas_snapshots::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(text) {
        let written = serde_json::to_string(&checkpoint).expect("a checkpoint can be written");
        assert!(written.starts_with(r#"{"version":2,"#));
        let again: Checkpoint = serde_json::from_str(&written).expect("and read back");
        assert_eq!(again, checkpoint);
    }
});
