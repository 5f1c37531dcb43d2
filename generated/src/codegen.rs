// Written by `cargo xtask codegen`; do not edit. `cargo xtask codegen --check` reports whether it is stale.
//
// Generator: progenitor 0.15.1, typify 0.8.0, prettyplease 0.3.0.
// Inputs, with their sha256:
//   bb298ed318a8813e487231b41a48b28930ed447574fcda0c6ad2fe3626199f88  openapi/cluster-snapshots.yaml
//   b11708916a0cd47e3dead50d30c8b69321594193c8caf9ca47d1e3be35f029ef  openapi/clusters.yaml
//   e31f272ff14437bf581ac977db012a62d95b3cdef62dba274fb1c8cfffa47da1  openapi/common.yaml
//   9b6b7d5b82bad2edf8536c3d5b4d04626cdd6f1a882f076bebaebdb97d3d39ac  openapi/flex-clusters.yaml
//   60bb83f21d6bf4027a1012674f29445a2420dc66f5c54b41c318ca64c5ee503a  openapi/flex-snapshots.yaml
//   180d83c677b21a10f8803f1c67493dd79cb3b00644d2e61d3c7b0b5678348074  openapi/projects.yaml
//   c275c249fbd99d5dc9ad9a2d1b557ae39640d7817eda58767c3712172016e17e  openapi/serverless-snapshots.yaml
//   d6dc483a1e263029a55fa42a447442850480c7142f8633d4a79b3938c12323c7  openapi/codegen.overlay.yaml

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
    ///A cloud provider.
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
    pub enum CloudProvider {
        #[serde(rename = "AWS")]
        Aws,
        #[serde(rename = "AZURE")]
        Azure,
        #[serde(rename = "GCP")]
        Gcp,
    }
    impl ::std::fmt::Display for CloudProvider {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Aws => f.write_str("AWS"),
                Self::Azure => f.write_str("AZURE"),
                Self::Gcp => f.write_str("GCP"),
            }
        }
    }
    impl ::std::str::FromStr for CloudProvider {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "AWS" => Ok(Self::Aws),
                "AZURE" => Ok(Self::Azure),
                "GCP" => Ok(Self::Gcp),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for CloudProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for CloudProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///One dedicated or free cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct Cluster {
        ///Whether Atlas takes snapshots of the cluster.
        #[serde(
            rename = "backupEnabled",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_enabled: ::std::option::Option<bool>,
        ///Whether the cluster is a replica set, a sharded cluster or a global cluster.
        #[serde(
            rename = "clusterType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cluster_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<ClusterType>,
        >,
        ///The time at which the cluster was created.
        #[serde(
            rename = "createDate",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub create_date: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        #[serde(
            rename = "groupId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub group_id: ::std::option::Option<ObjectId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<ObjectId>,
        ///The use that Atlas itself makes of the cluster.
        #[serde(
            rename = "internalClusterRole",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub internal_cluster_role: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<InternalClusterRole>,
        >,
        ///The MongoDB version of the cluster.
        #[serde(
            rename = "mongoDBVersion",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub mongo_db_version: ::std::option::Option<::std::string::String>,
        ///The name of the cluster, which is unique within its project.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        ///Whether the cluster is paused.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub paused: ::std::option::Option<bool>,
        ///Whether the cluster can be restored to any point in time.
        #[serde(
            rename = "pitEnabled",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub pit_enabled: ::std::option::Option<bool>,
        ///The shards or zones of the cluster, with their regions.
        #[serde(
            rename = "replicationSpecs",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub replication_specs: ::std::option::Option<
            crate::lists::First<ReplicationSpec, 1000>,
        >,
        ///Whether the snapshots of the cluster are kept after its deletion.
        #[serde(
            rename = "retainBackups",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub retain_backups: ::std::option::Option<bool>,
        ///The state of the cluster.
        #[serde(
            rename = "stateName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<ClusterState>,
        >,
        ///The tags of the cluster.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<crate::lists::First<ResourceTag, 256>>,
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
    ///One page of clusters.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct ClusterPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The clusters on this page.
        pub results: crate::lists::AtMost<Cluster, 10000>,
        ///The estimated number of clusters on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///One backup snapshot of a dedicated cluster. A snapshot of a sharded cluster consists of one snapshot of each shard and one of its config servers.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ClusterSnapshot {
        ///The cloud provider that stores the snapshot.
        #[serde(
            rename = "cloudProvider",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cloud_provider: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<CloudProvider>,
        >,
        ///The placement of the config servers of a sharded cluster.
        #[serde(
            rename = "configServerType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub config_server_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<ConfigServerType>,
        >,
        ///The regions to which Atlas copies the snapshot.
        #[serde(
            rename = "copyRegions",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub copy_regions: ::std::option::Option<
            crate::lists::First<::std::string::String, 256>,
        >,
        ///The time at which the snapshot was taken.
        #[serde(
            rename = "createdAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_at: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        ///The text that was given to a snapshot on demand.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub description: ::std::option::Option<::std::string::String>,
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
            ::atlas_snapshots_generated::OpenEnum<ClusterSnapshotFrequency>,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<SnapshotId>,
        ///Links to related resources.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The id of the customer's key that encrypts the snapshot.
        #[serde(
            rename = "masterKeyUUID",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub master_key_uuid: ::std::option::Option<::std::string::String>,
        ///The parts of a snapshot of a sharded cluster.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub members: ::std::option::Option<
            crate::lists::First<ClusterSnapshotMember, 1000>,
        >,
        #[serde(
            rename = "mongodVersion",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub mongod_version: ::std::option::Option<MongodVersion>,
        ///The ids of the items of the backup policy by which the snapshot was taken.
        #[serde(
            rename = "policyItems",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub policy_items: ::std::option::Option<crate::lists::First<ObjectId, 256>>,
        ///The name of the replica set that the snapshot was taken of.
        #[serde(
            rename = "replicaSetName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub replica_set_name: ::std::option::Option<::std::string::String>,
        ///The ids of the parts of a snapshot of a sharded cluster.
        #[serde(
            rename = "snapshotIds",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_ids: ::std::option::Option<crate::lists::First<SnapshotId, 1000>>,
        ///The reason why the snapshot was taken.
        #[serde(
            rename = "snapshotType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub snapshot_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<ClusterSnapshotType>,
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
        ///Whether the snapshot was taken of a replica set or of a sharded cluster.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<SnapshotClusterType>,
        >,
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
    pub enum ClusterSnapshotFrequency {
        #[serde(rename = "hourly")]
        Hourly,
        #[serde(rename = "daily")]
        Daily,
        #[serde(rename = "weekly")]
        Weekly,
        #[serde(rename = "monthly")]
        Monthly,
        #[serde(rename = "yearly")]
        Yearly,
    }
    impl ::std::fmt::Display for ClusterSnapshotFrequency {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Hourly => f.write_str("hourly"),
                Self::Daily => f.write_str("daily"),
                Self::Weekly => f.write_str("weekly"),
                Self::Monthly => f.write_str("monthly"),
                Self::Yearly => f.write_str("yearly"),
            }
        }
    }
    impl ::std::str::FromStr for ClusterSnapshotFrequency {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "hourly" => Ok(Self::Hourly),
                "daily" => Ok(Self::Daily),
                "weekly" => Ok(Self::Weekly),
                "monthly" => Ok(Self::Monthly),
                "yearly" => Ok(Self::Yearly),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ClusterSnapshotFrequency {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ClusterSnapshotFrequency {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The snapshot of one shard, or of the config servers, as a part of a snapshot of a sharded cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ClusterSnapshotMember {
        ///The cloud provider that stores this part of the snapshot.
        #[serde(
            rename = "cloudProvider",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cloud_provider: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<CloudProvider>,
        >,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<SnapshotId>,
        ///The name of the shard or of the replica set of the config servers.
        #[serde(
            rename = "replicaSetName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub replica_set_name: ::std::option::Option<::std::string::String>,
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
    pub struct ClusterSnapshotPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The snapshots on this page.
        pub results: crate::lists::AtMost<ClusterSnapshot, 10000>,
        ///The estimated number of snapshots on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///The reason why a snapshot was taken.
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
    pub enum ClusterSnapshotType {
        #[serde(rename = "onDemand")]
        OnDemand,
        #[serde(rename = "scheduled")]
        Scheduled,
        #[serde(rename = "fallback")]
        Fallback,
    }
    impl ::std::fmt::Display for ClusterSnapshotType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::OnDemand => f.write_str("onDemand"),
                Self::Scheduled => f.write_str("scheduled"),
                Self::Fallback => f.write_str("fallback"),
            }
        }
    }
    impl ::std::str::FromStr for ClusterSnapshotType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "onDemand" => Ok(Self::OnDemand),
                "scheduled" => Ok(Self::Scheduled),
                "fallback" => Ok(Self::Fallback),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ClusterSnapshotType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ClusterSnapshotType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The state of a cluster.
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
    pub enum ClusterState {
        #[serde(rename = "IDLE")]
        Idle,
        #[serde(rename = "CREATING")]
        Creating,
        #[serde(rename = "UPDATING")]
        Updating,
        #[serde(rename = "DELETING")]
        Deleting,
        #[serde(rename = "REPAIRING")]
        Repairing,
    }
    impl ::std::fmt::Display for ClusterState {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Idle => f.write_str("IDLE"),
                Self::Creating => f.write_str("CREATING"),
                Self::Updating => f.write_str("UPDATING"),
                Self::Deleting => f.write_str("DELETING"),
                Self::Repairing => f.write_str("REPAIRING"),
            }
        }
    }
    impl ::std::str::FromStr for ClusterState {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "IDLE" => Ok(Self::Idle),
                "CREATING" => Ok(Self::Creating),
                "UPDATING" => Ok(Self::Updating),
                "DELETING" => Ok(Self::Deleting),
                "REPAIRING" => Ok(Self::Repairing),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ClusterState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ClusterState {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Whether a cluster is a replica set, a sharded cluster or a global cluster.
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
    pub enum ClusterType {
        #[serde(rename = "REPLICASET")]
        Replicaset,
        #[serde(rename = "SHARDED")]
        Sharded,
        #[serde(rename = "GEOSHARDED")]
        Geosharded,
    }
    impl ::std::fmt::Display for ClusterType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Replicaset => f.write_str("REPLICASET"),
                Self::Sharded => f.write_str("SHARDED"),
                Self::Geosharded => f.write_str("GEOSHARDED"),
            }
        }
    }
    impl ::std::str::FromStr for ClusterType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "REPLICASET" => Ok(Self::Replicaset),
                "SHARDED" => Ok(Self::Sharded),
                "GEOSHARDED" => Ok(Self::Geosharded),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///Whether the config servers of a sharded cluster run on a shard or on nodes of their own.
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
    pub enum ConfigServerType {
        #[serde(rename = "EMBEDDED")]
        Embedded,
        #[serde(rename = "DEDICATED")]
        Dedicated,
    }
    impl ::std::fmt::Display for ConfigServerType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Embedded => f.write_str("EMBEDDED"),
                Self::Dedicated => f.write_str("DEDICATED"),
            }
        }
    }
    impl ::std::str::FromStr for ConfigServerType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "EMBEDDED" => Ok(Self::Embedded),
                "DEDICATED" => Ok(Self::Dedicated),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ConfigServerType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ConfigServerType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The size that the nodes of a cluster on shared hosts have, where it differs from the configured one.
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
    pub enum EffectiveInstanceSize {
        #[serde(rename = "FLEX")]
        Flex,
        M2,
        M5,
        M0,
    }
    impl ::std::fmt::Display for EffectiveInstanceSize {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Flex => f.write_str("FLEX"),
                Self::M2 => f.write_str("M2"),
                Self::M5 => f.write_str("M5"),
                Self::M0 => f.write_str("M0"),
            }
        }
    }
    impl ::std::str::FromStr for EffectiveInstanceSize {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "FLEX" => Ok(Self::Flex),
                "M2" => Ok(Self::M2),
                "M5" => Ok(Self::M5),
                "M0" => Ok(Self::M0),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for EffectiveInstanceSize {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for EffectiveInstanceSize {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The electable nodes of a region.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ElectableSpecs {
        ///The size that the nodes of a cluster on shared hosts have.
        #[serde(
            rename = "effectiveInstanceSize",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub effective_instance_size: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<EffectiveInstanceSize>,
        >,
        ///The configured size of the nodes.
        #[serde(
            rename = "instanceSize",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub instance_size: ::std::option::Option<::std::string::String>,
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
    ///The backup settings of a Flex cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct FlexBackupSettings {
        ///Whether Atlas takes snapshots of the cluster.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub enabled: ::std::option::Option<bool>,
    }
    ///One Flex cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct FlexCluster {
        #[serde(
            rename = "backupSettings",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backup_settings: ::std::option::Option<FlexBackupSettings>,
        ///The type of the cluster.
        #[serde(
            rename = "clusterType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cluster_type: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<FlexClusterType>,
        >,
        ///The time at which the cluster was created.
        #[serde(
            rename = "createDate",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub create_date: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        #[serde(
            rename = "groupId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub group_id: ::std::option::Option<ObjectId>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<ObjectId>,
        ///Links to related resources.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The MongoDB version of the cluster.
        #[serde(
            rename = "mongoDBVersion",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub mongo_db_version: ::std::option::Option<::std::string::String>,
        ///The name of the cluster, which is unique within its project.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        #[serde(
            rename = "providerSettings",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub provider_settings: ::std::option::Option<FlexProviderSettings>,
        ///The state of the cluster.
        #[serde(
            rename = "stateName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub state_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<ClusterState>,
        >,
        ///The tags of the cluster.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<crate::lists::First<ResourceTag, 256>>,
        ///Whether the cluster is protected from deletion.
        #[serde(
            rename = "terminationProtectionEnabled",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub termination_protection_enabled: ::std::option::Option<bool>,
        ///The releases of MongoDB that the cluster follows.
        #[serde(
            rename = "versionReleaseSystem",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub version_release_system: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<VersionReleaseSystem>,
        >,
    }
    ///One page of Flex clusters.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct FlexClusterPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The Flex clusters on this page.
        pub results: crate::lists::AtMost<FlexCluster, 10000>,
        ///The estimated number of Flex clusters on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///The type of a Flex cluster, which is always a replica set.
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
    pub enum FlexClusterType {
        #[serde(rename = "REPLICASET")]
        Replicaset,
    }
    impl ::std::fmt::Display for FlexClusterType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Replicaset => f.write_str("REPLICASET"),
            }
        }
    }
    impl ::std::str::FromStr for FlexClusterType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "REPLICASET" => Ok(Self::Replicaset),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for FlexClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FlexClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The provider of a Flex cluster, which is always Flex.
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
    pub enum FlexProvider {
        #[serde(rename = "FLEX")]
        Flex,
    }
    impl ::std::fmt::Display for FlexProvider {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Flex => f.write_str("FLEX"),
            }
        }
    }
    impl ::std::str::FromStr for FlexProvider {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "FLEX" => Ok(Self::Flex),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for FlexProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for FlexProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The place and size of a Flex cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct FlexProviderSettings {
        ///The cloud provider of the hosts that the cluster shares with others.
        #[serde(
            rename = "backingProviderName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backing_provider_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<CloudProvider>,
        >,
        ///The capacity of the storage in gigabytes.
        #[serde(
            rename = "diskSizeGB",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub disk_size_gb: ::std::option::Option<f64>,
        ///The provider of the cluster.
        #[serde(
            rename = "providerName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub provider_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<FlexProvider>,
        >,
        ///The name of the region at its provider.
        #[serde(
            rename = "regionName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub region_name: ::std::option::Option<::std::string::String>,
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
    ///The use that Atlas itself makes of a cluster.
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
    pub enum InternalClusterRole {
        #[serde(rename = "NONE")]
        None,
        #[serde(rename = "SYSTEM_CLUSTER")]
        SystemCluster,
        #[serde(rename = "INTERNAL_SHADOW_CLUSTER")]
        InternalShadowCluster,
    }
    impl ::std::fmt::Display for InternalClusterRole {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::None => f.write_str("NONE"),
                Self::SystemCluster => f.write_str("SYSTEM_CLUSTER"),
                Self::InternalShadowCluster => f.write_str("INTERNAL_SHADOW_CLUSTER"),
            }
        }
    }
    impl ::std::str::FromStr for InternalClusterRole {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "NONE" => Ok(Self::None),
                "SYSTEM_CLUSTER" => Ok(Self::SystemCluster),
                "INTERNAL_SHADOW_CLUSTER" => Ok(Self::InternalShadowCluster),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for InternalClusterRole {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for InternalClusterRole {
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
    ///The MongoDB version of the cluster at the time of a snapshot.
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
    ///The id of a resource.
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
    pub struct ObjectId(pub ::std::string::String);
    impl ::std::ops::Deref for ObjectId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ObjectId> for ::std::string::String {
        fn from(value: ObjectId) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ObjectId {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ObjectId {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ObjectId {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///One project, which the paths call a group.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct Project {
        ///The number of clusters in the project.
        #[serde(
            rename = "clusterCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cluster_count: ::std::option::Option<i64>,
        ///The time at which the project was created.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub created: ::std::option::Option<::atlas_snapshots_generated::Timestamp>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<ObjectId>,
        ///Links to related resources.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<ProjectName>,
        #[serde(
            rename = "orgId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub org_id: ::std::option::Option<ObjectId>,
        ///The regions to which the project is restricted.
        #[serde(
            rename = "regionUsageRestrictions",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub region_usage_restrictions: ::std::option::Option<::std::string::String>,
        ///The tags of the project.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<crate::lists::First<ResourceTag, 256>>,
        ///Whether the project was created with the default alert settings.
        #[serde(
            rename = "withDefaultAlertsSettings",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub with_default_alerts_settings: ::std::option::Option<bool>,
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
    ///The name of a project.
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
    pub struct ProjectName(pub ::std::string::String);
    impl ::std::ops::Deref for ProjectName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ProjectName> for ::std::string::String {
        fn from(value: ProjectName) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<::std::string::String> for ProjectName {
        fn from(value: ::std::string::String) -> Self {
            Self(value)
        }
    }
    impl ::std::fmt::Display for ProjectName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            self.0.fmt(f)
        }
    }
    impl ::std::str::FromStr for ProjectName {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self(value.to_string()))
        }
    }
    ///One page of projects.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        PartialEq
    )]
    pub struct ProjectPage {
        ///Links to this page, the next page and the previous page.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub links: ::std::option::Option<crate::lists::First<Link, 16>>,
        ///The projects on this page.
        pub results: crate::lists::AtMost<Project, 10000>,
        ///The estimated number of projects on all pages; absent if the request set `includeCount` to false.
        #[serde(
            rename = "totalCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub total_count: ::std::option::Option<i64>,
    }
    ///The part of a shard or zone that is in one region.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct RegionConfig {
        ///The cloud provider of the hosts that a cluster shares with others.
        #[serde(
            rename = "backingProviderName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub backing_provider_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<CloudProvider>,
        >,
        #[serde(
            rename = "electableSpecs",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub electable_specs: ::std::option::Option<ElectableSpecs>,
        ///The cloud provider of the region, or TENANT for a cluster on shared hosts.
        #[serde(
            rename = "providerName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub provider_name: ::std::option::Option<
            ::atlas_snapshots_generated::OpenEnum<RegionProvider>,
        >,
        ///The name of the region at its provider.
        #[serde(
            rename = "regionName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub region_name: ::std::option::Option<::std::string::String>,
    }
    ///The cloud provider of a region, or TENANT for a cluster on shared hosts.
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
    pub enum RegionProvider {
        #[serde(rename = "AWS")]
        Aws,
        #[serde(rename = "AZURE")]
        Azure,
        #[serde(rename = "GCP")]
        Gcp,
        #[serde(rename = "TENANT")]
        Tenant,
    }
    impl ::std::fmt::Display for RegionProvider {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Aws => f.write_str("AWS"),
                Self::Azure => f.write_str("AZURE"),
                Self::Gcp => f.write_str("GCP"),
                Self::Tenant => f.write_str("TENANT"),
            }
        }
    }
    impl ::std::str::FromStr for RegionProvider {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "AWS" => Ok(Self::Aws),
                "AZURE" => Ok(Self::Azure),
                "GCP" => Ok(Self::Gcp),
                "TENANT" => Ok(Self::Tenant),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for RegionProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RegionProvider {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///One shard or zone of a cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ReplicationSpec {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<ObjectId>,
        ///The regions of the shard or zone.
        #[serde(
            rename = "regionConfigs",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub region_configs: ::std::option::Option<
            crate::lists::First<RegionConfig, 256>,
        >,
        ///The name of the zone.
        #[serde(
            rename = "zoneName",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub zone_name: ::std::option::Option<::std::string::String>,
    }
    ///The id of a snapshot: 24 lower-case hexadecimal digits.
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
    pub struct RequestedSnapshotId(::std::string::String);
    impl ::std::ops::Deref for RequestedSnapshotId {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<RequestedSnapshotId> for ::std::string::String {
        fn from(value: RequestedSnapshotId) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for RequestedSnapshotId {
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
    impl ::std::convert::TryFrom<&str> for RequestedSnapshotId {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for RequestedSnapshotId {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for RequestedSnapshotId {
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
    ///A tag of a project or of a cluster.
    #[derive(
        ::schemars::JsonSchema,
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Debug,
        Default,
        PartialEq
    )]
    pub struct ResourceTag {
        ///The key of the tag.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub key: ::std::option::Option<::std::string::String>,
        ///The value of the tag.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub value: ::std::option::Option<::std::string::String>,
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
    ///Whether a snapshot was taken of a replica set or of a sharded cluster.
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
    pub enum SnapshotClusterType {
        #[serde(rename = "replicaSet")]
        ReplicaSet,
        #[serde(rename = "shardedCluster")]
        ShardedCluster,
    }
    impl ::std::fmt::Display for SnapshotClusterType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::ReplicaSet => f.write_str("replicaSet"),
                Self::ShardedCluster => f.write_str("shardedCluster"),
            }
        }
    }
    impl ::std::str::FromStr for SnapshotClusterType {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "replicaSet" => Ok(Self::ReplicaSet),
                "shardedCluster" => Ok(Self::ShardedCluster),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for SnapshotClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for SnapshotClusterType {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
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
    ///The releases of MongoDB that a cluster follows.
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
    pub enum VersionReleaseSystem {
        #[serde(rename = "LTS")]
        Lts,
    }
    impl ::std::fmt::Display for VersionReleaseSystem {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Lts => f.write_str("LTS"),
            }
        }
    }
    impl ::std::str::FromStr for VersionReleaseSystem {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "LTS" => Ok(Self::Lts),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for VersionReleaseSystem {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for VersionReleaseSystem {
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

- MongoDB Atlas cluster snapshots, version 2.0: The endpoints of the Atlas Administration API that list the snapshots of a dedicated cluster and return one of them.
- MongoDB Atlas clusters, version 2.0: The endpoint of the Atlas Administration API that lists the dedicated and free clusters of a project.
- MongoDB Atlas Flex clusters, version 2.0: The endpoint of the Atlas Administration API that lists the Flex clusters of a project.
- MongoDB Atlas Flex snapshots, version 2.0: The endpoints of the Atlas Administration API that list the snapshots of a Flex cluster and return one of them.
- MongoDB Atlas projects, version 2.0: The endpoint of the Atlas Administration API that lists projects.
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
- `include_count`: Whether the page has the total number of items.
- `items_per_page`: The maximum number of items on a page.
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
    /**Lists the projects that the credentials may see

Returns one page of the projects that the credentials may see. No role is needed.

Sends a `GET` request to `/api/atlas/v2/groups`

Arguments:
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of items.
- `items_per_page`: The maximum number of items on a page.
- `page_num`: The number of the page to return, counted from one.
- `pretty`: Whether the body is indented.
```text
let response = client.list_groups()
    .envelope(envelope)
    .include_count(include_count)
    .items_per_page(items_per_page)
    .page_num(page_num)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_groups(&self) -> builder::ListGroups<'_> {
        builder::ListGroups::new(self)
    }
    /**Lists the dedicated and free clusters of one project

Returns one page of the dedicated and free clusters of one project. The caller needs the role
Project Read Only.

Flex clusters are listed by `listGroupFlexClusters`.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of items.
- `include_deleted_with_retained_backups`: Whether the list also has deleted clusters whose backups were retained.
- `items_per_page`: The maximum number of items on a page.
- `page_num`: The number of the page to return, counted from one.
- `pretty`: Whether the body is indented.
```text
let response = client.list_group_clusters()
    .group_id(group_id)
    .envelope(envelope)
    .include_count(include_count)
    .include_deleted_with_retained_backups(include_deleted_with_retained_backups)
    .items_per_page(items_per_page)
    .page_num(page_num)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_group_clusters(&self) -> builder::ListGroupClusters<'_> {
        builder::ListGroupClusters::new(self)
    }
    /**Lists the snapshots of one dedicated cluster

Returns one page of the snapshots of one dedicated cluster, which is a replica set or a sharded
cluster. The caller needs the role Project Read Only.

With a point in time, as `pointInTimeUtcSeconds` or as `oplogTs` with `oplogInc`, it returns the
snapshot from which a restore to that point starts.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `cluster_name`: The name of the cluster.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of items.
- `items_per_page`: The maximum number of items on a page.
- `oplog_inc`: The increment of the oplog timestamp, which orders the operations within the second `oplogTs`.
- `oplog_ts`: A point in time as the seconds of an oplog timestamp, in place of `pointInTimeUtcSeconds`. It is used together with `oplogInc`.
- `page_num`: The number of the page to return, counted from one.
- `point_in_time_utc_seconds`: A point in time in seconds since 1970-01-01T00:00:00Z. The response has the snapshot from which a restore to this point starts, which is the closest one that was created before it.
- `pretty`: Whether the body is indented.
```text
let response = client.list_group_cluster_backup_snapshots()
    .group_id(group_id)
    .cluster_name(cluster_name)
    .envelope(envelope)
    .include_count(include_count)
    .items_per_page(items_per_page)
    .oplog_inc(oplog_inc)
    .oplog_ts(oplog_ts)
    .page_num(page_num)
    .point_in_time_utc_seconds(point_in_time_utc_seconds)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_group_cluster_backup_snapshots(
        &self,
    ) -> builder::ListGroupClusterBackupSnapshots<'_> {
        builder::ListGroupClusterBackupSnapshots::new(self)
    }
    /**Returns one snapshot of one dedicated cluster

Returns one snapshot of one dedicated cluster. The caller needs the role Project Read Only.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `cluster_name`: The name of the cluster.
- `snapshot_id`: The id of the snapshot.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `pretty`: Whether the body is indented.
```text
let response = client.get_group_cluster_backup_snapshot()
    .group_id(group_id)
    .cluster_name(cluster_name)
    .snapshot_id(snapshot_id)
    .envelope(envelope)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn get_group_cluster_backup_snapshot(
        &self,
    ) -> builder::GetGroupClusterBackupSnapshot<'_> {
        builder::GetGroupClusterBackupSnapshot::new(self)
    }
    /**Lists the Flex clusters of one project

Returns one page of the Flex clusters of one project. The caller needs the role Project Read Only.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of items.
- `items_per_page`: The maximum number of items on a page.
- `page_num`: The number of the page to return, counted from one.
- `pretty`: Whether the body is indented.
```text
let response = client.list_group_flex_clusters()
    .group_id(group_id)
    .envelope(envelope)
    .include_count(include_count)
    .items_per_page(items_per_page)
    .page_num(page_num)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn list_group_flex_clusters(&self) -> builder::ListGroupFlexClusters<'_> {
        builder::ListGroupFlexClusters::new(self)
    }
    /**Lists the snapshots of one Flex cluster

Returns one page of the snapshots of one Flex cluster. The caller needs the role Project Read Only.

This operation replaces `listServerlessBackups`.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `name`: The name of the Flex cluster.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `include_count`: Whether the page has the total number of items.
- `items_per_page`: The maximum number of items on a page.
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
    /**Returns one snapshot of one Flex cluster

Returns one snapshot of one Flex cluster. The caller needs the role Project Read Only.

Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots/{snapshotId}`

Arguments:
- `group_id`: The id of the project, which the paths call a group.
- `name`: The name of the Flex cluster.
- `snapshot_id`: The id of the snapshot.
- `envelope`: Whether the body repeats the HTTP status, for clients that cannot read it. This changes the structure of the response.
- `pretty`: Whether the body is indented.
```text
let response = client.get_group_flex_cluster_backup_snapshot()
    .group_id(group_id)
    .name(name)
    .snapshot_id(snapshot_id)
    .envelope(envelope)
    .pretty(pretty)
    .send()
    .await;
```*/
    pub fn get_group_flex_cluster_backup_snapshot(
        &self,
    ) -> builder::GetGroupFlexClusterBackupSnapshot<'_> {
        builder::GetGroupFlexClusterBackupSnapshot::new(self)
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
    /**Builder for [`Client::list_groups`]

[`Client::list_groups`]: super::Client::list_groups*/
    #[derive(Debug, Clone)]
    pub struct ListGroups<'a> {
        client: &'a super::Client,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListGroups<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                envelope: Ok(None),
                include_count: Ok(None),
                items_per_page: Ok(None),
                page_num: Ok(None),
                pretty: Ok(None),
            }
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
        ///Sends a `GET` request to `/api/atlas/v2/groups`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ProjectPage>, Error<types::ApiError>> {
            let Self {
                client,
                envelope,
                include_count,
                items_per_page,
                page_num,
                pretty,
            } = self;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!("{}/api/atlas/v2/groups", client.baseurl,);
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
                operation_id: "list_groups",
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
    /**Builder for [`Client::list_group_clusters`]

[`Client::list_group_clusters`]: super::Client::list_group_clusters*/
    #[derive(Debug, Clone)]
    pub struct ListGroupClusters<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        include_deleted_with_retained_backups: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListGroupClusters<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                envelope: Ok(None),
                include_count: Ok(None),
                include_deleted_with_retained_backups: Ok(None),
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
        pub fn include_deleted_with_retained_backups<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<bool>,
        {
            self.include_deleted_with_retained_backups = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `bool` for include_deleted_with_retained_backups failed"
                        .to_string()
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
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ClusterPage>, Error<types::ApiError>> {
            let Self {
                client,
                group_id,
                envelope,
                include_count,
                include_deleted_with_retained_backups,
                items_per_page,
                page_num,
                pretty,
            } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let include_deleted_with_retained_backups = include_deleted_with_retained_backups
                .map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/clusters", client.baseurl, encode_path(&
                group_id.to_string()),
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
                    &progenitor_client::QueryParam::new(
                        "includeDeletedWithRetainedBackups",
                        &include_deleted_with_retained_backups,
                    ),
                )
                .query(
                    &progenitor_client::QueryParam::new("itemsPerPage", &items_per_page),
                )
                .query(&progenitor_client::QueryParam::new("pageNum", &page_num))
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_group_clusters",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => ResponseValue::from_response(response).await,
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
    /**Builder for [`Client::list_group_cluster_backup_snapshots`]

[`Client::list_group_cluster_backup_snapshots`]: super::Client::list_group_cluster_backup_snapshots*/
    #[derive(Debug, Clone)]
    pub struct ListGroupClusterBackupSnapshots<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        cluster_name: Result<types::ClusterName, String>,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        oplog_inc: Result<Option<i64>, String>,
        oplog_ts: Result<Option<i64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        point_in_time_utc_seconds: Result<Option<i64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListGroupClusterBackupSnapshots<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                cluster_name: Err("cluster_name was not initialized".to_string()),
                envelope: Ok(None),
                include_count: Ok(None),
                items_per_page: Ok(None),
                oplog_inc: Ok(None),
                oplog_ts: Ok(None),
                page_num: Ok(None),
                point_in_time_utc_seconds: Ok(None),
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
        pub fn oplog_inc<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.oplog_inc = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `i64` for oplog_inc failed".to_string());
            self
        }
        pub fn oplog_ts<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.oplog_ts = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `i64` for oplog_ts failed".to_string());
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
        pub fn point_in_time_utc_seconds<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.point_in_time_utc_seconds = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `i64` for point_in_time_utc_seconds failed"
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
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ClusterSnapshotPage>, Error<types::ApiError>> {
            let Self {
                client,
                group_id,
                cluster_name,
                envelope,
                include_count,
                items_per_page,
                oplog_inc,
                oplog_ts,
                page_num,
                point_in_time_utc_seconds,
                pretty,
            } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let cluster_name = cluster_name.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let oplog_inc = oplog_inc.map_err(Error::InvalidRequest)?;
            let oplog_ts = oplog_ts.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let point_in_time_utc_seconds = point_in_time_utc_seconds
                .map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/clusters/{}/backup/snapshots", client.baseurl,
                encode_path(& group_id.to_string()), encode_path(& cluster_name
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
                .query(&progenitor_client::QueryParam::new("oplogInc", &oplog_inc))
                .query(&progenitor_client::QueryParam::new("oplogTs", &oplog_ts))
                .query(&progenitor_client::QueryParam::new("pageNum", &page_num))
                .query(
                    &progenitor_client::QueryParam::new(
                        "pointInTimeUtcSeconds",
                        &point_in_time_utc_seconds,
                    ),
                )
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_group_cluster_backup_snapshots",
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
    /**Builder for [`Client::get_group_cluster_backup_snapshot`]

[`Client::get_group_cluster_backup_snapshot`]: super::Client::get_group_cluster_backup_snapshot*/
    #[derive(Debug, Clone)]
    pub struct GetGroupClusterBackupSnapshot<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        cluster_name: Result<types::ClusterName, String>,
        snapshot_id: Result<types::RequestedSnapshotId, String>,
        envelope: Result<Option<bool>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> GetGroupClusterBackupSnapshot<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                cluster_name: Err("cluster_name was not initialized".to_string()),
                snapshot_id: Err("snapshot_id was not initialized".to_string()),
                envelope: Ok(None),
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
        pub fn snapshot_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::RequestedSnapshotId>,
        {
            self.snapshot_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `RequestedSnapshotId` for snapshot_id failed"
                        .to_string()
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
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::ClusterSnapshot>, Error<types::ApiError>> {
            let Self { client, group_id, cluster_name, snapshot_id, envelope, pretty } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let cluster_name = cluster_name.map_err(Error::InvalidRequest)?;
            let snapshot_id = snapshot_id.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/clusters/{}/backup/snapshots/{}", client
                .baseurl, encode_path(& group_id.to_string()), encode_path(& cluster_name
                .to_string()), encode_path(& snapshot_id.to_string()),
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
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_group_cluster_backup_snapshot",
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
    /**Builder for [`Client::list_group_flex_clusters`]

[`Client::list_group_flex_clusters`]: super::Client::list_group_flex_clusters*/
    #[derive(Debug, Clone)]
    pub struct ListGroupFlexClusters<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        envelope: Result<Option<bool>, String>,
        include_count: Result<Option<bool>, String>,
        items_per_page: Result<Option<::std::num::NonZeroU64>, String>,
        page_num: Result<Option<::std::num::NonZeroU64>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> ListGroupFlexClusters<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
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
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::FlexClusterPage>, Error<types::ApiError>> {
            let Self {
                client,
                group_id,
                envelope,
                include_count,
                items_per_page,
                page_num,
                pretty,
            } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let include_count = include_count.map_err(Error::InvalidRequest)?;
            let items_per_page = items_per_page.map_err(Error::InvalidRequest)?;
            let page_num = page_num.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/flexClusters", client.baseurl, encode_path(&
                group_id.to_string()),
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
                operation_id: "list_group_flex_clusters",
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
                409u16 => {
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
    /**Builder for [`Client::get_group_flex_cluster_backup_snapshot`]

[`Client::get_group_flex_cluster_backup_snapshot`]: super::Client::get_group_flex_cluster_backup_snapshot*/
    #[derive(Debug, Clone)]
    pub struct GetGroupFlexClusterBackupSnapshot<'a> {
        client: &'a super::Client,
        group_id: Result<types::ProjectId, String>,
        name: Result<types::ClusterName, String>,
        snapshot_id: Result<types::RequestedSnapshotId, String>,
        envelope: Result<Option<bool>, String>,
        pretty: Result<Option<bool>, String>,
    }
    impl<'a> GetGroupFlexClusterBackupSnapshot<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                group_id: Err("group_id was not initialized".to_string()),
                name: Err("name was not initialized".to_string()),
                snapshot_id: Err("snapshot_id was not initialized".to_string()),
                envelope: Ok(None),
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
        pub fn snapshot_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::RequestedSnapshotId>,
        {
            self.snapshot_id = value
                .try_into()
                .map_err(|_| {
                    "conversion to `RequestedSnapshotId` for snapshot_id failed"
                        .to_string()
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
        ///Sends a `GET` request to `/api/atlas/v2/groups/{groupId}/flexClusters/{name}/backup/snapshots/{snapshotId}`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<types::FlexSnapshot>, Error<types::ApiError>> {
            let Self { client, group_id, name, snapshot_id, envelope, pretty } = self;
            let group_id = group_id.map_err(Error::InvalidRequest)?;
            let name = name.map_err(Error::InvalidRequest)?;
            let snapshot_id = snapshot_id.map_err(Error::InvalidRequest)?;
            let envelope = envelope.map_err(Error::InvalidRequest)?;
            let pretty = pretty.map_err(Error::InvalidRequest)?;
            let url = format!(
                "{}/api/atlas/v2/groups/{}/flexClusters/{}/backup/snapshots/{}", client
                .baseurl, encode_path(& group_id.to_string()), encode_path(& name
                .to_string()), encode_path(& snapshot_id.to_string()),
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
                .query(&progenitor_client::QueryParam::new("pretty", &pretty))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "get_group_flex_cluster_backup_snapshot",
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
impl crate::Vocabulary for types::CloudProvider {
    const ALL: &'static [Self] = &[Self::Aws, Self::Azure, Self::Gcp];
    fn word(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "AZURE",
            Self::Gcp => "GCP",
        }
    }
}
impl crate::Vocabulary for types::ClusterSnapshotFrequency {
    const ALL: &'static [Self] = &[
        Self::Hourly,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}
impl crate::Vocabulary for types::ClusterSnapshotType {
    const ALL: &'static [Self] = &[Self::OnDemand, Self::Scheduled, Self::Fallback];
    fn word(self) -> &'static str {
        match self {
            Self::OnDemand => "onDemand",
            Self::Scheduled => "scheduled",
            Self::Fallback => "fallback",
        }
    }
}
impl crate::Vocabulary for types::ClusterState {
    const ALL: &'static [Self] = &[
        Self::Idle,
        Self::Creating,
        Self::Updating,
        Self::Deleting,
        Self::Repairing,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Idle => "IDLE",
            Self::Creating => "CREATING",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
            Self::Repairing => "REPAIRING",
        }
    }
}
impl crate::Vocabulary for types::ClusterType {
    const ALL: &'static [Self] = &[Self::Replicaset, Self::Sharded, Self::Geosharded];
    fn word(self) -> &'static str {
        match self {
            Self::Replicaset => "REPLICASET",
            Self::Sharded => "SHARDED",
            Self::Geosharded => "GEOSHARDED",
        }
    }
}
impl crate::Vocabulary for types::ConfigServerType {
    const ALL: &'static [Self] = &[Self::Embedded, Self::Dedicated];
    fn word(self) -> &'static str {
        match self {
            Self::Embedded => "EMBEDDED",
            Self::Dedicated => "DEDICATED",
        }
    }
}
impl crate::Vocabulary for types::EffectiveInstanceSize {
    const ALL: &'static [Self] = &[Self::Flex, Self::M2, Self::M5, Self::M0];
    fn word(self) -> &'static str {
        match self {
            Self::Flex => "FLEX",
            Self::M2 => "M2",
            Self::M5 => "M5",
            Self::M0 => "M0",
        }
    }
}
impl crate::Vocabulary for types::FlexClusterType {
    const ALL: &'static [Self] = &[Self::Replicaset];
    fn word(self) -> &'static str {
        match self {
            Self::Replicaset => "REPLICASET",
        }
    }
}
impl crate::Vocabulary for types::FlexProvider {
    const ALL: &'static [Self] = &[Self::Flex];
    fn word(self) -> &'static str {
        match self {
            Self::Flex => "FLEX",
        }
    }
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
impl crate::Vocabulary for types::InternalClusterRole {
    const ALL: &'static [Self] = &[
        Self::None,
        Self::SystemCluster,
        Self::InternalShadowCluster,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::SystemCluster => "SYSTEM_CLUSTER",
            Self::InternalShadowCluster => "INTERNAL_SHADOW_CLUSTER",
        }
    }
}
impl crate::Vocabulary for types::RegionProvider {
    const ALL: &'static [Self] = &[Self::Aws, Self::Azure, Self::Gcp, Self::Tenant];
    fn word(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "AZURE",
            Self::Gcp => "GCP",
            Self::Tenant => "TENANT",
        }
    }
}
impl crate::Vocabulary for types::SnapshotClusterType {
    const ALL: &'static [Self] = &[Self::ReplicaSet, Self::ShardedCluster];
    fn word(self) -> &'static str {
        match self {
            Self::ReplicaSet => "replicaSet",
            Self::ShardedCluster => "shardedCluster",
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
impl crate::Vocabulary for types::VersionReleaseSystem {
    const ALL: &'static [Self] = &[Self::Lts];
    fn word(self) -> &'static str {
        match self {
            Self::Lts => "LTS",
        }
    }
}
/// The media type that the success of an operation is documented to have.
pub(crate) fn accept(operation_id: &str) -> Option<::reqwest::header::HeaderValue> {
    let media_type = match operation_id {
        "get_group_cluster_backup_snapshot" => "application/vnd.atlas.2023-01-01+json",
        "get_group_flex_cluster_backup_snapshot" => {
            "application/vnd.atlas.2024-11-13+json"
        }
        "list_flex_backups" => "application/vnd.atlas.2024-11-13+json",
        "list_group_cluster_backup_snapshots" => "application/vnd.atlas.2023-01-01+json",
        "list_group_clusters" => "application/vnd.atlas.2024-08-05+json",
        "list_group_flex_clusters" => "application/vnd.atlas.2024-11-13+json",
        "list_groups" => "application/vnd.atlas.2023-01-01+json",
        "list_serverless_backups" => "application/json",
        _ => return None,
    };
    Some(::reqwest::header::HeaderValue::from_static(media_type))
}
