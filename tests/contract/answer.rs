//! What the mock answered, kept to be judged later.

use std::fmt;

use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The request, for messages.
    pub(crate) request: String,
    pub(crate) status: u16,
    /// `Content-Type` without its parameters.
    pub(crate) media_type: String,
    pub(crate) text: String,
    /// `null` for a body that is not JSON.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn read(request: impl Into<String>, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap());
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let media_type = media_type.to_owned();
        let text = response.text().await.expect("the mock sends whole bodies");
        Self {
            request: request.into(),
            status,
            media_type,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// What an answer to `envelope=true` wraps: `{"status": …, "content": …}`. Anything else stays.
    pub(crate) fn unwrapped(mut self) -> Self {
        let status = self.body["status"].as_u64().map(TryInto::try_into);
        if let Some(Ok(status)) = status {
            self.status = status;
            self.body = self.body["content"].take();
        }
        self
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.request, self.status)
    }
}
