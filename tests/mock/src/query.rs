//! The parameters of a listing request: defaults, bounds, patterns, and all violations at once.

use crate::settings::ClusterKind;

/// Documented pattern of a project id.
pub(crate) const PROJECT_ID_PATTERN: &str = "^([a-f0-9]{24})$";
/// Documented pattern of a cluster name.
pub(crate) const CLUSTER_NAME_PATTERN: &str = "^[a-zA-Z0-9][a-zA-Z0-9-]*$";
/// Largest documented `itemsPerPage`.
const MAX_ITEMS_PER_PAGE: u64 = 500;

/// The path of the listing of a cluster, without a host.
pub(crate) fn listing_path(api: ClusterKind, project: &str, cluster: &str) -> String {
    match api {
        ClusterKind::Serverless => {
            format!("/api/atlas/v1.0/groups/{project}/serverless/{cluster}/backup/snapshots")
        }
        ClusterKind::Flex => {
            format!("/api/atlas/v2/groups/{project}/flexClusters/{cluster}/backup/snapshots")
        }
    }
}

/// Whether `text` matches [`PROJECT_ID_PATTERN`].
pub(crate) fn is_project_id(text: &str) -> bool {
    let is_digit = |byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9');
    text.len() == 24 && text.bytes().all(is_digit)
}

/// Whether `text` matches [`CLUSTER_NAME_PATTERN`].
pub(crate) fn is_cluster_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_allowed)
}

/// One entry of `badRequestDetail.fields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) field: &'static str,
    pub(crate) description: String,
}

pub(crate) fn path_violations(api: ClusterKind, project: &str, cluster: &str) -> Vec<Violation> {
    let name = match api {
        ClusterKind::Serverless => "clusterName",
        ClusterKind::Flex => "name",
    };
    let checks = [
        ("groupId", PROJECT_ID_PATTERN, is_project_id(project)),
        (name, CLUSTER_NAME_PATTERN, is_cluster_name(cluster)),
    ];
    let violated = checks.into_iter().filter(|(_, _, is_valid)| !is_valid);
    violated
        .map(|(field, pattern, _)| Violation {
            field,
            description: format!("must match \"{pattern}\""),
        })
        .collect()
}

/// The query of a listing, with the documented default for absent and invalid parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListQuery {
    pub(crate) envelope: bool,
    pub(crate) pretty: bool,
    pub(crate) include_count: bool,
    pub(crate) items_per_page: u64,
    /// Saturates: numbers beyond 64 bits are valid, and name a page past any end.
    pub(crate) page_num: u64,
}

impl ListQuery {
    /// The meaning of an empty query.
    pub(crate) const DEFAULT: Self = Self {
        envelope: false,
        pretty: false,
        include_count: true,
        items_per_page: 100,
        page_num: 1,
    };

    /// Reads an encoded query. Unknown parameters are ignored, as on the service.
    ///
    /// Violations are returned beside the query, not instead of it: an error response uses the
    /// envelope and the layout of its request too.
    pub(crate) fn read(query: Option<&str>) -> (Self, Vec<Violation>) {
        let pairs = query_pairs(query);
        let mut reader = Reader {
            pairs: &pairs,
            violations: Vec::new(),
        };
        let default = Self::DEFAULT;
        let max = MAX_ITEMS_PER_PAGE;
        let query = Self {
            envelope: reader.boolean("envelope", default.envelope),
            pretty: reader.boolean("pretty", default.pretty),
            include_count: reader.boolean("includeCount", default.include_count),
            items_per_page: reader.integer("itemsPerPage", default.items_per_page, max),
            page_num: reader.integer("pageNum", default.page_num, u64::MAX),
        };
        (query, reader.violations)
    }
}

/// Decoded query parameters, in order.
pub(crate) fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

/// A decimal integer of any length, saturating at [`u64::MAX`]; `None` for anything else.
pub(crate) fn saturating_integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

struct Reader<'a> {
    pairs: &'a [(String, String)],
    violations: Vec<Violation>,
}

impl<'a> Reader<'a> {
    fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        match self.single(name) {
            None => default,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                self.reject(name, format!("must be true or false, not {other:?}"));
                default
            }
        }
    }

    fn integer(&mut self, name: &'static str, default: u64, max: u64) -> u64 {
        let Some(text) = self.single(name) else {
            return default;
        };
        let negative = text.strip_prefix('-').and_then(saturating_integer);
        let description = match (saturating_integer(text), negative) {
            (Some(number), _) if (1..=max).contains(&number) => return number,
            (Some(0), _) | (None, Some(_)) => "must be at least 1".to_owned(),
            (Some(_), _) => format!("must be at most {max}"),
            (None, None) => format!("must be an integer, not {text:?}"),
        };
        self.reject(name, description);
        default
    }

    /// The only value of `name`. A second one is a violation.
    fn single(&mut self, name: &'static str) -> Option<&'a str> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name);
        let first = values.next();
        if values.next().is_some() {
            self.reject(name, "must not be repeated".to_owned());
            return None;
        }
        first.map(|(_, value)| value.as_str())
    }

    fn reject(&mut self, field: &'static str, description: String) {
        self.violations.push(Violation { field, description });
    }
}
