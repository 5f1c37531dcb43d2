//! Every request of both clients, as a mock received it.

use atlas_snapshots::{Atlas, Credentials};
use atlas_snapshots_generated::{Client, Hooks};
use futures::TryStreamExt;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use crate::operation_case::OperationCase;
use crate::requests::Sent;

const TOKEN: &str = "sesame";

/// The responses are in the mock's log too, and not checked here.
pub(crate) async fn sent(case: &OperationCase) -> Vec<Sent> {
    let mock = (case.mock)()
        .snapshots(1_200)
        .require_token(TOKEN)
        .start()
        .await
        .expect("loopback has a free port");
    let mut sent = Vec::new();
    let mut take_log = |by| {
        let requests = mock.requests().into_iter();
        sent.extend(requests.map(|request| Sent { by, request }));
        mock.clear_requests();
    };
    send_by_facade(case, mock.base_url()).await;
    take_log("the facade");
    send_by_generated_client(case, mock.base_url()).await;
    take_log("the generated client");
    sent
}

async fn send_by_facade(case: &OperationCase, base_url: &str) {
    let atlas = Atlas::builder()
        .base_url(base_url)
        .credentials(Credentials::access_token(TOKEN))
        .build()
        .expect("a mock's address");
    let list = || (case.list)(&atlas);
    for request in [
        list(),
        list().page_size(100).max_in_flight(8),
        list().page_size(400).max_in_flight(1),
    ] {
        // An error of a request is in the log, too.
        let _ = request.stream().try_for_each(async |_| Ok(())).await;
    }
}

async fn send_by_generated_client(case: &OperationCase, base_url: &str) {
    let mut headers = HeaderMap::new();
    let authorization = format!("Bearer {TOKEN}").parse();
    headers.insert(AUTHORIZATION, authorization.expect("a header value"));
    let http = reqwest::Client::builder().default_headers(headers).build();
    let http = http.expect("a client without TLS");
    (case.send_generated)(Client::new_with_client(base_url, http, Hooks::new())).await;
}
