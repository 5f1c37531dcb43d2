//! Which API was asked.

use atlas_snapshots_mock::MockAtlas;

/// The API of each request, in order of arrival.
pub(crate) fn apis_asked(mock: &MockAtlas) -> Vec<&'static str> {
    let requests = mock.requests();
    let which = |path: &str| {
        if path.contains("/v2/") {
            "flex"
        } else {
            "serverless"
        }
    };
    requests
        .iter()
        .map(|request| which(&request.path))
        .collect()
}
