//! The path parameters: their documented patterns, without a regular expression engine.

/// `^([a-f0-9]{24})$`
pub(crate) const PROJECT_ID_PATTERN: &str = "^([a-f0-9]{24})$";
/// `^[a-zA-Z0-9][a-zA-Z0-9-]*$`
pub(crate) const INSTANCE_NAME_PATTERN: &str = "^[a-zA-Z0-9][a-zA-Z0-9-]*$";

/// The path of a listing, without a host.
pub(crate) fn snapshots_path(project: &str, instance: &str) -> String {
    format!("/api/atlas/v1.0/groups/{project}/serverless/{instance}/backup/snapshots")
}

/// The path of a listing of a Flex cluster, without a host.
pub(crate) fn flex_snapshots_path(project: &str, cluster: &str) -> String {
    format!("/api/atlas/v2/groups/{project}/flexClusters/{cluster}/backup/snapshots")
}

/// Whether `text` matches [`PROJECT_ID_PATTERN`].
pub(crate) fn is_project_id(text: &str) -> bool {
    text.len() == 24
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9'))
}

/// Whether `text` matches [`INSTANCE_NAME_PATTERN`].
pub(crate) fn is_instance_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
