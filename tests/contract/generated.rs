//! Check "schemas": the JSON Schemas that the generated types derive have the contents of the documented
//! schemas, patched by the overlay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use atlas_snapshots_generated::types;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::spec::{Place, Spec, Violation};

/// The generated types, one for each named schema.
pub(crate) const TYPES: &[GeneratedType] = &[
    GeneratedType::of::<types::ApiError>("ApiError"),
    GeneratedType::of::<types::BadRequestDetail>("BadRequestDetail"),
    GeneratedType::of::<types::CloudProvider>("CloudProvider"),
    GeneratedType::of::<types::Cluster>("Cluster"),
    GeneratedType::of::<types::ClusterName>("ClusterName"),
    GeneratedType::of::<types::ClusterPage>("ClusterPage"),
    GeneratedType::of::<types::ClusterSnapshot>("ClusterSnapshot"),
    GeneratedType::of::<types::ClusterSnapshotFrequency>("ClusterSnapshotFrequency"),
    GeneratedType::of::<types::ClusterSnapshotMember>("ClusterSnapshotMember"),
    GeneratedType::of::<types::ClusterSnapshotPage>("ClusterSnapshotPage"),
    GeneratedType::of::<types::ClusterSnapshotType>("ClusterSnapshotType"),
    GeneratedType::of::<types::ClusterState>("ClusterState"),
    GeneratedType::of::<types::ClusterType>("ClusterType"),
    GeneratedType::of::<types::ConfigServerType>("ConfigServerType"),
    GeneratedType::of::<types::EffectiveInstanceSize>("EffectiveInstanceSize"),
    GeneratedType::of::<types::ElectableSpecs>("ElectableSpecs"),
    GeneratedType::of::<types::FieldViolation>("FieldViolation"),
    GeneratedType::of::<types::FlexBackupSettings>("FlexBackupSettings"),
    GeneratedType::of::<types::FlexCluster>("FlexCluster"),
    GeneratedType::of::<types::FlexClusterPage>("FlexClusterPage"),
    GeneratedType::of::<types::FlexClusterType>("FlexClusterType"),
    GeneratedType::of::<types::FlexProvider>("FlexProvider"),
    GeneratedType::of::<types::FlexProviderSettings>("FlexProviderSettings"),
    GeneratedType::of::<types::FlexSnapshot>("FlexSnapshot"),
    GeneratedType::of::<types::FlexSnapshotPage>("FlexSnapshotPage"),
    GeneratedType::of::<types::FlexSnapshotStatus>("FlexSnapshotStatus"),
    GeneratedType::of::<types::InternalClusterRole>("InternalClusterRole"),
    GeneratedType::of::<types::Link>("Link"),
    GeneratedType::of::<types::MongodVersion>("MongodVersion"),
    GeneratedType::of::<types::ObjectId>("ObjectId"),
    GeneratedType::of::<types::Project>("Project"),
    GeneratedType::of::<types::ProjectId>("ProjectId"),
    GeneratedType::of::<types::ProjectName>("ProjectName"),
    GeneratedType::of::<types::ProjectPage>("ProjectPage"),
    GeneratedType::of::<types::RegionConfig>("RegionConfig"),
    GeneratedType::of::<types::RegionProvider>("RegionProvider"),
    GeneratedType::of::<types::ReplicationSpec>("ReplicationSpec"),
    GeneratedType::of::<types::RequestedSnapshotId>("RequestedSnapshotId"),
    GeneratedType::of::<types::ResourceTag>("ResourceTag"),
    GeneratedType::of::<types::ServerlessInstanceName>("ServerlessInstanceName"),
    GeneratedType::of::<types::ServerlessSnapshot>("ServerlessSnapshot"),
    GeneratedType::of::<types::ServerlessSnapshotPage>("ServerlessSnapshotPage"),
    GeneratedType::of::<types::SnapshotClusterType>("SnapshotClusterType"),
    GeneratedType::of::<types::SnapshotFrequency>("SnapshotFrequency"),
    GeneratedType::of::<types::SnapshotId>("SnapshotId"),
    GeneratedType::of::<types::SnapshotStatus>("SnapshotStatus"),
    GeneratedType::of::<types::SnapshotType>("SnapshotType"),
    GeneratedType::of::<types::VersionReleaseSystem>("VersionReleaseSystem"),
];

pub(crate) struct GeneratedType {
    /// The name of the schema.
    pub(crate) schema: &'static str,
    derive: fn(&mut SchemaGenerator) -> Schema,
    round_trip: fn(&Value) -> serde_json::Result<Value>,
}

impl GeneratedType {
    const fn of<T: JsonSchema + Serialize + DeserializeOwned>(schema: &'static str) -> Self {
        Self {
            schema,
            derive: SchemaGenerator::subschema_for::<T>,
            round_trip: |json| serde_json::to_value(T::deserialize(json)?),
        }
    }

    pub(crate) fn named(schema: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.schema == schema)
    }

    /// Decodes and encodes `json`.
    pub(crate) fn round_trip(&self, json: &Value) -> serde_json::Result<Value> {
        (self.round_trip)(json)
    }
}

/// The contents of the derived schemas by name, as they apply to decoding.
static DERIVED: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut generator = settings.into_generator();
    for known in TYPES {
        (known.derive)(&mut generator);
    }
    let definitions = generator.take_definitions(true).into_iter();
    definitions
        .map(|(name, schema)| (name, contents(&schema)))
        .collect()
});

/// Compares every schema of `merged`, the fragments patched by the overlay, with its derived schema.
pub(crate) fn check(merged: &Spec) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut documented = BTreeSet::new();
    for (name, schema) in merged.schemas() {
        documented.insert(name);
        // The check "completeness" reports a schema without a generated type.
        let Some(derived) = DERIVED.get(name) else {
            continue;
        };
        let expected = contents(schema.value);
        for step in json_patch::diff(&expected, derived).iter() {
            let pointer = step.path().to_string();
            let [derived, expected] = [derived, &expected].map(|side| {
                let value = side.pointer(&pointer);
                value.map_or("nothing".to_owned(), Value::to_string)
            });
            violations.push(schema.violation(format!(
                "at {pointer}: the generated type has {derived}, the specification has {expected}"
            )));
        }
    }
    for known in TYPES {
        if !documented.contains(known.schema) {
            let message = format!("{} is generated but not documented", known.schema);
            let place = Place("openapi#/components/schemas".to_owned());
            violations.push(Violation::new(&place, message));
        }
    }
    violations
}

/// The contents of a schema that decoding does not show: names, descriptions, values and references.
/// The check "decoding" compares types, formats, patterns and `null`, and no body of it has as many items
/// as a list may have.
fn contents(schema: &Value) -> Value {
    let mut contents = Map::new();
    for keyword in ["description", "enum", "maxItems", "required"] {
        contents.extend(
            schema
                .get(keyword)
                .map(|it| (keyword.to_owned(), it.clone())),
        );
    }
    if let Some(properties) = schema["properties"].as_object() {
        let properties = properties.iter();
        let properties =
            properties.map(|(name, property)| (name.clone(), self::contents(property)));
        contents.insert("properties".to_owned(), properties.collect());
    }
    contents.extend((schema.get("items")).map(|it| ("items".to_owned(), self::contents(it))));
    contents.insert("references".to_owned(), references(schema).into());
    contents.into()
}

/// The names of the schemas that a schema refers to, outside of its properties and items.
fn references(schema: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                names.extend(reference.rsplit('/').next().map(ToOwned::to_owned));
            }
            ("properties" | "items", _) => {}
            (_, Value::Array(elements)) => names.extend(elements.iter().flat_map(references)),
            _ => names.extend(references(value)),
        }
    }
    names
}
