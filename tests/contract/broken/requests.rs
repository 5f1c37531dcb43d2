//! What is asked: path, parameters, credentials.

use serde_json::json;

use super::Mutation;
use crate::checks::Check::{Arguments, Defaults, Refusals, Requests};

macro_rules! operation {
    ($rest:literal) => {
        concat!(
            "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}",
            "~1serverless~1{clusterName}~1backup~1snapshots",
            $rest
        )
    };
}

macro_rules! shared_parameter {
    ($rest:literal) => {
        concat!("common.yaml#/components/parameters/", $rest)
    };
}

macro_rules! parameter {
    ($rest:literal) => {
        concat!("serverless-snapshots.yaml#/components/parameters/", $rest)
    };
}

macro_rules! shared_schema {
    ($rest:literal) => {
        concat!("common.yaml#/components/schemas/", $rest)
    };
}

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        what: "another path",
        edit: |it| {
            it.rename(
                operation!(""),
                "/api/atlas/v1.0/groups/{groupId}/instances/{clusterName}/backup/snapshots",
            );
        },
        noticed: &[
            (Requests, "the documented path is"),
            (Refusals, "answered 404"),
        ],
    },
    Mutation {
        what: "a path without its parameter",
        edit: |it| it.rename(operation!(""), "/api/atlas/v1.0/groups/{groupId}/snapshots"),
        noticed: &[(Requests, "is not in the path")],
    },
    Mutation {
        what: "another method",
        edit: |it| it.rename(operation!("/get"), "post"),
        noticed: &[
            (Requests, "the documented method is POST"),
            (Refusals, "answered 405"),
        ],
    },
    Mutation {
        what: "another operation id",
        edit: |it| it.set(operation!("/get/operationId"), "listServerlessSnapshots"),
        noticed: &[(Requests, "no operation listServerlessBackups")],
    },
    Mutation {
        what: "a path parameter of another name",
        edit: |it| {
            it.set(parameter!("clusterName/name"), "instance");
            it.rename(
                operation!(""),
                "/api/atlas/v1.0/groups/{groupId}/serverless/{instance}/backup/snapshots",
            );
        },
        noticed: &[
            (Refusals, "no good value of instance"),
            (Arguments, "guards clusterName"),
        ],
    },
    Mutation {
        what: "an optional path parameter",
        edit: |it| it.set(shared_parameter!("groupId/required"), false),
        noticed: &[(Requests, "has to be required")],
    },
    Mutation {
        what: "a parameter less",
        edit: |it| _ = it.remove(operation!("/get/parameters/3")),
        noticed: &[(Requests, "no query parameter pretty is documented")],
    },
    Mutation {
        what: "a parameter more",
        edit: |it| {
            it.push(
                operation!("/get/parameters"),
                json!({ "name": "verbose", "in": "query", "schema": { "type": "boolean", "default": false } }),
            );
        },
        noticed: &[
            (Requests, "no client ever sends it"),
            (
                Refusals,
                "?verbose=yes answered 200, where the documentation leaves [400]",
            ),
            (Defaults, "the mock answers the same whatever verbose is"),
        ],
    },
    Mutation {
        what: "a query parameter that is a header",
        edit: |it| it.set(shared_parameter!("pretty/in"), "header"),
        noticed: &[(Requests, "no query parameter pretty is documented")],
    },
    Mutation {
        what: "a query parameter of another name",
        edit: |it| it.set(shared_parameter!("pageNum/name"), "page"),
        noticed: &[
            (Requests, "no query parameter pageNum is documented"),
            (Refusals, "?page=0"),
        ],
    },
    Mutation {
        what: "a required query parameter",
        edit: |it| it.set(shared_parameter!("includeCount/required"), true),
        noticed: &[
            (Requests, "is left out"),
            (Refusals, "includeCount/required"),
        ],
    },
    Mutation {
        what: "a lower maximum",
        edit: |it| it.set(shared_parameter!("itemsPerPage/schema/maximum"), 499),
        noticed: &[
            (Requests, "500 is greater than the maximum of 499"),
            (Arguments, "page_size of the facade takes \"500\""),
            (Refusals, "?itemsPerPage=500 answered 200"),
        ],
    },
    Mutation {
        what: "a higher maximum",
        edit: |it| it.set(shared_parameter!("itemsPerPage/schema/maximum"), 501),
        noticed: &[
            (Arguments, "page_size of the facade refuses \"501\""),
            (Refusals, "?itemsPerPage=501 answered 400"),
        ],
    },
    Mutation {
        what: "an exclusive maximum",
        edit: |it| {
            it.set(
                shared_parameter!("itemsPerPage/schema/exclusiveMaximum"),
                true,
            );
        },
        noticed: &[
            (Requests, "500"),
            (Arguments, "takes \"500\""),
            (Refusals, "itemsPerPage=500"),
        ],
    },
    Mutation {
        what: "no maximum",
        edit: |it| _ = it.remove(shared_parameter!("itemsPerPage/schema/maximum")),
        noticed: &[
            (Arguments, "refuses \"18446744073709551615\""),
            (Refusals, "answered 400"),
        ],
    },
    Mutation {
        what: "a higher minimum",
        edit: |it| it.set(shared_parameter!("itemsPerPage/schema/minimum"), 2),
        noticed: &[
            (Requests, "1 is less than the minimum of 2"),
            (Refusals, "itemsPerPage=1 answered 200"),
        ],
    },
    Mutation {
        what: "a lower minimum",
        edit: |it| it.set(shared_parameter!("pageNum/schema/minimum"), 0),
        noticed: &[(Refusals, "?pageNum=0 answered 400")],
    },
    Mutation {
        what: "a number that is a flag",
        edit: |it| it.set(shared_parameter!("pageNum/schema/type"), "boolean"),
        noticed: &[
            (Requests, "pageNum is \"1\""),
            (Refusals, "?pageNum=1 answered 200"),
        ],
    },
    Mutation {
        what: "a number that is any text",
        edit: |it| it.set(shared_parameter!("pageNum/schema/type"), "string"),
        noticed: &[(Refusals, "pageNum")],
    },
    Mutation {
        what: "a flag that is a number",
        edit: |it| it.set(shared_parameter!("envelope/schema/type"), "integer"),
        noticed: &[
            (Requests, "envelope is \"true\""),
            (Refusals, "?envelope=true answered 200"),
        ],
    },
    Mutation {
        what: "another default of a number",
        edit: |it| it.set(shared_parameter!("itemsPerPage/schema/default"), 50),
        noticed: &[(Defaults, "?itemsPerPage=50 differently")],
    },
    Mutation {
        what: "another default of a flag",
        edit: |it| it.set(shared_parameter!("includeCount/schema/default"), false),
        noticed: &[(Defaults, "?includeCount=false differently")],
    },
    Mutation {
        what: "no default",
        edit: |it| _ = it.remove(shared_parameter!("pretty/schema/default")),
        noticed: &[(Defaults, "has no default")],
    },
    Mutation {
        what: "a shorter pattern",
        edit: |it| it.set(shared_schema!("ProjectId/pattern"), "^([a-f0-9]{23})$"),
        noticed: &[
            (Requests, "ProjectId/pattern"),
            (Arguments, "ProjectId of the facade takes"),
            (Arguments, "ProjectId of the generated client takes"),
            (
                Refusals,
                "answered 200, where the documentation leaves [400]",
            ),
        ],
    },
    Mutation {
        what: "a pattern without anchors",
        edit: |it| it.set(shared_schema!("ProjectId/pattern"), "[a-f0-9]{24}"),
        noticed: &[
            (Arguments, "ProjectId of the facade refuses"),
            (Refusals, "leaves [404]"),
        ],
    },
    Mutation {
        what: "a wider pattern",
        edit: |it| {
            it.set(
                shared_schema!("ClusterName/pattern"),
                "^[a-zA-Z0-9_][a-zA-Z0-9_-]*$",
            );
        },
        noticed: &[
            (Arguments, "ClusterName of the facade refuses"),
            (Refusals, "leaves [404]"),
        ],
    },
    Mutation {
        what: "no pattern",
        edit: |it| _ = it.remove(shared_schema!("ClusterName/pattern")),
        noticed: &[(Refusals, "forbids nothing")],
    },
    Mutation {
        what: "no bearer tokens",
        edit: |it| _ = it.remove("serverless-snapshots.yaml#/security/0"),
        noticed: &[(
            Requests,
            "signs in with \"Bearer\", documented is [\"digest\"]",
        )],
    },
];
