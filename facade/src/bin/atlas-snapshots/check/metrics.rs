//! Metrics of a check in the text format of Prometheus.

use std::io;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode as encode_text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::report::{Row, Whole};

type Labels = Vec<(&'static str, String)>;

/// The metrics, all of them gauges. A value that is not known has no sample.
pub(super) fn encode(whole: &Whole) -> io::Result<Vec<u8>> {
    let mut registry = Registry::default();
    let mut family = |name, help| {
        let family = Family::<Labels, Gauge>::default();
        registry.register(name, help, family.clone());
        family
    };
    let newest = family(
        "atlas_snapshot_newest_completed_timestamp_seconds",
        "When the newest completed snapshot was taken",
    );
    let expiry = family(
        "atlas_snapshot_newest_expiry_timestamp_seconds",
        "When the newest completed snapshot expires",
    );
    let snapshots = family("atlas_snapshots", "The number of snapshots by status");
    let bytes = family(
        "atlas_snapshots_bytes",
        "The size of all snapshots, as far as it is known",
    );
    let complete = family(
        "atlas_snapshots_listing_complete",
        "Whether the snapshots were listed completely",
    );
    let verdict = family(
        "atlas_snapshots_verdict",
        "The verdict on the cluster, as a label",
    );
    let duration = Gauge::<f64, AtomicU64>::default();
    duration.set(whole.duration.as_secs_f64());
    registry.register(
        "atlas_snapshots_run_duration_seconds",
        "How long the check took",
        duration,
    );
    let requests = Gauge::<i64>::default();
    requests.set(signed(whole.requests));
    registry.register(
        "atlas_snapshots_run_requests",
        "The requests that the check sent",
        requests,
    );

    for row in &whole.rows {
        let labels = labels_of(row);
        let with = |name, value: &str| [&labels[..], &[(name, value.to_owned())]].concat();
        let of_verdict = with("verdict", row.verdict.as_str());
        verdict.get_or_create(&of_verdict).set(1);
        if let Some(time) = row.newest_completed_at {
            newest.get_or_create(&labels).set(time.0.timestamp());
        }
        let Some(listing) = &row.listing else {
            continue;
        };
        let is_complete = i64::from(listing.is_complete);
        complete.get_or_create(&labels).set(is_complete);
        if !listing.is_complete {
            continue;
        }
        if let Some(known) = listing.bytes {
            bytes.get_or_create(&labels).set(signed(known));
        }
        if let Some(time) = listing.newest_expires_at {
            expiry.get_or_create(&labels).set(time.timestamp());
        }
        for (status, count) in &listing.by_status {
            let of_status = with("status", status);
            snapshots.get_or_create(&of_status).set(signed(*count));
        }
    }
    let mut text = String::new();
    encode_text(&mut text, &registry).map_err(io::Error::other)?;
    Ok(text.into_bytes())
}

fn labels_of(row: &Row) -> Labels {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let kind = row.kind.as_ref().map(ToString::to_string);
    vec![
        ("project_id", text(&row.project_id)),
        ("project", text(&row.project_name)),
        ("cluster", text(&row.cluster_name)),
        ("kind", text(&kind)),
    ]
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
