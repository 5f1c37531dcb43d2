//! Suite (f), without exception: whatever is taken out of a fragment, a check notices.

use std::collections::BTreeSet;

use crate::checks::Check;
use crate::contract::Contract;
use crate::evidence::{Evidence, collected, extend};
use crate::spec::Node;

/// The parts of a fragment that bind anyone.
const BINDING: [&str; 3] = ["paths", "components", "security"];

/// What is written for people. Within schemas it reaches the generated types, and is compared there.
const PROSE: [&str; 4] = ["description", "externalDocs", "summary", "tags"];

/// What may go unnoticed, with all below it, and why. One that would be noticed fails the test: by
/// then somebody keeps to it.
const UNNOTICED: &[(&str, &str)] = &[
    (
        "common.yaml#/components/schemas/ApiError/properties/parameters/items/type",
        "the overlay replaces it, and the mock could not break what is not there",
    ),
    (
        "common.yaml#/components/schemas/ApiError/required/0",
        "the overlay drops the list, and the mock could not break what is not there",
    ),
    (
        "common.yaml#/components/schemas/ApiError/required/1",
        "the overlay drops the list, and the mock could not break what is not there",
    ),
    (
        "serverless-snapshots.yaml#/components/schemas/ServerlessSnapshotPage/properties/totalCount/format",
        "the overlay replaces it, and the mock could not break what is not there",
    ),
    (
        "common.yaml#/components/securitySchemes/ServiceAccount/flows",
        "signing in has tests of its own: here a token is given",
    ),
    (
        "serverless-snapshots.yaml#/security/1",
        "signing in by digest has tests of its own",
    ),
    (
        "flex-snapshots.yaml#/security/1",
        "signing in by digest has tests of its own",
    ),
    (
        "common.yaml#/components/headers",
        "response headers are optional, and the facade's own tests read them",
    ),
    (
        "common.yaml#/components/responses/TooManyRequests/headers",
        "response headers are optional, and the facade's own tests read them",
    ),
    (
        "flex-snapshots.yaml#/components/responses/FlexSnapshotPage/headers",
        "response headers are optional, and the facade's own tests read them",
    ),
    (
        "flex-snapshots.yaml#/components/schemas/FlexSnapshotPage/properties/totalCount/format",
        "the overlay replaces it, and the mock could not break what is not there",
    ),
    (
        "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}~1serverless~1{clusterName}~1backup~1snapshots/get/deprecated",
        "nothing turns on it",
    ),
    (
        "serverless-snapshots.yaml#/paths/~1api~1atlas~1v1.0~1groups~1{groupId}~1serverless~1{clusterName}~1backup~1snapshots/get/x-sunset",
        "nothing turns on it",
    ),
];

#[tokio::test]
async fn nothing_can_be_taken_out_unnoticed() {
    let contract = Contract::load();
    let mut evidence = collected().await.to_vec();
    let mut unnoticed = Vec::new();
    let mut excused = BTreeSet::new();
    for place in binding_places(&contract) {
        let mut broken = contract.clone();
        broken.remove(&place);
        if is_noticed(&broken, &mut evidence).await {
            continue;
        }
        let below = |(excuse, _): &&(&str, &str)| {
            let rest = place.strip_prefix(excuse);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match UNNOTICED.iter().find(below) {
            Some((excuse, _)) => _ = excused.insert(*excuse),
            None => unnoticed.push(place),
        }
    }
    assert!(
        unnoticed.is_empty(),
        "no check fails without these: {unnoticed:#?}"
    );
    for (excuse, reason) in UNNOTICED {
        assert!(
            excused.contains(excuse),
            "no longer unnoticed, so no longer to be excused: {excuse} ({reason})"
        );
    }
}

fn binding_places(contract: &Contract) -> Vec<String> {
    let mut places = Vec::new();
    for file in contract.fragments.files() {
        for part in BINDING.iter().filter_map(|part| file.get(part)) {
            note_binding_below(&part, &mut places);
        }
    }
    places
}

/// Every place but prose, and what is inside an example: less of one is still one.
fn note_binding_below(node: &Node<'_>, places: &mut Vec<String>) {
    for child in node.children() {
        let name = child.place.name();
        let is_member = node.value.is_object() && node.place.name() != "properties";
        let in_schema = child.place.pointer.starts_with("/components/schemas/");
        if is_member && (name == "example" || !in_schema && PROSE.contains(&name)) {
            continue;
        }
        places.push(child.place.to_string());
        if name != "value" {
            note_binding_below(&child, places);
        }
    }
}

async fn is_noticed(contract: &Contract, evidence: &mut [Evidence]) -> bool {
    extend(evidence, contract).await;
    let mut checks = Check::ALL.iter();
    checks.any(|check| !check.run(contract, evidence).is_empty())
}
