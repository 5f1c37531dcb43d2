//! The rows of projects and clusters.

use std::borrow::Cow;

use atlas_snapshots::{Cluster, Project};
use serde::Serialize;
use serde_json::{Map, Value};

use super::row::{Column, InTable, Row};

/// A project: its fields, the id and the name under the names that rows of clusters and snapshots
/// have, too.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ProjectRow(Map<String, Value>);

impl ProjectRow {
    pub(crate) fn new(project: &Project) -> Self {
        let mut fields = fields_of(project);
        rename(&mut fields, "id", "projectId");
        rename(&mut fields, "name", "projectName");
        Self(fields)
    }
}

/// A cluster and its project, likewise.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ClusterRow(Map<String, Value>);

impl ClusterRow {
    pub(crate) fn new(project: &Project, cluster: &Cluster) -> Self {
        let mut fields = fields_of(cluster);
        rename(&mut fields, "name", "clusterName");
        rename(&mut fields, "kind", "clusterKind");
        fields.insert("projectId".to_owned(), project.id().into());
        if let Some(name) = project.name() {
            fields.insert("projectName".to_owned(), name.into());
        }
        Self(fields)
    }
}

fn fields_of(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn rename(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = fields.remove(from) {
        fields.insert(to.to_owned(), value);
    }
}

/// The text of a field: of a list, its elements; of a tag, key and value.
fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<Cow<'a, str>> {
    match fields.get(name)? {
        Value::String(text) => Some(text.as_str().into()),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(element).collect();
            Some(elements.join(" ").into())
        }
        other => Some(other.to_string().into()),
    }
}

fn element(value: &Value) -> String {
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    match (
        field("key"),
        field("value"),
        field("provider"),
        field("name"),
    ) {
        (Some(key), Some(value), ..) => format!("{key}={value}"),
        (_, _, Some(provider), Some(name)) => format!("{provider}/{name}"),
        (_, _, one, other) => one.or(other).unwrap_or_default().to_owned(),
    }
}

macro_rules! column {
    ($name:literal, $title:literal, $in_table:ident) => {
        Column {
            name: $name,
            title: $title,
            in_table: InTable::$in_table,
            value: |row| text(&row.0, $name),
        }
    };
}

impl Row for ProjectRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column!("projectId", "PROJECT ID", Always),
        column!("projectName", "PROJECT", Always),
        column!("orgId", "ORGANIZATION", Never),
        column!("clusterCount", "CLUSTERS", Always),
        column!("createdAt", "CREATED", Always),
        column!("tags", "TAGS", Filled),
        column!("regionUsageRestrictions", "REGIONS", Never),
        column!("withDefaultAlertsSettings", "DEFAULT ALERTS", Never),
    ];

    const DISPENSABLE: &'static [&'static str] = &["TAGS", "CREATED"];
}

impl Row for ClusterRow {
    const COLUMNS: &'static [Column<Self>] = &[
        column!("projectId", "PROJECT ID", Never),
        column!("projectName", "PROJECT", OfProjects),
        column!("clusterName", "CLUSTER", OfClusters),
        column!("clusterKind", "KIND", OfClusters),
        column!("id", "ID", Never),
        column!("backupsEnabled", "BACKUPS", Always),
        column!("pointInTimeEnabled", "POINT IN TIME", Never),
        column!("state", "STATE", Always),
        column!("paused", "PAUSED", Never),
        column!("mongoDBVersion", "VERSION", Filled),
        column!("regions", "REGIONS", Filled),
        column!("createdAt", "CREATED", Filled),
        column!("tags", "TAGS", Filled),
        column!("retainBackups", "RETAINED", Never),
        column!("versionReleaseSystem", "RELEASES", Never),
        column!("diskSizeGB", "GB", Never),
        column!("terminationProtectionEnabled", "PROTECTED", Never),
        column!("internalRole", "INTERNAL", Never),
    ];

    const DISPENSABLE: &'static [&'static str] =
        &["TAGS", "CREATED", "REGIONS", "VERSION", "STATE"];
}
