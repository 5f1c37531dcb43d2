//! Documented words become values, every other text is kept as it came.
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use atlas_snapshots_generated::{
    OpenEnum, Vocabulary,
    types::{FlexSnapshotStatus, SnapshotFrequency, SnapshotStatus, SnapshotType},
};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{from_value, json, to_value};

/// Every word of a vocabulary, both ways.
fn round_trips<K: Vocabulary + PartialEq + std::fmt::Debug>(words: &[&str]) {
    assert_eq!(K::ALL.len(), words.len());
    for (known, word) in K::ALL.iter().zip(words) {
        let open: OpenEnum<K> = from_value(json!(word)).unwrap();
        assert_eq!(open, OpenEnum::Known(*known));
        assert_eq!(open.as_str(), *word);
        assert_eq!(open.to_string(), *word);
        assert_eq!(to_value(&open).unwrap(), json!(word));
        assert_eq!(word.parse::<OpenEnum<K>>().unwrap(), open);
        assert_eq!(OpenEnum::from(*known), open);
        assert_eq!(open.known(), Some(*known));
    }
}

#[test]
fn documented_words_are_known() {
    round_trips::<SnapshotStatus>(&["queued", "inProgress", "completed", "failed"]);
    round_trips::<FlexSnapshotStatus>(&["PENDING", "QUEUED", "RUNNING", "FAILED", "COMPLETED"]);
    round_trips::<SnapshotFrequency>(&["hourly", "daily", "weekly", "monthly"]);
    round_trips::<SnapshotType>(&["onDemand", "scheduled"]);
}

#[test]
fn other_words_keep_their_text() {
    for word in [
        "COMPLETED",
        "Completed",
        " completed",
        "ondemand",
        "",
        "déjà",
    ] {
        let open: OpenEnum<SnapshotStatus> = from_value(json!(word)).unwrap();
        assert_eq!(open, OpenEnum::Unknown(word.to_owned()));
        assert_eq!(open.known(), None);
        assert_eq!(to_value(&open).unwrap(), json!(word));
    }
}

#[test]
fn escaped_text_is_still_a_known_word() {
    let open: OpenEnum<SnapshotStatus> = serde_json::from_str(r#""\u0066ailed""#).unwrap();
    assert_eq!(open, OpenEnum::Known(SnapshotStatus::Failed));
}

#[test]
fn only_strings_are_accepted() {
    for value in [json!(1), json!(null), json!(["queued"]), json!({})] {
        from_value::<OpenEnum<SnapshotStatus>>(value).unwrap_err();
    }
}

#[test]
fn the_schema_is_honest() {
    let mut generator = SchemaGenerator::default();
    let schema = OpenEnum::<SnapshotStatus>::json_schema(&mut generator);
    let known = json!({ "$ref": "#/$defs/SnapshotStatus" });
    assert_eq!(schema, json!({ "anyOf": [known, { "type": "string" }] }));
    assert_eq!(
        generator.definitions()["SnapshotStatus"]["enum"],
        json!(["queued", "inProgress", "completed", "failed"])
    );
}

#[test]
fn width_applies() {
    let status = OpenEnum::Known(SnapshotStatus::Failed);
    assert_eq!(format!("{status:>8}|"), "  failed|");
}
