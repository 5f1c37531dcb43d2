//! Suite (c), the allow-list: every entry of the overlay still changes something, and the generated
//! types would disagree with the documentation without it.

use crate::contract::Contract;
use crate::decoding::{self, Sample};
use crate::schemas;
use crate::violation::Violation;

pub(crate) fn check(contract: &Contract, samples: &[Sample]) -> Result<Vec<Violation>, Violation> {
    let mut violations = Vec::new();
    for (index, entry) in contract.overlay.entries.iter().enumerate() {
        let Some(target) = contract.fragments.at(&entry.target) else {
            let says = format!("targets {}, which does not exist", entry.target);
            violations.push(Violation::new(&entry.place, says));
            continue;
        };
        for member in entry.idle_members(&target) {
            let says = format!("sets {member} of {} to what it is anyway", entry.target);
            violations.push(Violation::new(&entry.place.child("patch"), says));
        }
        let without = Contract {
            fragments: contract.fragments.clone(),
            overlay: contract.overlay.without(index),
        };
        // A media type is for the generator alone, which refuses what it does not know.
        let is_of_types = !entry.target.pointer.ends_with("/content");
        if is_of_types
            && schemas::check(&without).is_empty()
            && decoding::agrees(&without, samples)?
        {
            let says = format!(
                "excuses nothing: the generated types keep to the documentation of {} without it",
                entry.target
            );
            violations.push(Violation::new(&entry.place, says));
        }
    }
    Ok(violations)
}
