//! Every spelling of a moment that ISO 8601 allows and a server might use.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails panics"
)]

use atlas_snapshots_generated::Timestamp;
use chrono::{DateTime, TimeZone, Utc};
use schemars::schema_for;
use serde_json::{from_value, json, to_value};

#[test]
fn legal_spellings_are_read_and_written_one_way() {
    for (text, canonical) in [
        ("2026-08-02T17:05:10Z", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10z", "2026-08-02T17:05:10Z"),
        ("2026-08-02t17:05:10Z", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10+00:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10-00:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+02:00", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05:10+0000", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+0200", "2026-08-02T17:05:10Z"),
        ("2026-08-02T13:35:10-0330", "2026-08-02T17:05:10Z"),
        ("2026-08-02T19:05:10+02", "2026-08-02T17:05:10Z"),
        ("2026-08-02T17:05Z", "2026-08-02T17:05:00Z"),
        ("2026-08-02T19:05+0200", "2026-08-02T17:05:00Z"),
        ("2026-08-02T17:05:10.5Z", "2026-08-02T17:05:10.500Z"),
        ("2026-08-02T17:05:10,5Z", "2026-08-02T17:05:10.500Z"),
        ("2026-08-02T17:05:10.123456Z", "2026-08-02T17:05:10.123456Z"),
        (
            "2026-08-02T17:05:10.123456789+0000",
            "2026-08-02T17:05:10.123456789Z",
        ),
        ("1999-12-31T23:59:59.999-0100", "2000-01-01T00:59:59.999Z"),
    ] {
        let moment: Timestamp = from_value(json!(text)).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(to_value(moment).unwrap(), json!(canonical), "{text}");
        assert_eq!(moment.to_string(), canonical, "{text}");
        assert_eq!(text.parse::<Timestamp>().unwrap(), moment, "{text}");
    }
}

#[test]
fn what_names_no_moment_is_refused() {
    for value in [
        json!(""),
        json!("string"),
        json!("2026-08-02"),
        json!("2026-08-02T17:05:10"),
        json!("2026-13-02T17:05:10Z"),
        json!("2026-02-30T17:05:10Z"),
        json!("2026-08-02T25:05:10Z"),
        json!("Sun, 2 Aug 2026 17:05:10 GMT"),
        json!(1_785_690_310),
        json!(null),
    ] {
        from_value::<Timestamp>(value.clone())
            .map(|read| panic!("{value} was read as {read}"))
            .unwrap_err();
    }
}

/// Moments from 1684 to 2255, in every whole-hour offset: written by chrono, read back by us.
#[test]
fn any_moment_survives_the_round_trip() {
    for step in 0..5_000_i64 {
        let moment = Utc.timestamp_nanos((step - 2_500) * 3_600_123_456_789_012);
        let written = to_value(Timestamp(moment)).unwrap();
        assert_eq!(from_value::<Timestamp>(written).unwrap().0, moment);

        let hours = i32::try_from(step % 27).unwrap() - 12;
        let offset = chrono::FixedOffset::east_opt(hours * 3_600).unwrap();
        let local = moment.with_timezone(&offset);
        for format in ["%Y-%m-%dT%H:%M:%S%.9f%z", "%Y-%m-%dT%H:%M:%S%.9f%:z"] {
            let text = local.format(format).to_string();
            assert_eq!(text.parse::<Timestamp>().unwrap().0, moment, "{text}");
        }
    }
}

#[test]
fn it_is_a_date_time_both_ways() {
    let moment = DateTime::UNIX_EPOCH;
    assert_eq!(DateTime::from(Timestamp::from(moment)), moment);
    let schema = schema_for!(Timestamp);
    assert_eq!(schema.get("type"), Some(&json!("string")));
    assert_eq!(schema.get("format"), Some(&json!("date-time")));
}
