use serde_json::{Value, json};

/// What is wrong with one row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RowFault {
    /// This field has this value.
    Set {
        /// Name of the field, `status` for example.
        field: String,
        /// Any JSON.
        value: Value,
    },
    /// This field is missing.
    Remove {
        /// Name of the field.
        field: String,
    },
    /// The row is this instead.
    Replace(Value),
}

impl RowFault {
    /// Sets a field.
    #[must_use]
    pub fn set(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Set {
            field: field.into(),
            value: value.into(),
        }
    }

    /// Removes a field.
    #[must_use]
    pub fn remove(field: impl Into<String>) -> Self {
        Self::Remove {
            field: field.into(),
        }
    }

    /// Odd values of every documented field, and odd rows: a list to run a decoder against.
    ///
    /// Some are legal and merely unexpected (an enum value of tomorrow, a field left out), some
    /// are wrong by the documentation; which ones a client takes is its own decision, that its
    /// neighbours on the page survive is not.
    ///
    /// ```
    /// use atlas_snapshots_mock::{MockAtlas, PageFault, RowFault, When};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// for fault in RowFault::catalogue() {
    ///     let odd = PageFault::Row { place: 1, fault };
    ///     let atlas = MockAtlas::builder().snapshots(3).fault(odd, When::always()).start().await?;
    ///     // … list it, and expect snapshots 0 and 2 at least.
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn catalogue() -> Vec<Self> {
        let odd_values = [
            ("id", json!([null, "", "not an id", 7, {}])),
            ("createdAt", odd_dates()),
            ("expiresAt", odd_dates()),
            ("frequencyType", json!([null, "", "yearly", 7, []])),
            ("snapshotType", json!([null, "", "fallback", 7, []])),
            ("status", json!([null, "", "PENDING", 7, []])),
            (
                "mongodVersion",
                json!([null, "", "string", "8.0.29-rc1", 8.0]),
            ),
            ("serverlessInstanceName", json!([null, "", "not a name", 7])),
            (
                "storageSizeBytes",
                json!([null, -1, 42.5, 1e300, u64::MAX, "42", true]),
            ),
            (
                "links",
                json!([null, {}, "self", [null], [{ "rel": "self" }]]),
            ),
        ];
        let odd_rows = json!([null, {}, [], "row", 7, true]);
        let removed = odd_values
            .iter()
            .map(|(field, _)| Self::remove(*field))
            .collect::<Vec<_>>();
        let set = odd_values.iter().flat_map(|(field, values)| {
            items(values).map(|value| Self::set(*field, value.clone()))
        });
        let added = Self::set("addedTomorrow", json!({ "nested": [1, 2, 3] }));
        let replaced = items(&odd_rows).cloned().map(Self::Replace);
        set.chain(removed).chain([added]).chain(replaced).collect()
    }

    /// The row as it is sent, from the row as it would have been.
    pub(super) fn apply(&self, row: &str) -> String {
        let mut row: Value = serde_json::from_str(row).unwrap_or_default();
        match (self, row.as_object_mut()) {
            (Self::Replace(value), _) => return value.to_string(),
            (Self::Set { field, value }, Some(fields)) => {
                fields.insert(field.clone(), value.clone());
            }
            (Self::Remove { field }, Some(fields)) => {
                fields.remove(field);
            }
            // A literal row that is no object has no fields.
            (_, None) => {}
        }
        row.to_string()
    }
}

fn odd_dates() -> Value {
    json!([
        null,
        "",
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-01-20",
        "2026-01-20T12:00:00",
        "2026-01-20T12:00:00.123456789+05:30",
        "0000-00-00T00:00:00Z",
        1_768_910_400
    ])
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
