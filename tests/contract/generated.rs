//! The generated types, one row for each named schema of the fragments.

use atlas_snapshots_generated::types;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub(crate) const TYPES: &[GeneratedType] = &[
    GeneratedType::of::<types::ApiError>("ApiError"),
    GeneratedType::of::<types::BadRequestDetail>("BadRequestDetail"),
    GeneratedType::of::<types::ClusterName>("ClusterName"),
    GeneratedType::of::<types::FieldViolation>("FieldViolation"),
    GeneratedType::of::<types::FlexSnapshot>("FlexSnapshot"),
    GeneratedType::of::<types::FlexSnapshotPage>("FlexSnapshotPage"),
    GeneratedType::of::<types::FlexSnapshotStatus>("FlexSnapshotStatus"),
    GeneratedType::of::<types::Link>("Link"),
    GeneratedType::of::<types::MongodVersion>("MongodVersion"),
    GeneratedType::of::<types::ProjectId>("ProjectId"),
    GeneratedType::of::<types::ServerlessInstanceName>("ServerlessInstanceName"),
    GeneratedType::of::<types::ServerlessSnapshot>("ServerlessSnapshot"),
    GeneratedType::of::<types::ServerlessSnapshotPage>("ServerlessSnapshotPage"),
    GeneratedType::of::<types::SnapshotFrequency>("SnapshotFrequency"),
    GeneratedType::of::<types::SnapshotId>("SnapshotId"),
    GeneratedType::of::<types::SnapshotStatus>("SnapshotStatus"),
    GeneratedType::of::<types::SnapshotType>("SnapshotType"),
];

pub(crate) struct GeneratedType {
    /// The name of the schema.
    pub(crate) component: &'static str,
    schema: fn(&mut SchemaGenerator) -> Schema,
    round_trip: fn(&Value) -> serde_json::Result<Value>,
}

impl GeneratedType {
    const fn of<T: JsonSchema + Serialize + DeserializeOwned>(component: &'static str) -> Self {
        Self {
            component,
            schema: SchemaGenerator::subschema_for::<T>,
            round_trip: |json| serde_json::to_value(T::deserialize(json)?),
        }
    }

    pub(crate) fn named(component: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.component == component)
    }

    /// Decodes and encodes again.
    pub(crate) fn round_trip(&self, json: &Value) -> serde_json::Result<Value> {
        (self.round_trip)(json)
    }
}

/// What the types say of themselves: name → JSON Schema.
pub(crate) fn derived_schemas() -> Map<String, Value> {
    // As read, not as written: a client reads these types.
    let mut generator = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator();
    for known in TYPES {
        (known.schema)(&mut generator);
    }
    generator.take_definitions(true)
}
