//! Faults and conditions as text: the grammar of `--fault`, and its errors.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use atlas_snapshots_mock::{
    AnswerFault, BodyFault, DataChange, Fault, FaultRule, Links, PageFault, ParseFaultError,
    RetryAfter, RowFault, TotalCount, When, WireFault,
};
use serde_json::json;

#[test]
#[allow(clippy::too_many_lines, reason = "one table of the whole grammar")]
fn every_fault_can_be_written() {
    let second = Duration::from_secs(1);
    let row = |place, fault| Fault::from(PageFault::Row { place, fault });
    let cases: Vec<(&str, Fault)> = vec![
        ("410", AnswerFault::Status(410).into()),
        (
            "403:SOME_CODE",
            AnswerFault::Error {
                status: 403,
                code: "SOME_CODE".to_owned(),
            }
            .into(),
        ),
        (
            "rate-limit",
            AnswerFault::RateLimited(RetryAfter::Absent).into(),
        ),
        (
            "rate-limit:0",
            AnswerFault::RateLimited(RetryAfter::Seconds(0)).into(),
        ),
        (
            "rate-limit:date+1",
            AnswerFault::RateLimited(RetryAfter::Date(second)).into(),
        ),
        (
            "token-bucket",
            AnswerFault::TokenBucketEmpty(RetryAfter::Absent).into(),
        ),
        (
            "token-bucket:5",
            AnswerFault::TokenBucketEmpty(RetryAfter::Seconds(5)).into(),
        ),
        ("count-timeout", AnswerFault::CountTimeout.into()),
        ("server-error-text", AnswerFault::ServerErrorText.into()),
        ("empty-page", PageFault::Empty.into()),
        ("short-page:7", PageFault::Short(7).into()),
        ("repeat-page:1", PageFault::Repeat(1).into()),
        ("endless-pages", PageFault::Endless.into()),
        (
            "total-count:exact",
            PageFault::TotalCount(TotalCount::Exact).into(),
        ),
        (
            "total-count:absent",
            PageFault::TotalCount(TotalCount::Absent).into(),
        ),
        (
            "total-count:=-5",
            PageFault::TotalCount(TotalCount::Fixed(-5)).into(),
        ),
        (
            "total-count:+5",
            PageFault::TotalCount(TotalCount::Offset(5)).into(),
        ),
        (
            "total-count:-5",
            PageFault::TotalCount(TotalCount::Offset(-5)).into(),
        ),
        (
            "links:documented",
            PageFault::Links(Links::Documented).into(),
        ),
        ("links:missing", PageFault::Links(Links::Missing).into()),
        (
            "links:never-next",
            PageFault::Links(Links::NeverNext).into(),
        ),
        (
            "links:always-next",
            PageFault::Links(Links::AlwaysNext).into(),
        ),
        ("links:foreign", PageFault::Links(Links::Foreign).into()),
        ("no-results", PageFault::NoResults.into()),
        (
            "results:{\"a\":1}",
            PageFault::Results(json!({ "a": 1 })).into(),
        ),
        (
            "row:3:status=\"a=b:c\"",
            row(3, RowFault::set("status", "a=b:c")),
        ),
        ("row:0:-id", row(0, RowFault::remove("id"))),
        ("row:0:=[1]", row(0, RowFault::Replace(json!([1])))),
        ("gzip", BodyFault::Gzip.into()),
        ("false-gzip", BodyFault::FalseGzip.into()),
        ("no-content-type", BodyFault::NoContentType.into()),
        ("not-utf8", BodyFault::NotUtf8.into()),
        ("bom", BodyFault::ByteOrderMark.into()),
        ("empty-body", BodyFault::Empty.into()),
        ("null", BodyFault::Null.into()),
        ("array", BodyFault::Array.into()),
        ("html", BodyFault::Html.into()),
        ("cut-json", BodyFault::CutShort.into()),
        ("padding:9", BodyFault::Padding(9).into()),
        (
            "header:Retry-After=1=2",
            Fault::header("Retry-After", "1=2"),
        ),
        ("sunset", Fault::sunset()),
        ("delay:1000", WireFault::Delay(second).into()),
        ("hang", WireFault::Hang.into()),
        ("close", WireFault::Close.into()),
        ("reset", WireFault::Reset.into()),
        ("truncate", WireFault::Truncate.into()),
        ("truncate-chunked", WireFault::TruncateChunked.into()),
        ("reset-in-body", WireFault::ResetInBody.into()),
        ("stall", WireFault::Stall.into()),
        ("drip:1000", WireFault::Drip(second).into()),
        ("endless-body", WireFault::EndlessBody.into()),
        ("insert-head:1", DataChange::InsertHead(1).into()),
        ("insert-tail:2", DataChange::InsertTail(2).into()),
        ("delete-head:3", DataChange::DeleteHead(3).into()),
        ("delete-tail:4", DataChange::DeleteTail(4).into()),
    ];
    for (text, fault) in cases {
        assert_eq!(text.parse().as_ref(), Ok(&fault), "{text}");
    }
}

#[test]
fn what_is_no_fault_says_why() {
    let unknown = |text: &str| ParseFaultError::UnknownFault(text.to_owned());
    for text in ["", "hnag", "99", "600", "-503", "503.0", "Hang"] {
        assert_eq!(text.parse::<Fault>(), Err(unknown(text)));
    }
    assert_eq!("what:1".parse::<Fault>(), Err(unknown("what")));
    for (text, message) in [
        ("hang:1", "hang takes no value, not \"1\""),
        ("short-page", "short-page takes a number, not \"\""),
        ("short-page:-1", "short-page takes a number, not \"-1\""),
        ("drip:1s", "drip takes a number, not \"1s\""),
        ("rate-limit:soon", "rate-limit takes a number, not \"soon\""),
        ("rate-limit:date+x", "rate-limit takes a number, not \"x\""),
        (
            "total-count:5",
            "total-count takes exact, absent, =NUMBER, +NUMBER or -NUMBER, not \"5\"",
        ),
        (
            "links:all",
            "links takes documented, missing, never-next, always-next or foreign, not \"all\"",
        ),
        ("results:{", "results takes JSON, not \"{\""),
        (
            "row:1",
            "row takes PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON, not \"1\"",
        ),
        (
            "row:x:-id",
            "row takes PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON, not \"x:-id\"",
        ),
        (
            "row:1:status=frozen",
            "row takes PLACE:FIELD=JSON, PLACE:-FIELD or PLACE:=JSON, not \"1:status=frozen\"",
        ),
        (
            "header:Retry-After",
            "header takes NAME=VALUE, not \"Retry-After\"",
        ),
    ] {
        assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), message);
    }
}

#[test]
fn every_condition_can_be_written() {
    for (text, when) in [
        ("always", When::always()),
        ("first:3", When::first(3)),
        ("after:3", When::after(3)),
        ("nth:3", When::nth(3)),
        ("every:3", When::every(3)),
        ("page:3", When::page(3)),
        ("pages:2-4", When::always().on_pages(2..=4)),
        ("first:1,each-page", When::first(1).of_each_page()),
        ("page:3,every:2", When::every(2).on_page(3)),
    ] {
        assert_eq!(text.parse::<When>().as_ref(), Ok(&when), "{text}");
    }
    for (text, message) in [
        ("first", "first takes a number, not \"\""),
        ("first:x", "first takes a number, not \"x\""),
        ("pages:4", "pages takes FIRST-LAST, not \"4\""),
    ] {
        assert_eq!(text.parse::<When>().unwrap_err().to_string(), message);
    }
    for text in ["", "evry:2", "always:1", "first:1,", "each-page:2"] {
        assert!(
            matches!(
                text.parse::<When>(),
                Err(ParseFaultError::UnknownCondition(_))
            ),
            "{text}"
        );
    }
}

#[test]
fn rules_separate_at_the_last_at_sign() {
    let rule = |text: &str| text.parse::<FaultRule>().unwrap();
    assert_eq!(
        rule("503"),
        FaultRule::new(AnswerFault::Status(503), When::always())
    );
    assert_eq!(
        rule("503@every:2"),
        FaultRule::new(AnswerFault::Status(503), When::every(2))
    );
    let at = Fault::header("X", "a@b");
    assert_eq!(
        rule("header:X=a@b@page:1"),
        FaultRule::new(at, When::page(1))
    );
    assert!("header:X=a@b".parse::<FaultRule>().is_err());
}
