//! Requests made on purpose, right and wrong, by the rules of the documentation.

use std::collections::HashMap;
use std::fmt;

use atlas_snapshots_mock::MockAtlas;
use reqwest::{Client, Method};

use crate::answer::Answer;
use crate::operation::Operation;

/// A request without a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Probe {
    method: String,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

/// What the mock answered to each probe.
pub(crate) type Answers = HashMap<Probe, Answer>;

impl Probe {
    /// A request of `operation`, with its path parameters filled in from `value`.
    pub(crate) fn new(operation: &Operation<'_>, mut value: impl FnMut(&str) -> String) -> Self {
        let segments = operation.template.split('/').skip(1);
        let segments = segments.map(|segment| {
            let parameter = operation.path_parameter(segment);
            parameter.map_or_else(|| segment.to_owned(), |parameter| value(parameter.name))
        });
        Self {
            method: operation.method.clone(),
            segments: segments.collect(),
            query: Vec::new(),
        }
    }

    pub(crate) fn query(mut self, name: &str, text: &str) -> Self {
        self.query.push((name.to_owned(), text.to_owned()));
        self
    }

    /// The same without the segments that are empty.
    pub(crate) fn without_empty_segments(mut self) -> Self {
        self.segments.retain(|segment| !segment.is_empty());
        self
    }

    pub(crate) async fn send(&self, http: &Client, mock: &MockAtlas) -> Answer {
        // Encoded by hand: a URL type drops line breaks and resolves dots.
        let encoded = |text: &String| {
            let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            encoded.replace('+', "%20")
        };
        let path: Vec<_> = self.segments.iter().map(encoded).collect();
        let query = self
            .query
            .iter()
            .map(|(name, text)| [name, text].map(encoded).join("="));
        let query: Vec<_> = query.collect();
        let mut url = format!("{}/{}", mock.base_url(), path.join("/"));
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let method: Method = self.method.parse().expect("a documented method");
        let sent = http.request(method, url).send().await;
        let mut answer = Answer::read(self.to_string(), sent.expect("the mock answers")).await;
        // Links name the mock: without that, the answers of two mocks compare.
        answer.text = answer.text.replace(mock.base_url(), "");
        let is_wrapped = |(name, text): &(String, String)| name == "envelope" && text == "true";
        if self.query.iter().any(is_wrapped) {
            answer.unwrapped()
        } else {
            answer
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.method)?;
        // Quoted where it has to be, and without what every path begins with.
        let path = format!(
            " …/{}",
            self.segments[self.segments.len().min(4)..].join("/")
        );
        write!(f, "{}", path.escape_debug())?;
        for (index, (name, text)) in self.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", text.escape_debug())?;
        }
        Ok(())
    }
}
