//! The parameters of a listing request: defaults, bounds, patterns, and all violations at once.

use crate::operation::Operation;

/// Documented pattern of a project id.
pub(crate) const PROJECT_ID_PATTERN: &str = "^([a-f0-9]{24})$";
/// Documented pattern of a cluster name.
pub(crate) const CLUSTER_NAME_PATTERN: &str = "^[a-zA-Z0-9][a-zA-Z0-9-]*$";
/// Largest documented `itemsPerPage`.
const MAX_ITEMS_PER_PAGE: u64 = 500;

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

/// The violations of the path parameters of an operation, by name and value.
pub(crate) fn path_violations<'a>(
    parameters: impl Iterator<Item = (&'static str, &'a str)>,
) -> Vec<Violation> {
    let violated = parameters.filter_map(|(field, value)| {
        let (pattern, is_valid) = match field {
            // Snapshot ids have the same pattern.
            "groupId" | "snapshotId" => (PROJECT_ID_PATTERN, is_project_id(value)),
            _ => (CLUSTER_NAME_PATTERN, is_cluster_name(value)),
        };
        let description = format!("must match \"{pattern}\"");
        (!is_valid).then_some(Violation { field, description })
    });
    violated.collect()
}

/// The query of a request, with the documented default for absent and invalid parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are the parameters of the API"
)]
pub(crate) struct ListQuery {
    pub(crate) envelope: bool,
    pub(crate) pretty: bool,
    pub(crate) include_count: bool,
    pub(crate) items_per_page: u64,
    /// Saturates: numbers beyond 64 bits are valid, and name a page past any end.
    pub(crate) page_num: u64,
    pub(crate) include_deleted: bool,
    /// Seconds: `pointInTimeUtcSeconds`, or else `oplogTs`.
    pub(crate) point_in_time: Option<i64>,
}

impl ListQuery {
    /// The meaning of an empty query.
    pub(crate) const DEFAULT: Self = Self {
        envelope: false,
        pretty: false,
        include_count: true,
        items_per_page: 100,
        page_num: 1,
        include_deleted: false,
        point_in_time: None,
    };

    /// The meaning of an empty query of an operation without pages.
    const NO_PAGE: Self = Self {
        include_count: false,
        page_num: 0,
        ..Self::DEFAULT
    };

    /// Reads the encoded query of an operation, or of a request for no operation. Parameters that
    /// the operation does not have are ignored, as on the service.
    ///
    /// Violations are returned beside the query, not instead of it: an error response uses the
    /// envelope and the layout of its request too.
    pub(crate) fn read(
        operation: Option<Operation>,
        query: Option<&str>,
    ) -> (Self, Vec<Violation>) {
        let mut pairs = query_pairs(query);
        if let Some(operation) = operation {
            pairs.retain(|(name, _)| operation.has_parameter(name));
        }
        let has_pages = operation.is_none_or(Operation::is_listing);
        let mut reader = Reader {
            pairs: &pairs,
            violations: Vec::new(),
        };
        let default = if has_pages {
            Self::DEFAULT
        } else {
            Self::NO_PAGE
        };
        let max = MAX_ITEMS_PER_PAGE;
        let query = Self {
            envelope: reader.boolean("envelope", default.envelope),
            pretty: reader.boolean("pretty", default.pretty),
            include_count: reader.boolean("includeCount", default.include_count),
            items_per_page: reader.integer("itemsPerPage", default.items_per_page, max),
            page_num: reader.integer("pageNum", default.page_num, u64::MAX),
            include_deleted: reader.boolean("includeDeletedWithRetainedBackups", false),
            point_in_time: reader.seconds("pointInTimeUtcSeconds"),
        };
        let (oplog_time, _) = (reader.seconds("oplogTs"), reader.seconds("oplogInc"));
        let query = Self {
            point_in_time: query.point_in_time.or(oplog_time),
            ..query
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

    /// A number of 64 bits, such as a time in seconds.
    fn seconds(&mut self, name: &'static str) -> Option<i64> {
        let text = self.single(name)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.reject(name, format!("must be an integer of 64 bits, not {text:?}"));
        }
        number
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
