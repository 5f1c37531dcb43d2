use std::str::FromStr;

use serde_json::{Value, json};

use crate::fault::ParseFaultError;
use crate::query::ListQuery;

/// Where the foreign links point: a name that is reserved never to resolve (RFC 6761), so that
/// a client which follows one cannot leak anything.
const FOREIGN_ORIGIN: &str = "http://atlas.invalid";

/// Which `links` a page carries.
///
/// The documented relations are `self`, `previous` (from page 2 on) and `next` (while more
/// follows). As on the live service, `next` is missing when the request says
/// `includeCount=false`, and the parameters of an `href` come in the server's own order.
///
/// As text: `documented`, `missing`, `never-next`, `always-next`, `foreign`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Links {
    /// `self`, `previous` and `next`, each where it belongs (the default).
    #[default]
    Documented,
    /// No `links` at all.
    Missing,
    /// `self` and `previous`, never `next`.
    NeverNext,
    /// `next` on every page, also on the last one and past it.
    AlwaysNext,
    /// As documented, but every `href` points to a host that is not this server. A client that
    /// follows them goes astray; one that sends them credentials leaks.
    Foreign,
}

/// What the links of one page are made from.
pub(crate) struct LinkContext<'a> {
    /// The server's own origin.
    pub(crate) base_url: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a ListQuery,
    /// Whether rows remain after this page.
    pub(crate) more: bool,
}

impl Links {
    /// The value of `links`, or `None` to leave the property out.
    pub(crate) fn render(self, context: &LinkContext<'_>) -> Option<Value> {
        let LinkContext {
            base_url,
            path,
            query,
            more,
        } = *context;
        let origin = if self == Self::Foreign {
            FOREIGN_ORIGIN
        } else {
            base_url
        };
        let link = |rel: &str, page: u64| {
            let href = format!(
                "{origin}{path}?includeCount={}&itemsPerPage={}&pageNum={page}",
                query.include_count, query.items_per_page,
            );
            json!({ "href": href, "rel": rel })
        };

        let next = match self {
            Self::Missing => return None,
            Self::NeverNext => false,
            Self::AlwaysNext => true,
            Self::Documented | Self::Foreign => more && query.include_count,
        };
        let mut links = vec![link("self", query.page_num)];
        if query.page_num > 1 {
            links.push(link("previous", query.page_num - 1));
        }
        if next {
            links.push(link("next", query.page_num.saturating_add(1)));
        }
        Some(Value::Array(links))
    }
}

impl FromStr for Links {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "documented" => Self::Documented,
            "missing" => Self::Missing,
            "never-next" => Self::NeverNext,
            "always-next" => Self::AlwaysNext,
            "foreign" => Self::Foreign,
            _ => {
                let expected = "documented, missing, never-next, always-next or foreign";
                return Err(ParseFaultError::value("links", text, expected));
            }
        })
    }
}
