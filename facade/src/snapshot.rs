//! The domain: what a snapshot is to someone who relies on it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;

/// Identifies one snapshot.
///
/// Documented as 24 lower-case hexadecimal characters; whatever the server sends is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// The id as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SnapshotId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl AsRef<str> for SnapshotId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

open_enum! {
    /// How often the policy behind a snapshot runs.
    ///
    /// ```
    /// # use atlas_snapshots::FrequencyType;
    /// assert_eq!(FrequencyType::from("daily"), FrequencyType::Daily);
    /// // Live, though undocumented: kept, not lost.
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
        /// A person or program asked for it.
        OnDemand = "onDemand",
        /// The backup policy took it.
        Scheduled = "scheduled",
    }
}

open_enum! {
    /// How far a snapshot has come, in one vocabulary for both APIs.
    ///
    /// ```
    /// # use atlas_snapshots::SnapshotStatus;
    /// assert_eq!(SnapshotStatus::from("PENDING"), SnapshotStatus::Queued);
    /// assert_eq!(SnapshotStatus::from("completed"), SnapshotStatus::from("COMPLETED"));
    /// assert_eq!(SnapshotStatus::from("ARCHIVED").as_str(), "ARCHIVED");
    /// ```
    SnapshotStatus {
        /// Waiting to start; date, version and size are not known yet. Flex says `PENDING` or
        /// `QUEUED`.
        Queued = "queued" or "QUEUED" or "PENDING",
        /// Being taken. Flex says `RUNNING`.
        InProgress = "inProgress" or "RUNNING",
        /// Taken whole: the only state to restore from.
        Completed = "completed" or "COMPLETED",
        /// Given up.
        Failed = "failed" or "FAILED",
    }
}

impl SnapshotStatus {
    /// Whether the snapshot has reached its final state, good or bad.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// A link as Atlas sends it. Shown for completeness: this library never follows one.
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

/// Which API a snapshot was listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SnapshotSource {
    /// *Return All Snapshots of One Serverless Instance*, v1.0.
    #[default]
    Serverless,
    /// `listFlexBackups`, v2.
    Flex,
}

impl SnapshotSource {
    /// `serverless` or `flex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serverless => "serverless",
            Self::Flex => "flex",
        }
    }

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
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

/// One snapshot of a serverless instance or a Flex cluster.
///
/// Only the id is always there: Atlas marks no field as required, and a queued snapshot has
/// neither date nor version yet. What one API lacks is `None`.
///
/// Serializes to the field names of the serverless API. A Flex snapshot says `"source": "flex"`
/// and has `scheduledAt`, `startedAt` and `finishedAt` besides; `rawStatus` is there where the
/// server's own word for the status is another than ours.
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

impl Snapshot {
    /// A snapshot of which nothing but this is known.
    pub(crate) fn new(id: SnapshotId, source: SnapshotSource) -> Self {
        Self {
            id,
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

    /// Takes a status as a server wrote it, and keeps its word where ours is another.
    pub(crate) fn with_status(mut self, text: Option<&str>) -> Self {
        self.status = text.map(SnapshotStatus::from);
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status = text.filter(|_| ours != text).map(str::to_owned);
        self
    }

    /// Identifies this snapshot among all.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// Which API listed it.
    #[must_use]
    pub fn source(&self) -> SnapshotSource {
        self.source
    }

    /// When the snapshot was taken: `createdAt` of a serverless one, `finishTime` of a Flex one.
    /// Absent while it is queued.
    #[must_use]
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        self.created_at
    }

    /// When it was due (`scheduledTime`); Flex only.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<DateTime<Utc>> {
        self.scheduled_at
    }

    /// When Atlas began to take it (`startTime`); Flex only.
    #[must_use]
    pub fn started_at(&self) -> Option<DateTime<Utc>> {
        self.started_at
    }

    /// When Atlas was done with it, well or badly (`finishTime`); Flex only.
    #[must_use]
    pub fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.finished_at
    }

    /// When Atlas will delete the snapshot (`expiresAt`, `expiration`).
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// How often the policy behind it runs; serverless only.
    #[must_use]
    pub fn frequency_type(&self) -> Option<&FrequencyType> {
        self.frequency_type.as_ref()
    }

    /// Links to related resources, as received; never followed. Serverless only.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The `mongod` version that took it, such as `8.0.29` or `8.0.29-rc1`; absent while it is
    /// queued.
    #[must_use]
    pub fn mongod_version(&self) -> Option<&str> {
        self.mongod_version.as_deref()
    }

    /// The instance it belongs to; serverless only.
    #[must_use]
    pub fn serverless_instance_name(&self) -> Option<&str> {
        self.serverless_instance_name.as_deref()
    }

    /// What caused it; serverless only.
    #[must_use]
    pub fn snapshot_type(&self) -> Option<&SnapshotType> {
        self.snapshot_type.as_ref()
    }

    /// How far it has come.
    #[must_use]
    pub fn status(&self) -> Option<&SnapshotStatus> {
        self.status.as_ref()
    }

    /// How far it has come, in the server's own word, such as `PENDING`.
    #[must_use]
    pub fn raw_status(&self) -> Option<&str> {
        let ours = self.status.as_ref().map(SnapshotStatus::as_str);
        self.raw_status.as_deref().or(ours)
    }

    /// Its size in bytes; 0 while it is queued, meaning "not known yet". Serverless only.
    #[must_use]
    pub fn storage_size_bytes(&self) -> Option<i64> {
        self.storage_size_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_value_reads_back_as_itself() {
        for value in FrequencyType::DOCUMENTED {
            assert_eq!(&FrequencyType::from(value.as_str()), value);
        }
        for value in SnapshotType::DOCUMENTED {
            assert_eq!(&SnapshotType::from(value.as_str()), value);
        }
        for value in SnapshotStatus::DOCUMENTED {
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
    fn the_words_of_flex_are_understood_and_kept() {
        for (word, status) in [
            ("PENDING", SnapshotStatus::Queued),
            ("QUEUED", SnapshotStatus::Queued),
            ("RUNNING", SnapshotStatus::InProgress),
            ("COMPLETED", SnapshotStatus::Completed),
            ("FAILED", SnapshotStatus::Failed),
            ("queued", SnapshotStatus::Queued),
            ("Queued", SnapshotStatus::Unknown("Queued".into())),
        ] {
            let id = SnapshotId::from("x".to_owned());
            let snapshot = Snapshot::new(id, SnapshotSource::Flex).with_status(Some(word));
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
