//! What is answered: statuses, schemas, examples.

use serde_json::json;

use super::Mutation;
use crate::checks::Check::{
    Arguments, Decoding, Deviations, Examples, Refusals, Requests, Responses, Schemas,
};

macro_rules! responses {
    ($rest:literal) => {
        concat!(
            "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}",
            "~1serverless~1{clusterName}~1backup~1snapshots/get/responses/",
            $rest
        )
    };
}

macro_rules! shared_response {
    ($rest:literal) => {
        concat!("common.yaml#/components/responses/", $rest)
    };
}

macro_rules! response {
    ($rest:literal) => {
        concat!("serverless-snapshots.yaml#/components/responses/", $rest)
    };
}

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
        what: "a status less",
        edit: |it| _ = it.remove(responses!("403")),
        noticed: &[(Responses, "answered 403, which is not documented")],
    },
    Mutation {
        what: "no refusals",
        edit: |it| _ = it.remove(responses!("400")),
        noticed: &[
            (Responses, "answered 400"),
            (Refusals, "answered 400, which is not documented"),
        ],
    },
    Mutation {
        what: "a status more",
        edit: |it| {
            it.set(
                responses!("409"),
                json!({ "$ref": "common.yaml#/components/responses/BadRequest" }),
            );
        },
        noticed: &[
            (Responses, "the mock never answers 409"),
            (Examples, "disagree: 409"),
        ],
    },
    Mutation {
        what: "another body for a status",
        edit: |it| {
            it.set(
                shared_response!("NotFound/content/application~1json/schema/$ref"),
                "serverless-snapshots.yaml#/components/schemas/ServerlessSnapshotPage",
            );
        },
        noticed: &[
            (
                Responses,
                "answered 404: Additional properties are not allowed",
            ),
            (Examples, "Additional properties are not allowed"),
            (Refusals, "Additional properties are not allowed"),
        ],
    },
    Mutation {
        what: "another media type",
        edit: |it| {
            it.rename(
                response!("ServerlessSnapshotPage/content/application~1json"),
                "application/vnd.atlas.2024-11-13+json",
            );
        },
        noticed: &[
            (
                Responses,
                "as \"application/json\", which is not documented",
            ),
            (Requests, "accepts \"application/json\", documented is"),
        ],
    },
    Mutation {
        what: "a reference that leads nowhere",
        edit: |it| it.set(responses!("401/$ref"), "#/components/responses/Nowhere"),
        noticed: &[(Responses, "leads nowhere: #/components/responses/Nowhere")],
    },
    Mutation {
        what: "a keyword that these suites do not know",
        edit: |it| it.set(shared_schema!("Link/oneOf"), json!([{ "type": "object" }])),
        noticed: &[(Responses, "is no keyword these suites can check")],
    },
    Mutation {
        what: "a property of another name",
        edit: |it| {
            it.rename(
                schema!("ServerlessSnapshot/properties/storageSizeBytes"),
                "size",
            );
        },
        noticed: &[
            (
                Responses,
                "Additional properties are not allowed ('storageSizeBytes' was unexpected)",
            ),
            (
                Responses,
                "ServerlessSnapshot/properties/size\n    the mock never shows it",
            ),
            (
                Schemas,
                "at /properties/size: the generated type says nothing",
            ),
            (
                Examples,
                "Additional properties are not allowed ('storageSizeBytes' was unexpected)",
            ),
        ],
    },
    Mutation {
        what: "a property less",
        edit: |it| _ = it.remove(shared_schema!("Link/properties/rel")),
        noticed: &[
            (Responses, "'rel' was unexpected"),
            (Schemas, "/properties/rel"),
        ],
    },
    Mutation {
        what: "a property more",
        edit: |it| {
            it.set(
                schema!("ServerlessSnapshot/properties/region"),
                json!({ "type": "string" }),
            );
        },
        noticed: &[
            (Responses, "never shows it"),
            (Schemas, "/properties/region"),
        ],
    },
    Mutation {
        what: "a number that is a text",
        edit: |it| {
            let size = schema!("ServerlessSnapshot/properties/storageSizeBytes");
            it.set(
                size,
                json!({ "type": "string", "description": "How many bytes the snapshot takes." }),
            );
        },
        noticed: &[
            (Responses, "is not of type \"string\""),
            (Schemas, "at /properties/storageSizeBytes/type/0"),
            (Decoding, "at /results/0/storageSizeBytes"),
            (Examples, "42 is not of type \"string\""),
        ],
    },
    Mutation {
        what: "a narrower number",
        edit: |it| {
            it.set(
                schema!("ServerlessSnapshot/properties/storageSizeBytes/format"),
                "int32",
            );
        },
        noticed: &[
            (Responses, "is greater than the maximum of 2147483647"),
            (Schemas, "at /properties/storageSizeBytes/format"),
            (Decoding, "at /results/0/storageSizeBytes"),
        ],
    },
    Mutation {
        what: "a higher minimum",
        edit: |it| {
            it.set(
                schema!("ServerlessSnapshotPage/properties/totalCount/minimum"),
                1,
            );
        },
        noticed: &[(Responses, "at /totalCount: 0 is less than the minimum of 1")],
    },
    Mutation {
        what: "no minimum",
        edit: |it| {
            _ = it.remove(schema!(
                "ServerlessSnapshotPage/properties/totalCount/minimum"
            ));
        },
        noticed: &[(Deviations, "sets minimum")],
    },
    Mutation {
        what: "a date that is any text",
        edit: |it| _ = it.remove(schema!("ServerlessSnapshot/properties/createdAt/format")),
        noticed: &[(Schemas, "is read as a Timestamp, but is no date-time")],
    },
    Mutation {
        what: "a word less",
        edit: |it| _ = it.remove(schema!("SnapshotStatus/enum/3")),
        noticed: &[
            (Responses, "\"failed\" is not one of"),
            (Schemas, "at /enum/3: the generated type says \"failed\""),
            (Arguments, "SnapshotStatus/enum\n    the facade knows"),
        ],
    },
    Mutation {
        what: "a word less, which the example says",
        edit: |it| _ = it.remove(schema!("SnapshotFrequency/enum/0")),
        noticed: &[(Examples, "\"hourly\" is not one of")],
    },
    Mutation {
        what: "a word more",
        edit: |it| it.push(schema!("SnapshotType/enum"), "copied"),
        noticed: &[
            (
                Responses,
                "SnapshotType/enum/2\n    the mock never shows it",
            ),
            (Schemas, "at /enum/2: the generated type says nothing"),
            (Arguments, "SnapshotType/enum"),
        ],
    },
    Mutation {
        what: "a required property more",
        edit: |it| {
            it.set(
                schema!("ServerlessSnapshotPage/required"),
                json!(["totalCount"]),
            );
        },
        noticed: &[(Responses, "\"totalCount\" is a required property")],
    },
    Mutation {
        what: "a required property of a row",
        edit: |it| it.set(schema!("ServerlessSnapshot/required"), json!(["id"])),
        noticed: &[
            (Schemas, "documentation and overlay say [\"id\"]"),
            (Decoding, "decodes a body with nothing at \"/results/0/id\""),
        ],
    },
    Mutation {
        what: "nothing required",
        edit: |it| _ = it.remove(shared_schema!("FieldViolation/required")),
        noticed: &[
            (Schemas, "at /required"),
            (
                Decoding,
                "refuses a body with {} at \"/badRequestDetail/fields/0\"",
            ),
        ],
    },
    Mutation {
        what: "a tighter pattern",
        edit: |it| it.set(schema!("MongodVersion/pattern"), "^8\\."),
        noticed: &[(Responses, "does not match \"^8\\.\"")],
    },
    Mutation {
        what: "another length of an id",
        edit: |it| it.set(shared_schema!("SnapshotId/pattern"), "^([a-f0-9]{25})$"),
        noticed: &[
            (Responses, "at /results/0/id"),
            (Examples, "SnapshotId/pattern"),
        ],
    },
    Mutation {
        what: "a list of other things",
        edit: |it| {
            it.set(
                shared_schema!("ApiError/properties/parameters/items/type"),
                "string",
            );
        },
        noticed: &[
            (Responses, "at /parameters/0"),
            (Refusals, "at /parameters/0"),
        ],
    },
    Mutation {
        what: "a schema of another name",
        edit: |it| {
            it.rename(shared_schema!("FieldViolation"), "Reason");
            it.set(
                shared_schema!("BadRequestDetail/properties/fields/items/$ref"),
                "#/components/schemas/Reason",
            );
        },
        noticed: &[
            (Schemas, "FieldViolation is generated but not documented"),
            (Schemas, "Reason\n    has no generated type"),
        ],
    },
    Mutation {
        what: "another description",
        edit: |it| it.set(shared_schema!("Link/description"), "A way out."),
        noticed: &[(Schemas, "say \"A way out.\"")],
    },
    Mutation {
        what: "no example",
        edit: |it| {
            _ = it.remove(shared_response!(
                "Forbidden/content/application~1json/examples"
            ));
        },
        noticed: &[(Examples, "has no example")],
    },
    Mutation {
        what: "an example with a stray property",
        edit: |it| {
            it.set(
                response!(
                    "ServerlessSnapshotPage/content/application~1json/examples/documented/value/results/0/region"
                ),
                "EU",
            );
        },
        noticed: &[
            (Examples, "'region' was unexpected"),
            (Examples, "through the facade, results turn"),
        ],
    },
    Mutation {
        what: "an example of the wrong type",
        edit: |it| {
            it.set(
                response!("ServerlessSnapshotPage/content/application~1json/examples/documented/value/totalCount"),
                "42",
            );
        },
        noticed: &[
            (Examples, "\"42\" is not of type \"integer\""),
            (Examples, "refuses it"),
        ],
    },
    Mutation {
        what: "an example of another status",
        edit: |it| {
            it.set(
                shared_response!(
                    "NotFound/content/application~1json/examples/documented/value/error"
                ),
                400,
            );
        },
        noticed: &[(Examples, "header, body and facade disagree")],
    },
    Mutation {
        what: "an example that a request could not carry",
        edit: |it| {
            it.set(
                shared_schema!("ProjectId/example"),
                "32B6E34B3D91647ABB20E7B8",
            );
        },
        noticed: &[(Examples, "ProjectId refuses it")],
    },
    Mutation {
        what: "an example that keeps the rule it is excused from",
        edit: |it| {
            it.set(
                response!(
                    "ServerlessSnapshotPage/content/application~1json/examples/documented/value/results/0/mongodVersion"
                ),
                "8.0.4",
            );
        },
        noticed: &[(Examples, "is excused from the examples, but none breaks it")],
    },
];
