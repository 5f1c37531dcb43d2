// The code under test in the first example of the README.

/// Lists the ids of all snapshots, three pages of 500 at most.
async fn list_ids(url: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for page in 1..=3 {
        let response = loop {
            let response = reqwest::get(format!("{url}?itemsPerPage=500&pageNum={page}")).await;
            match response {
                Ok(response) if response.status() == 200 => break response,
                _ => {}
            }
        };
        let page: serde_json::Value =
            serde_json::from_str(&response.text().await.unwrap()).unwrap();
        let items = page["results"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
    }
    ids
}
