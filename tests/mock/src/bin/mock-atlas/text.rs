//! The text forms of faults, conditions and settings on the command line.

use std::str::FromStr;
use std::time::Duration;

use atlas_snapshots_mock::{
    BodyFault, ChallengeFault, DataChange, ExpiresIn, Fault, ItemFault, Links, Operation,
    PageFault, ResponseFault, RetryAfter, TotalCount, When, WireFault,
};
use clap::ValueEnum;

type Parsed<T> = Result<T, String>;

/// `FAULT@WHEN`, or `FAULT` for every request. The last `@` separates; a fault that contains one
/// itself is written with `@always`.
pub(crate) fn fault_rule(text: &str) -> Parsed<(Fault, When)> {
    let (fault_text, when_text) = text.rsplit_once('@').unwrap_or((text, "always"));
    Ok((fault(fault_text)?, when(when_text)?))
}

/// `KIND@WHEN`, or `KIND` for every challenge.
pub(crate) fn challenge_rule(text: &str) -> Parsed<(ChallengeFault, When)> {
    let (fault, when_text) = text.rsplit_once('@').unwrap_or((text, "always"));
    let fault = match fault {
        "missing" => ChallengeFault::Missing,
        "garbage" => ChallengeFault::Garbage,
        "no-nonce" => ChallengeFault::NoNonce,
        "unknown-algorithm" => ChallengeFault::UnknownAlgorithm,
        _ => {
            let expected = "missing, garbage, no-nonce, unknown-algorithm or =TEXT";
            let literal = fault.strip_prefix('=');
            let literal = literal.ok_or_else(|| mismatch("challenge-fault", expected, fault))?;
            ChallengeFault::Literal(literal.to_owned())
        }
    };
    Ok((fault, when(when_text)?))
}

/// Conditions joined by commas.
fn when(text: &str) -> Parsed<When> {
    let terms = text
        .split(',')
        .map(|term| term.split_once(':').unwrap_or((term, "")));
    let mut when = When::always();
    // The number first: it starts a condition, which the pages then restrict.
    for (name, value) in terms.clone() {
        let start = match name {
            "first" => When::first,
            "after" => When::after,
            "nth" => When::nth,
            "every" => When::every,
            _ => continue,
        };
        when = start(number(name, value)?);
    }
    for (name, value) in terms {
        when = match name {
            "first" | "after" | "nth" | "every" => when,
            "always" if value.is_empty() => when,
            "each-page" if value.is_empty() => when.of_each_page(),
            "page" => when.on_page(number(name, value)?),
            "path" if !value.is_empty() => when.on_path(value),
            "operation" => {
                let known = Operation::ALL.map(Operation::id).join(", ");
                let operation = Operation::with_id(value);
                when.on_operation(operation.ok_or_else(|| mismatch(name, &known, value))?)
            }
            "pages" => {
                let range = value.split_once('-');
                let range = range.and_then(|(a, b)| Some(a.parse().ok()?..=b.parse().ok()?));
                when.on_pages(range.ok_or_else(|| mismatch(name, "FIRST-LAST", value))?)
            }
            _ => {
                return Err(format!(
                    "{text:?} is not a condition: use always, first:N, after:N, nth:N, every:N, \
                     page:N, pages:FIRST-LAST, each-page, operation:ID or path:PART"
                ));
            }
        };
    }
    Ok(when)
}

fn fault(text: &str) -> Parsed<Fault> {
    match text.split_once(':') {
        // A name that needs a value reports the empty one.
        None => plain_fault(text).map_or_else(|| fault_with_value(text, ""), Ok),
        Some((name, value)) => fault_with_value(name, value),
    }
}

fn plain_fault(name: &str) -> Option<Fault> {
    Some(match name {
        "rate-limit" => ResponseFault::RateLimited(RetryAfter::Absent).into(),
        "token-bucket" => ResponseFault::TokenBucketEmpty(RetryAfter::Absent).into(),
        "count-timeout" => ResponseFault::CountTimeout.into(),
        "server-error-text" => ResponseFault::ServerErrorText.into(),
        "empty-page" => PageFault::Empty.into(),
        "endless-pages" => PageFault::Endless.into(),
        "no-results" => PageFault::NoResults.into(),
        "gzip" => BodyFault::Gzip.into(),
        "false-gzip" => BodyFault::FalseGzip.into(),
        "no-content-type" => BodyFault::NoContentType.into(),
        "not-utf8" => BodyFault::NotUtf8.into(),
        "bom" => BodyFault::ByteOrderMark.into(),
        "empty-body" => BodyFault::Empty.into(),
        "null" => BodyFault::Null.into(),
        "array" => BodyFault::Array.into(),
        "html" => BodyFault::Html.into(),
        "cut-json" => BodyFault::CutShort.into(),
        "sunset" => Fault::sunset(),
        "hang" => WireFault::Hang.into(),
        "close" => WireFault::Close.into(),
        "reset" => WireFault::Reset.into(),
        "truncate" => WireFault::Truncate.into(),
        "truncate-chunked" => WireFault::TruncateChunked.into(),
        "reset-in-body" => WireFault::ResetInBody.into(),
        "stall" => WireFault::Stall.into(),
        "endless-body" => WireFault::EndlessBody.into(),
        _ => ResponseFault::Status(status(name)?).into(),
    })
}

fn fault_with_value(name: &str, value: &str) -> Parsed<Fault> {
    let must_be = |expected| mismatch(name, expected, value);
    let count = || number::<usize>(name, value);
    let milliseconds = || number(name, value).map(Duration::from_millis);
    Ok(match name {
        "rate-limit" => ResponseFault::RateLimited(retry_after(name, value)?).into(),
        "token-bucket" => ResponseFault::TokenBucketEmpty(retry_after(name, value)?).into(),
        "short-page" => PageFault::Short(count()?).into(),
        "max-page-size" => PageFault::MaxPageSize(number(name, value)?).into(),
        "repeat-page" => PageFault::Repeat(number(name, value)?).into(),
        "total-count" => PageFault::TotalCount(total_count(value)?).into(),
        "links" => {
            let links = Links::from_str(value, false);
            let expected = "documented, missing, never-next, always-next or foreign";
            PageFault::Links(links.map_err(|_| must_be(expected))?).into()
        }
        "results" => PageFault::Results(json(value).ok_or_else(|| must_be("JSON"))?).into(),
        // `row` is the former name.
        "item" | "row" => item(value)
            .ok_or_else(|| must_be("PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON"))?
            .into(),
        "padding" => BodyFault::Padding(count()?).into(),
        "header" => match value.split_once('=') {
            Some((header, value)) => Fault::header(header, value),
            None => return Err(must_be("NAME=VALUE")),
        },
        "delay" => WireFault::Delay(milliseconds()?).into(),
        "drip" => WireFault::Drip(milliseconds()?).into(),
        "insert-head" => DataChange::InsertHead(count()?).into(),
        "insert-tail" => DataChange::InsertTail(count()?).into(),
        "delete-head" => DataChange::DeleteHead(count()?).into(),
        "delete-tail" => DataChange::DeleteTail(count()?).into(),
        _ => match status(name) {
            Some(status) => {
                let code = value.to_owned();
                ResponseFault::Error { status, code }.into()
            }
            None if plain_fault(name).is_some() => return Err(must_be("no value")),
            None => return Err(format!("there is no fault {name:?}")),
        },
    })
}

/// A status that can end an exchange.
fn status(name: &str) -> Option<u16> {
    let status = name.parse().ok();
    status.filter(|status| (200..=599).contains(status))
}

fn retry_after(name: &str, value: &str) -> Parsed<RetryAfter> {
    match value.strip_prefix("date+") {
        None => number(name, value).map(RetryAfter::Seconds),
        Some(seconds) => {
            let delay = number(name, seconds).map(Duration::from_secs);
            delay.map(RetryAfter::Date)
        }
    }
}

fn item(value: &str) -> Option<PageFault> {
    let (place, change) = value.split_once(':')?;
    let fault = match change.strip_prefix('-') {
        Some(field) => ItemFault::remove(field),
        None => match change.split_once('=')? {
            ("", item) => ItemFault::Replace(json(item)?),
            (field, value) => ItemFault::set(field, json(value)?),
        },
    };
    let place = place.parse().ok()?;
    Some(PageFault::Item { place, fault })
}

/// `exact`, `absent`, `=N` (always), `+N` or `-N` (relative).
pub(crate) fn total_count(text: &str) -> Parsed<TotalCount> {
    let parsed = match text {
        "exact" => Some(TotalCount::Exact),
        "absent" => Some(TotalCount::Absent),
        _ if text.starts_with(['+', '-']) => text.parse().ok().map(TotalCount::Offset),
        _ => {
            let fixed = text
                .strip_prefix('=')
                .and_then(|number| number.parse().ok());
            fixed.map(TotalCount::Fixed)
        }
    };
    let expected = "exact, absent, =NUMBER, +NUMBER or -NUMBER";
    parsed.ok_or_else(|| mismatch("total-count", expected, text))
}

/// `exact`, `absent` or `=JSON`.
pub(crate) fn expires_in(text: &str) -> Parsed<ExpiresIn> {
    match text {
        "exact" => Ok(ExpiresIn::Exact),
        "absent" => Ok(ExpiresIn::Absent),
        _ => text
            .strip_prefix('=')
            .and_then(json)
            .map(ExpiresIn::Fixed)
            .ok_or_else(|| mismatch("expires-in", "exact, absent or =JSON", text)),
    }
}

/// `NAME=VALUE`.
pub(crate) fn directive(text: &str) -> Parsed<(String, String)> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn number<T: FromStr>(name: &str, value: &str) -> Parsed<T> {
    value.parse().map_err(|_| mismatch(name, "a number", value))
}

fn json(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

fn mismatch(name: &str, expected: &str, value: &str) -> String {
    format!("{name} takes {expected}, not {value:?}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_fault_without_a_value_has_a_name() {
        for (names, debug) in [
            (
                "410 count-timeout server-error-text",
                "Status(410) CountTimeout ServerErrorText",
            ),
            (
                "empty-page endless-pages no-results",
                "Empty Endless NoResults",
            ),
            (
                "gzip false-gzip no-content-type not-utf8",
                "Gzip FalseGzip NoContentType NotUtf8",
            ),
            (
                "bom empty-body null array",
                "ByteOrderMark Empty Null Array",
            ),
            (
                "html cut-json hang close reset",
                "Html CutShort Hang Close Reset",
            ),
            ("truncate truncate-chunked", "Truncate TruncateChunked"),
            (
                "reset-in-body stall endless-body",
                "ResetInBody Stall EndlessBody",
            ),
        ] {
            for (name, debug) in names.split(' ').zip(debug.split(' ')) {
                let shown = format!("{:?}", fault(name).unwrap());
                assert!(shown.ends_with(&format!("({debug})")), "{name} is {shown}");
            }
        }
        assert_eq!(fault("sunset"), Ok(Fault::sunset()));
    }

    #[test]
    fn values_follow_the_colon() {
        let second = Duration::from_secs(1);
        let code = "SOME_CODE".to_owned();
        let item = |fault| PageFault::Item { place: 3, fault }.into();
        let count = |count| PageFault::TotalCount(count).into();
        let cases: [(&str, Fault); 27] = [
            (
                "403:SOME_CODE",
                ResponseFault::Error { status: 403, code }.into(),
            ),
            (
                "rate-limit",
                ResponseFault::RateLimited(RetryAfter::Absent).into(),
            ),
            (
                "rate-limit:0",
                ResponseFault::RateLimited(RetryAfter::Seconds(0)).into(),
            ),
            (
                "rate-limit:date+1",
                ResponseFault::RateLimited(RetryAfter::Date(second)).into(),
            ),
            (
                "token-bucket",
                ResponseFault::TokenBucketEmpty(RetryAfter::Absent).into(),
            ),
            (
                "token-bucket:5",
                ResponseFault::TokenBucketEmpty(RetryAfter::Seconds(5)).into(),
            ),
            ("short-page:7", PageFault::Short(7).into()),
            ("max-page-size:50", PageFault::MaxPageSize(50).into()),
            ("repeat-page:1", PageFault::Repeat(1).into()),
            ("total-count:absent", count(TotalCount::Absent)),
            ("total-count:=-5", count(TotalCount::Fixed(-5))),
            ("total-count:+5", count(TotalCount::Offset(5))),
            ("total-count:-5", count(TotalCount::Offset(-5))),
            (
                "links:never-next",
                PageFault::Links(Links::NeverNext).into(),
            ),
            (
                "results:{\"a\":1}",
                PageFault::Results(json!({ "a": 1 })).into(),
            ),
            (
                "item:3:status=\"a=b:c\"",
                item(ItemFault::set("status", "a=b:c")),
            ),
            ("row:3:status=\"a\"", item(ItemFault::set("status", "a"))),
            ("item:3:-id", item(ItemFault::remove("id"))),
            ("item:3:=[1]", item(ItemFault::Replace(json!([1])))),
            ("padding:9", BodyFault::Padding(9).into()),
            (
                "header:Retry-After=1=2",
                Fault::header("Retry-After", "1=2"),
            ),
            ("delay:1000", WireFault::Delay(second).into()),
            ("drip:1000", WireFault::Drip(second).into()),
            ("insert-head:1", DataChange::InsertHead(1).into()),
            ("insert-tail:2", DataChange::InsertTail(2).into()),
            ("delete-head:3", DataChange::DeleteHead(3).into()),
            ("delete-tail:4", DataChange::DeleteTail(4).into()),
        ];
        for (text, expected) in cases {
            assert_eq!(fault(text), Ok(expected), "{text}");
        }
        let at = (Fault::header("X", "a@b"), When::page(1));
        assert_eq!(fault_rule("header:X=a@b@page:1"), Ok(at));
    }

    #[test]
    fn conditions_combine() {
        for (text, expected) in [
            ("always", When::always()),
            ("first:3", When::first(3)),
            ("after:3", When::after(3)),
            ("nth:3", When::nth(3)),
            ("every:3", When::every(3)),
            ("pages:2-4", When::always().on_pages(2..=4)),
            ("first:1,each-page", When::first(1).of_each_page()),
            ("page:3,every:2", When::every(2).on_page(3)),
            (
                "nth:2,operation:listGroups",
                When::nth(2).on_operation(Operation::ListGroups),
            ),
            (
                "path:/clusters/a/,page:1",
                When::page(1).on_path("/clusters/a/"),
            ),
        ] {
            assert_eq!(when(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_say_what_is_expected() {
        for text in ["", "hnag", "99", "600", "-503", "503.0", "Hang"] {
            assert_eq!(fault(text), Err(format!("there is no fault {text:?}")));
        }
        for (text, message) in [
            ("hang:1", "hang takes no value, not \"1\""),
            ("short-page", "short-page takes a number, not \"\""),
            ("drip:1s", "drip takes a number, not \"1s\""),
            ("rate-limit:date+x", "rate-limit takes a number, not \"x\""),
            (
                "total-count:5",
                "total-count takes exact, absent, =NUMBER, +NUMBER or -NUMBER",
            ),
            (
                "links:all",
                "links takes documented, missing, never-next, always-next or foreign",
            ),
            ("results:{", "results takes JSON, not \"{\""),
            (
                "item:1",
                "item takes PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON, not \"1\"",
            ),
            (
                "row:x:-id",
                "row takes PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON",
            ),
            ("item:1:status=frozen", "item takes PLACE:FIELD=JSON"),
            (
                "header:Retry-After",
                "header takes NAME=VALUE, not \"Retry-After\"",
            ),
            ("503@first", "first takes a number, not \"\""),
            ("503@pages:4", "pages takes FIRST-LAST, not \"4\""),
            ("503@", "\"\" is not a condition: use always"),
            ("503@evry:2", "\"evry:2\" is not a condition"),
            ("503@always:1", "\"always:1\" is not a condition"),
            ("503@first:1,", "\"first:1,\" is not a condition"),
        ] {
            let error = fault_rule(text).unwrap_err();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }
}
