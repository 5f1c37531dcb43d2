//! What the overlay changes: an entry too few, too many, or wrong.

use serde_json::json;

use super::Mutation;
use crate::checks::Check::{Decoding, Deviations, Schemas};

macro_rules! shared_schema {
    ($rest:literal) => {
        concat!("common.yaml#/components/schemas/", $rest)
    };
}

macro_rules! schema {
    ($rest:literal) => {
        concat!("serverless-snapshots.yaml#/components/schemas/", $rest)
    };
}

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        what: "an enum left closed",
        edit: |it| it.remove_entry(schema!("ServerlessSnapshot/properties/status")),
        noticed: &[
            (Schemas, "at /properties/status"),
            (
                Decoding,
                "decodes a body with \"no such word\" at \"/results/0/status\"",
            ),
        ],
    },
    Mutation {
        what: "a pattern left in force",
        edit: |it| it.remove_entry(shared_schema!("SnapshotId")),
        noticed: &[(Decoding, "decodes a body with \"-\" at \"/results/0/id\"")],
    },
    Mutation {
        what: "a date left strict",
        edit: |it| it.remove_entry(schema!("ServerlessSnapshot/properties/createdAt")),
        noticed: &[(
            Decoding,
            "decodes a body with \"2025-05-04T11:42:00+0200\" at",
        )],
    },
    Mutation {
        what: "results left optional",
        edit: |it| it.remove_entry(schema!("ServerlessSnapshotPage")),
        noticed: &[
            (
                Schemas,
                "at /required: the generated type says [\"results\"]",
            ),
            (
                Decoding,
                "refuses a body with nothing at \"/results\" (missing field `results`)",
            ),
        ],
    },
    Mutation {
        what: "a list left without null",
        edit: |it| it.remove_entry(schema!("ServerlessSnapshot/properties/links")),
        noticed: &[
            (Schemas, "at /properties/links/type"),
            (Decoding, "decodes a body with null at \"/results/0/links\""),
        ],
    },
    Mutation {
        what: "parameters left objects",
        edit: |it| it.remove_entry(shared_schema!("ApiError/properties/parameters")),
        noticed: &[
            (Schemas, "at /properties/parameters"),
            (Decoding, "at \"/parameters\""),
        ],
    },
    Mutation {
        what: "words of another enum",
        edit: |it| {
            let entry = it.entry(schema!("ServerlessSnapshot/properties/status"));
            entry.patch["x-rust-type"]["parameters"][0]["$ref"] =
                json!("#/components/schemas/SnapshotType");
        },
        noticed: &[(Schemas, "at /properties/status/anyOf/0/anyOf/0/$ref")],
    },
    Mutation {
        what: "a type nobody knows",
        edit: |it| {
            let entry = it.entry(schema!("ServerlessSnapshot/properties/expiresAt"));
            entry.patch["x-rust-type"]["path"] = json!("atlas_snapshots_generated::Timestmap");
        },
        noticed: &[(Schemas, "names atlas_snapshots_generated::Timestmap")],
    },
    Mutation {
        what: "an entry for nothing",
        edit: |it| it.add_entry(schema!("Nothing"), json!({ "type": null })),
        noticed: &[(Deviations, "which does not exist")],
    },
    Mutation {
        what: "an entry that says what is documented",
        edit: |it| it.add_entry(shared_schema!("SnapshotId"), json!({ "type": "string" })),
        noticed: &[
            (Deviations, "sets type of"),
            (Deviations, "excuses nothing"),
        ],
    },
    Mutation {
        what: "an entry that the generated types do not follow",
        edit: |it| {
            it.add_entry(
                shared_schema!("Link"),
                json!({ "description": "A way out." }),
            );
        },
        noticed: &[
            (Deviations, "excuses nothing"),
            (Schemas, "say \"A way out.\""),
        ],
    },
    Mutation {
        what: "an entry that the documentation has caught up with",
        edit: |it| {
            it.set(
                schema!("ServerlessSnapshotPage/properties/links/nullable"),
                true,
            );
        },
        noticed: &[
            (Deviations, "sets nullable of"),
            (Deviations, "excuses nothing"),
        ],
    },
    Mutation {
        what: "an entry that spares what is not there",
        edit: |it| _ = it.remove(schema!("MongodVersion/pattern")),
        noticed: &[(Deviations, "sets pattern of")],
    },
];
