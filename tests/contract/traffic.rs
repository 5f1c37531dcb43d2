//! Every request of both clients, as a mock saw it.

use atlas_snapshots::{Atlas, Credentials, PageSize, Prefetch};
use atlas_snapshots_generated::{Client, Hooks};
use futures::TryStreamExt;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use crate::requests::Sent;
use crate::subject::Subject;

const TOKEN: &str = "sesame";

/// What became of the requests is in the mock's log too, and not judged here.
pub(crate) async fn sent(subject: &Subject) -> Vec<Sent> {
    let mock = (subject.mock)()
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
    send_by_facade(subject, mock.base_url()).await;
    take_log("the facade");
    send_by_generated_client(subject, mock.base_url()).await;
    take_log("the generated client");
    sent
}

async fn send_by_facade(subject: &Subject, base_url: &str) {
    let atlas = Atlas::builder()
        .base_url(base_url)
        .credentials(Credentials::access_token(TOKEN))
        .build()
        .expect("a mock's address");
    let listing = || (subject.listing)(&atlas);
    let size = |items| PageSize::new(items).expect("a documented size");
    let width = |pages| Prefetch::new(pages).expect("a sensible width");
    for listing in [
        listing(),
        listing().page_size(size(100)).prefetch(width(8)),
        listing().page_size(size(400)).prefetch(width(1)),
    ] {
        // An error does not end a stream, but it ends this.
        let _ = listing.stream().try_for_each(async |_| Ok(())).await;
    }
}

async fn send_by_generated_client(subject: &Subject, base_url: &str) {
    let mut headers = HeaderMap::new();
    let authorization = format!("Bearer {TOKEN}").parse();
    headers.insert(AUTHORIZATION, authorization.expect("a header value"));
    let http = reqwest::Client::builder().default_headers(headers).build();
    let http = http.expect("a client without TLS");
    (subject.send_generated)(Client::new_with_client(base_url, http, Hooks::new())).await;
}
