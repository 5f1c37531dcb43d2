// Written by `cargo xtask codegen`; do not edit. `cargo xtask codegen --check` reports whether it is stale.
//
// Generator: progenitor 0.15.1, typify 0.8.0, prettyplease 0.3.0.
// Inputs, with their sha256:
//   612dc1f9f7c6bb53e94fcb8e59d691995cdc5f64b2c59851153bc38c4a01711a  openapi/common.yaml
//   4b18839c2c90118e28d875b6a4898c81558e644010fc4cd7ddc1ee84361fbac8  openapi/flex-snapshots.yaml
//   ebd864ef0d9d20c58a56062856c79e2cbf3b8387502e5023d0819374cd5ebbef  openapi/serverless-snapshots.yaml
//   62e7f2034b820f09324b01890ef3b7c1b5e478facb7251c710451524de057d3a  openapi/codegen.overlay.yaml

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///The body of an error response.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ApiError {
        #[serde(
            rename = "badRequestDetail",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub bad_request_detail: ::std::option::Option<BadRequestDetail>,
        ///The error, as a sentence.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub detail: ::std::option::Option<::std::string::String>,
        ///The HTTP status.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub error: ::std::option::Option<i32>,
        ///The error, as a constant.
        #[serde(
            rename = "errorCode",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub error_code: ::std::option::Option<::std::string::String>,
        ///The values that were inserted into `detail`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub parameters: ::std::option::Option<::serde_json::Value>,
        ///The HTTP reason phrase.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub reason: ::std::option::Option<::std::string::String>,
    }
    ///The fields of a request that are invalid.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct BadRequestDetail {
        ///One entry for each invalid field.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub fields: ::std::option::Option<crate::lists::First<FieldViolation, 32>>,
    }
    ///The name of a cluster within its project: letters, digits and hyphens, not starting with a hyphen.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ClusterName(::std::string::String);
    impl ::std::ops::Deref for ClusterName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ClusterName> for ::std::string::String {
        fn from(value: ClusterName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ClusterName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            static PATTERN: ::std::sync::LazyLock<::regress::Regex> = ::std::sync::LazyLock::new(||
            { ::regress::Regex::new("^[a-zA-Z0-9][a-zA-Z0-9-]*$").unwrap() });
            if PATTERN.find(value).is_none() {
                return Err(
                    "doesn't match pattern \"^[a-zA-Z0-9][a-zA-Z0-9-]*$\"".into(),
                );
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ClusterName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ClusterName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ClusterName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The reason why one field is invalid.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct FieldViolation {
        ///The reason.
        pub description: ::std::string::String,
        ///The name of the field.
        pub field: ::std::string::String,
    }
    ///One backup snapshot of a Flex cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct FlexSnapshot {
        ///The time after which the snapshot can no longer be downloaded.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub expiration: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        ///The time at which the snapshot finished or failed.
        #[serde(
            rename = "finishTime",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub finish_time: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<SnapshotId>,
        ///The MongoDB version of the cluster at the time of the snapshot.
        #[serde(
            rename = "mongoDBVersion",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub mongo_db_version: ::std::option::Option<::std::string::String>,
        ///The time for which the snapshot was scheduled.
        #[serde(
            rename = "scheduledTime",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub scheduled_time: ::std::option::Option<
            ::atlas_snapshots_generated::Timestamp,
        >,
        ///The time at which the snapshot started.
        #[serde(
            rename = "startTime",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub start_time: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        ///The status of the snapshot.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<FlexSnapshotStatus>,
        >,
    }
    ///One page of snapshots.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct FlexSnapshotPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The snapshots on this page.
        pub results: crate::lists::AtMost<FlexSnapshot, 10000>,
        ///The estimated number of snapshots on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///The status of a snapshot.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum FlexSnapshotStatus {
        #[serde(rename = "PENDING")]
        Pending,
        #[serde(rename = "QUEUED")]
        Queued,
        #[serde(rename = "RUNNING")]
        Running,
        #[serde(rename = "FAILED")]
        Failed,
        #[serde(rename = "COMPLETED")]
        Completed,
    }
    impl ::std::fmt::Display for FlexSnapshotStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Pending => f.write_str("PENDING"),
                Self::Queued => f.write_str("QUEUED"),
                Self::Running => f.write_str("RUNNING"),
                Self::Failed => f.write_str("FAILED"),
                Self::Completed => f.write_str("COMPLETED"),
            }
        }
    }
    impl ::std::str::FromStr for FlexSnapshotStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "PENDING" => Ok(Self::Pending),
                "QUEUED" => Ok(Self::Queued),
                "RUNNING" => Ok(Self::Running),
                "FAILED" => Ok(Self::Failed),
                "COMPLETED" => Ok(Self::Completed),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for FlexSnapshotStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FlexSnapshotStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///A link to another resource.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct Link {
        ///The URL of the link.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub href: ::std::option::Option<::std::string::String>,
        ///The relation of the target to this resource.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub rel: ::std::option::Option<::std::string::String>,
    }
    ///The MongoDB version of the instance at the time of a snapshot.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct MongodVersion(pub ::std::string::String);
    impl ::std::ops::Deref for MongodVersion {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<MongodVersion> for ::std::string::String {
        fn from(value: MongodVersion) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for MongodVersion {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for MongodVersion {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for MongodVersion {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///The id of a project: 24 lower-case hexadecimal digits.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ProjectId(::std::string::String);
    impl ::std::ops::Deref for ProjectId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ProjectId> for ::std::string::String {
        fn from(value: ProjectId) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ProjectId {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            static PATTERN: ::std::sync::LazyLock<::regress::Regex> = ::std::sync::LazyLock::new(||
            { ::regress::Regex::new("^([a-f0-9]{24})$").unwrap() });
            if PATTERN.find(value).is_none() {
                return Err("doesn't match pattern \"^([a-f0-9]{24})$\"".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ProjectId {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ProjectId {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ProjectId {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The name of the instance that a snapshot was taken of.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct ServerlessInstanceName(pub ::std::string::String);
    impl ::std::ops::Deref for ServerlessInstanceName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ServerlessInstanceName> for ::std::string::String {
        fn from(value: ServerlessInstanceName) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ServerlessInstanceName {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ServerlessInstanceName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ServerlessInstanceName {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///One backup snapshot of a serverless instance.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ServerlessSnapshot {
        ///The time at which the snapshot was taken.
        #[serde(
            rename = "createdAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_at: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        ///The time at which Atlas deletes the snapshot.
        #[serde(
            rename = "expiresAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub expires_at: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        ///The frequency of the schedule that the snapshot was taken by.
        #[serde(
            rename = "frequencyType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub frequency_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<SnapshotFrequency>,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<SnapshotId>,
        ///Links to related resources.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        #[serde(
            rename = "mongodVersion",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub mongod_version: ::std::option::Option<MongodVersion>,
        #[serde(
            rename = "serverlessInstanceName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub serverless_instance_name: ::std::option::Option<ServerlessInstanceName>,
        ///Whether the snapshot was taken on demand or by a schedule.
        #[serde(
            rename = "snapshotType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<SnapshotType>,
        >,
        ///The status of the snapshot.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub status: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<SnapshotStatus>,
        >,
        ///The size of the snapshot in bytes.
        #[serde(
            rename = "storageSizeBytes",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub storage_size_bytes: ::std::option::Option<i64>,
    }
    ///One page of snapshots.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct ServerlessSnapshotPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The snapshots on this page.
        pub results: crate::lists::AtMost<ServerlessSnapshot, 10000>,
        ///The estimated number of snapshots on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///The frequency of the schedule that a snapshot was taken by.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum SnapshotFrequency {
        #[serde(rename = "hourly")]
        Hourly,
        #[serde(rename = "daily")]
        Daily,
        #[serde(rename = "weekly")]
        Weekly,
        #[serde(rename = "monthly")]
        Monthly,
    }
    impl ::std::fmt::Display for SnapshotFrequency {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Hourly => f.write_str("hourly"),
                Self::Daily => f.write_str("daily"),
                Self::Weekly => f.write_str("weekly"),
                Self::Monthly => f.write_str("monthly"),
            }
        }
    }
    impl ::std::str::FromStr for SnapshotFrequency {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "hourly" => Ok(Self::Hourly),
                "daily" => Ok(Self::Daily),
                "weekly" => Ok(Self::Weekly),
                "monthly" => Ok(Self::Monthly),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for SnapshotFrequency {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SnapshotFrequency {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The id of a snapshot.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[serde(transparent)]
    pub struct SnapshotId(pub ::std::string::String);
    impl ::std::ops::Deref for SnapshotId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<SnapshotId> for ::std::string::String {
        fn from(value: SnapshotId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for SnapshotId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for SnapshotId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for SnapshotId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///The status of a snapshot.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum SnapshotStatus {
        #[serde(rename = "queued")]
        Queued,
        #[serde(rename = "inProgress")]
        InProgress,
        #[serde(rename = "completed")]
        Completed,
        #[serde(rename = "failed")]
        Failed,
    }
    impl ::std::fmt::Display for SnapshotStatus {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Queued => f.write_str("queued"),
                Self::InProgress => f.write_str("inProgress"),
                Self::Completed => f.write_str("completed"),
                Self::Failed => f.write_str("failed"),
            }
        }
    }
    impl ::std::str::FromStr for SnapshotStatus {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "queued" => Ok(Self::Queued),
                "inProgress" => Ok(Self::InProgress),
                "completed" => Ok(Self::Completed),
                "failed" => Ok(Self::Failed),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for SnapshotStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SnapshotStatus {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Whether a snapshot was taken on demand or by a schedule.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    pub enum SnapshotType {
        #[serde(rename = "onDemand")]
        OnDemand,
        #[serde(rename = "scheduled")]
        Scheduled,
    }
    impl ::std::fmt::Display for SnapshotType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::OnDemand => f.write_str("onDemand"),
                Self::Scheduled => f.write_str("scheduled"),
            }
        }
    }
    impl ::std::str::FromStr for SnapshotType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "onDemand" => Ok(Self::OnDemand),
                "scheduled" => Ok(Self::Scheduled),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for SnapshotType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SnapshotType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
}
#[derive(Clone, Debug)]
/**Client for MongoDB Atlas snapshots

- MongoDB Atlas Flex snapshots, version 2.0: The endpoint of the Atlas Administration API that lists the snapshots of a Flex cluster.
- MongoDB Atlas serverless snapshots, version 1.0: The endpoint of the Atlas Administration API that lists the snapshots of a serverless instance.

Version: 1.0, 2.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Hooks,
}
impl Client {
    /// Create a new client.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new(baseurl: &str, inner: crate::Hooks) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        let client = {
            let dur = ::std::time::Duration::from_secs(15u64);
            reqwest::ClientBuilder::new().connect_timeout(dur).timeout(dur)
        };
        #[cfg(target_arch = "wasm32")]
        let client = reqwest::ClientBuilder::new();
        Self::new_with_client(baseurl, client.build().unwrap(), inner)
    }
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Hooks,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Hooks> for Client {
    fn api_version() -> &'static str {
        "1.0, 2.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Hooks {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::Hooks>,
    {}
};
impl Client {
    /**Lists the snapshots of one serverless instance

Returns one page of the snapshots of one serverless instance. The caller needs the role Project
Read Only.

The operation also lists the snapshots of Flex clusters that were migrated from a serverless
instance or created through `createServerlessInstance`. Its announced end of life was in January
2026; `listFlexBackups` replaces it.

Sends a `GET` request to `/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `cluster_name`: The name of the serverless instance.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of snapshots.
- `items_per_page`: The maximum number of snapshots on a page.
- `page_num`: The number of the page to return, counted from one.
- `pretty`: Whether the body is indented.
```text
let response = client.list_serverless_backups()
    .group_id(group_id)
    .cluster_name(cluster_name)
    .envelope(envelope)
    .include_count(include_count)
    .items_per_page(items_per_page)
    .page_num(page_num)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_serverless_backups(&self) -> builder::ListServerlessBackups<'_> {
        builder::ListServerlessBackups::new(self)
    }
    /**Lists the snapshots of one Flex cluster

Returns one page of the snapshots of one Flex cluster. The caller needs the role Project Read Only.

This operation replaces `listServerlessBackups`.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `name`: The name of the Flex cluster.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of snapshots.
- `items_per_page`: The maximum number of snapshots on a page.
- `page_num`: The number of the page to return, counted from one.
- `pretty`: Whether the body is indented.
```text
let response = client.list_flex_backups()
    .group_id(group_id)
    .name(name)
    .envelope(envelope)
    .include_count(include_count)
    .items_per_page(items_per_page)
    .page_num(page_num)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_flex_backups(&self) -> builder::ListFlexBackups<'_> {
        builder::ListFlexBackups::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    /**Builder for [`Client::list_serverless_backups`]

[`Client::list_serverless_backups`]: super::Client::list_serverless_backups*/
    #[derive(Debug, Clone)]
    pub struct ListServerlessBackups<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        cluster_name: Result<types::ClusterName, String>,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListServerlessBackups<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                cluster_name: Err("cluster_name was not initialized".to_string()),
                envelope: Ok(None),
                include_count: Ok(None),
                items_per_page: Ok(None),
                page_num: Ok(None),
                pretty: Ok(None),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ProjectId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `ProjectId` for group_id failed".to_string()
                });
            self
        }
        pub fn cluster_name<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ClusterName>,
        {
            self.cluster_name = value
                .try_into()
                .map_err(|_| {
                    "conversion to `ClusterName` for cluster_name failed".to_string()
                });
            self
        }
        pub fn envelope<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.envelope = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `bool` for envelope failed".to_string());
            self
        }
        pub fn include_count<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.include_count = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `bool` for include_count failed".to_string()
                });
            self
        }
        pub fn items_per_page<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.items_per_page = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for items_per_page failed"
                        .to_string()
                });
            self
        }
        pub fn page_num<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.page_num = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for page_num failed"
                        .to_string()
                });
            self
        }
        pub fn pretty<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.pretty = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `bool` for pretty failed".to_string());
            self
        }
        ///Sends a `GET` request to `/api/atlas/v1.0/groups/{groupId}/serverless/{clusterName}/backup/snapshots`
        pub async fn send(
            self,
        ) -> Result<
            ResponseValue<types::ServerlessSnapshotPage>,
            Error<types::ApiError>,
        > {
            let Self {
                client,
                group_id,
                cluster_name,
                envelope,
                include_count,
                items_per_page,
                page_num,
                pretty,
            } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let cluster_name = cluster_name.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v1.0/groups/{}/serverless/{}/backup/snapshots", client
                .baseurl, encode_path(& group_id.to_string()), encode_path(& cluster_name
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("envelope", &envelope))
                .query(
                    &progenitor_client::QueryParam::new("includeCount", &include_count),
                )
                .query(
                    &progenitor_client::QueryParam::new("itemsPerPage", &items_per_page),
                )
                .query(&progenitor_client::QueryParam::new("pageNum", &page_num))
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_serverless_backups",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                400u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                401u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                403u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                404u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                500u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    /**Builder for [`Client::list_flex_backups`]

[`Client::list_flex_backups`]: super::Client::list_flex_backups*/
    #[derive(Debug, Clone)]
    pub struct ListFlexBackups<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        name: Result<types::ClusterName, String>,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListFlexBackups<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                name: Err("name was not initialized".to_string()),
                envelope: Ok(None),
                include_count: Ok(None),
                items_per_page: Ok(None),
                page_num: Ok(None),
                pretty: Ok(None),
            }
        }
        pub fn group_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ProjectId>,
        {
            self.group_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `ProjectId` for group_id failed".to_string()
                });
            self
        }
        pub fn name<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ClusterName>,
        {
            self.name = value
                .try_into()
                .map_err(|_| "conversion to `ClusterName` for name failed".to_string());
            self
        }
        pub fn envelope<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.envelope = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `bool` for envelope failed".to_string());
            self
        }
        pub fn include_count<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.include_count = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `bool` for include_count failed".to_string()
                });
            self
        }
        pub fn items_per_page<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.items_per_page = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for items_per_page failed"
                        .to_string()
                });
            self
        }
        pub fn page_num<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.page_num = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for page_num failed"
                        .to_string()
                });
            self
        }
        pub fn pretty<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.pretty = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `bool` for pretty failed".to_string());
            self
        }
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::FlexSnapshotPage>, Error<types::ApiError>> {
            let Self {
                client,
                group_id,
                name,
                envelope,
                include_count,
                items_per_page,
                page_num,
                pretty,
            } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let name = name.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/flexClusters/{}/backup/snapshots", client
                .baseurl, encode_path(& group_id.to_string()), encode_path(& name
                .to_string()),
            );
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("envelope", &envelope))
                .query(
                    &progenitor_client::QueryParam::new("includeCount", &include_count),
                )
                .query(
                    &progenitor_client::QueryParam::new("itemsPerPage", &items_per_page),
                )
                .query(&progenitor_client::QueryParam::new("pageNum", &page_num))
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_flex_backups",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
                400u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                401u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                403u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                404u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                410u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                429u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                500u16 => {
                    Err(
                        Error::ErrorResponse(
                            ResponseValue::from_response(response).await?,
                        ),
                    )
                }
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    pub use self::super::Client;
}
impl crate::Vocabulary for types::FlexSnapshotStatus {
    const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Queued,
        Self::Running,
        Self::Failed,
        Self::Completed,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Failed => "FAILED",
            Self::Completed => "COMPLETED",
        }
    }
}
impl crate::Vocabulary for types::SnapshotFrequency {
    const ALL: &'static [Self] = &[
        Self::Hourly,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
}
impl crate::Vocabulary for types::SnapshotStatus {
    const ALL: &'static [Self] = &[
        Self::Queued,
        Self::InProgress,
        Self::Completed,
        Self::Failed,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "inProgress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}
impl crate::Vocabulary for types::SnapshotType {
    const ALL: &'static [Self] = &[Self::OnDemand, Self::Scheduled];
    fn word(self) -> &'static str {
        match self {
            Self::OnDemand => "onDemand",
            Self::Scheduled => "scheduled",
        }
    }
}
/// The media type that the success of an operation is documented to have.
pub(crate) fn accept(operation_id: &str) -> Option<::reqwest::header::HeaderValue> {
    let media_type = match operation_id {
        "list_flex_backups" => "application/vnd.atlas.2024-11-13+json",
        "list_serverless_backups" => "application/json",
        _ => return None,
    };
    Some(::reqwest::header::HeaderValue::from_static(media_type))
}
