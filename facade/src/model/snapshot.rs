//! Snapshots and the enums of their fields.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::SnapshotId;
use super::text_enum::{closed_enum, open_enum};

open_enum! {
    /// How often the backup policy takes such a snapshot.
    ///
    /// ```
    /// # use atlas_snapshots::FrequencyType;
    /// assert_eq!(FrequencyType::from("daily"), FrequencyType::Daily);
    /// // Atlas sends this value, although it is not documented.
    /// assert_eq!(FrequencyType::from("ondemand").as_str(), "ondemand");
    /// ```
    FrequencyType {
        /// Every few hours.
        Hourly = "hourly",
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
    }
}

open_enum! {
    /// What caused a snapshot.
    SnapshotType {
        /// A person or program requested it.
        OnDemand = "onDemand",
        /// The backup policy took it.
        Scheduled = "scheduled",
    }
}

open_enum! {
    /// The status of a snapshot. The values of both APIs map to these.
    ///
    /// ```
    /// # use atlas_snapshots::SnapshotStatus;
    /// assert_eq!(SnapshotStatus::from("PENDING"), SnapshotStatus::Queued);
    /// assert_eq!(SnapshotStatus::from("completed"), SnapshotStatus::from("COMPLETED"));
    /// assert_eq!(SnapshotStatus::from("ARCHIVED").as_str(), "ARCHIVED");
    /// ```
    SnapshotStatus {
        /// The snapshot has not started; its date, version and size are not known yet. Flex
        /// sends `PENDING` or `QUEUED`.
        Queued = "queued" or "QUEUED" or "PENDING",
        /// The snapshot is being taken. Flex sends `RUNNING`.
        InProgress = "inProgress" or "RUNNING",
        /// The snapshot is complete and can be restored.
        Completed = "completed" or "COMPLETED",
        /// The snapshot failed.
        Failed = "failed" or "FAILED",
    }
}

impl SnapshotStatus {
    /// Whether the status is final: completed or failed.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// A link as Atlas sends it. This library never follows links.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rel: Option<String>,
}

impl Link {
    pub(crate) fn new(href: Option<String>, rel: Option<String>) -> Self {
        Self { href, rel }
    }

    /// Where the link points; may name a foreign host or plain `http`.
    #[must_use]
    pub fn href(&self) -> Option<&str> {
        self.href.as_deref()
    }

    /// What the link is, such as `self`.
    #[must_use]
    pub fn rel(&self) -> Option<&str> {
        self.rel.as_deref()
    }
}

closed_enum! {
    /// Which API listed a snapshot.
    #[derive(Default)]
    SnapshotSource {
        /// *Return All Snapshots of One Serverless Instance*, v1.0.
        #[default]
        Serverless = "serverless",
        /// `listFlexBackups`, v2.
        Flex = "flex",
    }
}

impl SnapshotSource {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    fn is_serverless(&self) -> bool {
        *self == Self::Serverless
    }
}

impl fmt::Display for SnapshotSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One snapshot of a cluster.
///
/// Only the id is always present: Atlas marks no field as required, and a queued snapshot has
/// neither date nor version. A field that one API does not have is `None`.
///
/// It serializes to the field names of the serverless API. A Flex snapshot has
/// `"source": "flex"`, and `scheduledAt`, `startedAt` and `finishedAt` in addition; `rawStatus`
/// is present where the server's text for the status differs from [`SnapshotStatus::as_str`].
///
/// ```
/// use atlas_snapshots::{Snapshot, SnapshotStatus};
///
/// let queued: Snapshot = serde_json::from_str(
///     r#"{"id": "32b6e34b3d91647abb20e7b8", "status": "queued", "storageSizeBytes": 0}"#,
/// )?;
/// assert_eq!(queued.status(), Some(&SnapshotStatus::Queued));
/// assert_eq!(queued.created_at(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Tests of your own code can make one with [`Snapshot::new`] and the `with_` methods:
///
/// ```
/// use atlas_snapshots::chrono::{TimeDelta, Utc};
/// use atlas_snapshots::{Snapshot, SnapshotSource, SnapshotStatus};
///
/// let yesterday = Utc::now() - TimeDelta::days(1);
/// let snapshot = Snapshot::new("32b6e34b3d91647abb20e7b8", SnapshotSource::Flex)
///     .with_status(SnapshotStatus::Completed)
///     .with_created_at(yesterday);
/// assert_eq!(snapshot.created_at(), Some(yesterday));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the names are Atlas's own")]
pub struct Snapshot {
    pub(crate) id: SnapshotId,
    #[serde(default, skip_serializing_if = "SnapshotSource::is_serverless")]
    pub(crate) source: SnapshotSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scheduled_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finished_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) frequency_type: Option<FrequencyType>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mongod_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serverless_instance_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot_type: Option<SnapshotType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<SnapshotStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) raw_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_size_bytes: Option<i64>,
}

/// Writes a method for each field that sets it.
macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident($field:ident: $type:ty);)+) => {
        impl Snapshot {
            $($(#[$doc])*
            #[must_use]
            pub fn $setter(mut self, $field: $type) -> Self {
                self.$field = Some($field.into());
                self
            })+
        }
    };
}

setters! {
    /// Sets [`created_at`](Self::created_at).
    with_created_at(created_at: DateTime<Utc>);
    /// Sets [`scheduled_at`](Self::scheduled_at).
    with_scheduled_at(scheduled_at: DateTime<Utc>);
    /// Sets [`started_at`](Self::started_at).
    with_started_at(started_at: DateTime<Utc>);
    /// Sets [`finished_at`](Self::finished_at).
    with_finished_at(finished_at: DateTime<Utc>);
    /// Sets [`expires_at`](Self::expires_at).
    with_expires_at(expires_at: DateTime<Utc>);
    /// Sets [`frequency_type`](Self::frequency_type).
    with_frequency_type(frequency_type: FrequencyType);
    /// Sets [`mongod_version`](Self::mongod_version).
    with_mongod_version(mongod_version: &str);
    /// Sets [`serverless_instance_name`](Self::serverless_instance_name).
    with_serverless_instance_name(serverless_instance_name: &str);
    /// Sets [`snapshot_type`](Self::snapshot_type).
    with_snapshot_type(snapshot_type: SnapshotType);
    /// Sets [`status`](Self::status).
    with_status(status: SnapshotStatus);
    /// Sets [`storage_size_bytes`](Self::storage_size_bytes).
    with_storage_size_bytes(storage_size_bytes: i64);
}

impl Snapshot {
    /// A snapshot of which only the id and the API are known. The `with_` methods set the rest.
    #[must_use]
    pub fn new(id: impl Into<SnapshotId>, source: SnapshotSource) -> Self {
        Self {
            id: id.into(),
            source,
            created_at: None,
            scheduled_at: None,
            started_at: None,
            finished_at: None,
            expires_at: None,
            frequency_type: None,
            links: Vec::new(),
            mongod_version: None,
            serverless_instance_name: None,
            snapshot_type: None,
            status: None,
            raw_status: None,
            storage_size_bytes: None,
        }
    }

    /// Sets the status to what a server sent, and keeps the server's text where it differs.
    pub(crate) fn with_received_status(mut self, text: Option<&str>) -> Self {
        self.status = text.map(SnapshotStatus::from);
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status = text.filter(|_| ours != text).map(str::to_owned);
        self
    }

    /// The id of the snapshot.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// The API that listed the snapshot.
    #[must_use]
    pub fn source(&self) -> SnapshotSource {
        self.source
    }

    /// When the snapshot was taken: `createdAt` of the serverless API, `finishTime` of Flex.
    /// `None` while it is queued.
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at
    }

    /// When the snapshot was scheduled to start (`scheduledTime`); Flex only.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<DateTime<Utc>> {
        self.scheduled_at
    }

    /// When the snapshot started (`startTime`); Flex only.
    #[must_use]
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When the snapshot completed or failed (`finishTime`); Flex only.
    #[must_use]
    pub fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.finished_at
    }

    /// When Atlas deletes the snapshot (`expiresAt`, or `expiration` of Flex).
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// How often the backup policy takes such a snapshot; serverless only.
    #[must_use]
    pub fn frequency_type(&self) -> Option<&FrequencyType> {
        self.frequency_type.as_ref()
    }

    /// Links to related resources, as received; serverless only.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The `mongod` version of the snapshot, such as `8.0.29` or `8.0.29-rc1`; `None` while it
    /// is queued.
    #[must_use]
    pub fn mongod_version(&self) -> Option<&str> {
        self.mongod_version.as_deref()
    }

    /// The serverless instance of the snapshot; serverless only.
    #[must_use]
    pub fn serverless_instance_name(&self) -> Option<&str> {
        self.serverless_instance_name.as_deref()
    }

    /// What caused the snapshot; serverless only.
    #[must_use]
    pub fn snapshot_type(&self) -> Option<&SnapshotType> {
        self.snapshot_type.as_ref()
    }

    /// The status of the snapshot.
    #[must_use]
    pub fn status(&self) -> Option<&SnapshotStatus> {
        self.status.as_ref()
    }

    /// The status as the server sent it, such as `PENDING`.
    #[must_use]
    pub fn raw_status(&self) -> Option<&str> {
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status.as_deref().or(ours)
    }

    /// The size of the snapshot in bytes; serverless only. Atlas sends 0 while the snapshot is
    /// queued and its size is not known.
    #[must_use]
    pub fn storage_size_bytes(&self) -> Option<i64> {
        self.storage_size_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_value_reads_back_as_itself() {
        for value in FrequencyType::KNOWN {
            assert_eq!(&FrequencyType::from(value.as_str()), value);
        }
        for value in SnapshotType::KNOWN {
            assert_eq!(&SnapshotType::from(value.as_str()), value);
        }
        for value in SnapshotStatus::KNOWN {
            assert_eq!(&SnapshotStatus::from(value.as_str()), value);
        }
    }

    #[test]
    fn undocumented_values_keep_their_text() {
        let status: SnapshotStatus = serde_json::from_str(r#""ARCHIVED""#).unwrap();
        assert_eq!(status, SnapshotStatus::Unknown("ARCHIVED".into()));
        assert_eq!(status.to_string(), "ARCHIVED");
        assert_eq!(serde_json::to_string(&status).unwrap(), r#""ARCHIVED""#);
        assert!(!status.is_terminal());
    }

    #[test]
    fn the_statuses_of_flex_are_mapped_and_kept() {
        for (word, status) in [
            ("PENDING", SnapshotStatus::Queued),
            ("QUEUED", SnapshotStatus::Queued),
            ("RUNNING", SnapshotStatus::InProgress),
            ("COMPLETED", SnapshotStatus::Completed),
            ("FAILED", SnapshotStatus::Failed),
            ("queued", SnapshotStatus::Queued),
            ("Queued", SnapshotStatus::Unknown("Queued".into())),
        ] {
            let snapshot =
                Snapshot::new("x", SnapshotSource::Flex).with_received_status(Some(word));
            assert_eq!(snapshot.status(), Some(&status));
            assert_eq!(snapshot.raw_status(), Some(word));
        }
    }

    #[test]
    fn a_snapshot_serializes_to_the_documented_names_and_back() {
        let json = r#"{"id":"32b6e34b3d91647abb20e7b8","createdAt":"2025-05-04T09:42:00Z","expiresAt":"2025-05-05T09:42:00Z","frequencyType":"hourly","links":[{"href":"https://cloud.mongodb.com/api/atlas","rel":"self"}],"mongodVersion":"8.0.29-rc1","serverlessInstanceName":"Instance0","snapshotType":"onDemand","status":"completed","storageSizeBytes":5000000000}"#;
        let snapshot: Snapshot = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&snapshot).unwrap(), json);
    }
}
