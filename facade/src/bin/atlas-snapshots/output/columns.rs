//! The fields of a snapshot as text, for the formats that have columns.

use std::borrow::Cow;

use atlas_snapshots::Snapshot;
use chrono::{DateTime, SecondsFormat, Utc};

/// One column. Links are left out: nothing in them is news to a reader of a table.
pub(crate) struct Column {
    /// The name in the Atlas API, and in machine-readable headers.
    pub(crate) name: &'static str,
    /// The title for a person.
    pub(crate) title: &'static str,
    /// The value as text; `None` when absent.
    pub(crate) value: fn(&Snapshot) -> Option<Cow<'_, str>>,
}

/// Every column: the id, then the others in their documented order. Programs rely on it.
pub(crate) const COLUMNS: [Column; 9] = [
    Column {
        name: "id",
        title: "ID",
        value: |snapshot| Some(snapshot.id().as_str().into()),
    },
    Column {
        name: "createdAt",
        title: "CREATED",
        value: |snapshot| snapshot.created_at().map(date),
    },
    Column {
        name: "expiresAt",
        title: "EXPIRES",
        value: |snapshot| snapshot.expires_at().map(date),
    },
    Column {
        name: "frequencyType",
        title: "FREQUENCY",
        value: |snapshot| snapshot.frequency_type().map(|f| f.as_str().into()),
    },
    Column {
        name: "mongodVersion",
        title: "VERSION",
        value: |snapshot| snapshot.mongod_version().map(Cow::from),
    },
    Column {
        name: "serverlessInstanceName",
        title: "INSTANCE",
        value: |snapshot| snapshot.serverless_instance_name().map(Cow::from),
    },
    Column {
        name: "snapshotType",
        title: "TYPE",
        value: |snapshot| snapshot.snapshot_type().map(|t| t.as_str().into()),
    },
    Column {
        name: "status",
        title: "STATUS",
        value: |snapshot| snapshot.status().map(|s| s.as_str().into()),
    },
    Column {
        name: "storageSizeBytes",
        title: "BYTES",
        value: |snapshot| snapshot.storage_size_bytes().map(|n| n.to_string().into()),
    },
];

/// As JSON has it: `2025-05-04T09:42:00Z`, with fractions of a second only where there are any.
fn date(time: DateTime<Utc>) -> Cow<'static, str> {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
}
