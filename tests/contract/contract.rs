//! The two documents that everything else is held against.

use crate::overlay::Overlay;
use crate::spec::Spec;

#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) fragments: Spec,
    pub(crate) overlay: Overlay,
}

impl Contract {
    pub(crate) fn load() -> Self {
        Self {
            fragments: Spec::load(),
            overlay: Overlay::load(),
        }
    }
}
