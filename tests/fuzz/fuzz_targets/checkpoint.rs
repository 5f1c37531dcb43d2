//! The fuzz target for checkpoints: a checkpoint that can be read has version 2, and is equal after it
//! is written and read again.
#![no_main]

use atlas_snapshots::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(text) {
        let written = serde_json::to_string(&checkpoint).expect("a checkpoint can be written");
        assert!(written.starts_with(r#"{"version":2,"#));
        let again: Checkpoint =
            serde_json::from_str(&written).expect("a written checkpoint can be read");
        assert_eq!(again, checkpoint);
    }
});
