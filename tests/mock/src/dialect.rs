/// Whether the mock speaks as the documentation says, or as the service has been recorded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// Every answer conforms to the documented schemas.
    #[default]
    Documented,
    /// Every answer is legal in practice, though the documentation does not say so:
    ///
    /// - on-demand snapshots say `"frequencyType": "ondemand"`;
    /// - queued snapshots have no `createdAt`, no `mongodVersion`, and a size of `0`;
    /// - versions may carry a suffix, as in `8.0.29-rc1`;
    /// - dates may have fractions of a second, or an offset other than `Z`;
    /// - a 401 has no `errorCode`, unless the code says more than the status; `parameters` of
    ///   errors are strings.
    Live,
}
