//! The trait of the output formats, and the columns of those that have them.

use std::borrow::Cow;
use std::io;

use atlas_snapshots::Snapshot;
use chrono::{DateTime, SecondsFormat, Utc};

/// Turns rows into text, which is appended to `out`.
pub(crate) trait Output {
    /// A row; where the format allows it, whole and ready to be printed.
    fn row(&mut self, snapshot: &Snapshot, out: &mut Vec<u8>) -> io::Result<()>;

    /// What belongs after the last row of a whole listing. Without any row, this is an empty list.
    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()>;

    /// What belongs after the last row of a listing that is not whole: nothing that would make it
    /// look like a whole one.
    fn stop(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    /// What a person should know about what was printed.
    fn notice(&self) -> Option<String> {
        None
    }
}

/// One column. Links have none: they only repeat what was requested.
pub(crate) struct Column {
    /// The name in the Atlas API, and in machine-readable headers.
    pub(crate) name: &'static str,
    /// The title for a person.
    pub(crate) title: &'static str,
    /// Whether a table shows it.
    pub(crate) in_table: InTable,
    /// The value as text; `None` when absent.
    pub(crate) value: fn(&Snapshot) -> Option<Cow<'_, str>>,
}

/// When a table shows a column. Files always have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InTable {
    Always,
    /// Where a row fills it: what only one of the APIs has.
    Filled,
    /// It has the same value in every row, or that of another column.
    Never,
}

/// Every column: the id, then the serverless fields in their documented order, then what Flex
/// adds. Programs rely on it; new ones go to the end.
pub(crate) const COLUMNS: [Column; 13] = [
    Column {
        name: "id",
        title: "ID",
        in_table: InTable::Always,
        value: |snapshot| Some(snapshot.id().as_str().into()),
    },
    Column {
        name: "createdAt",
        title: "CREATED",
        in_table: InTable::Always,
        value: |snapshot| snapshot.created_at().map(date),
    },
    Column {
        name: "expiresAt",
        title: "EXPIRES",
        in_table: InTable::Always,
        value: |snapshot| snapshot.expires_at().map(date),
    },
    Column {
        name: "frequencyType",
        title: "FREQUENCY",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.frequency_type().map(|f| f.as_str().into()),
    },
    Column {
        name: "mongodVersion",
        title: "VERSION",
        in_table: InTable::Always,
        value: |snapshot| snapshot.mongod_version().map(Cow::from),
    },
    Column {
        name: "serverlessInstanceName",
        title: "INSTANCE",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.serverless_instance_name().map(Cow::from),
    },
    Column {
        name: "snapshotType",
        title: "TYPE",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.snapshot_type().map(|t| t.as_str().into()),
    },
    Column {
        name: "status",
        title: "STATUS",
        in_table: InTable::Always,
        value: |snapshot| snapshot.status().map(|s| s.as_str().into()),
    },
    Column {
        name: "storageSizeBytes",
        title: "BYTES",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.storage_size_bytes().map(|n| n.to_string().into()),
    },
    Column {
        name: "source",
        title: "SOURCE",
        in_table: InTable::Never,
        value: |snapshot| Some(snapshot.source().as_str().into()),
    },
    Column {
        name: "scheduledAt",
        title: "SCHEDULED",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.scheduled_at().map(date),
    },
    Column {
        name: "startedAt",
        title: "STARTED",
        in_table: InTable::Filled,
        value: |snapshot| snapshot.started_at().map(date),
    },
    Column {
        name: "finishedAt",
        title: "FINISHED",
        in_table: InTable::Never,
        value: |snapshot| snapshot.finished_at().map(date),
    },
];

/// As JSON has it: `2025-05-04T09:42:00Z`, with fractions of a second only where there are any.
fn date(time: DateTime<Utc>) -> Cow<'static, str> {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
}
