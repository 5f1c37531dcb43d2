/// Data that changes right after a page was read, and before the next one is.
///
/// Offset paging cannot hide this: a row entering at the head repeats the last row of a page on
/// the next one, a row leaving at the head skips one. New rows are made up, with ids never used
/// before; at the head they are newer than all others, at the tail older.
///
/// ```
/// use atlas_snapshots_mock::{DataChange, MockAtlas, When};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let atlas = MockAtlas::builder()
///     .snapshots(5_000)
///     .fault(DataChange::DeleteHead(1), When::always())
///     .start()
///     .await?;
/// reqwest::get(atlas.snapshots_url()).await?;
/// assert_eq!(atlas.snapshot_ids().len(), 4_999);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataChange {
    /// So many new rows before the first.
    InsertHead(usize),
    /// So many new rows after the last.
    InsertTail(usize),
    /// The first so many rows leave, as far as there are any.
    DeleteHead(usize),
    /// The last so many rows leave, as far as there are any.
    DeleteTail(usize),
}
