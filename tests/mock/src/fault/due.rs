use std::time::Duration;

use axum::response::{IntoResponse, Response};

use super::{AnswerFault, BodyFault, DataChange, Fault, PageFault, WireFault};
use crate::canned::CannedResponse;
use crate::dialect::Dialect;
use crate::page::{Page, PagePlan};
use crate::query::ListQuery;
use crate::rows::Rows;
use crate::sign_in::SignIn;
use crate::stop::StopSignal;
use crate::wire::Cutter;

/// The faults of one request, applied stage by stage.
#[derive(Debug)]
pub(crate) struct DueFaults(pub(super) Vec<Fault>);

impl DueFaults {
    /// What is answered in place of the page, if anything. An error asks for whatever `sign_in`
    /// asks for.
    pub(crate) fn answer(
        &self,
        query: &ListQuery,
        dialect: Dialect,
        sign_in: &SignIn,
    ) -> Option<CannedResponse> {
        self.pick(answer)
            .find_map(|fault| fault.answer(query, dialect, sign_in))
    }

    /// Reads the page, with the faults in it.
    pub(crate) fn read_page(&self, mut plan: PagePlan<'_>, rows: &Rows) -> Page {
        self.pick(page).for_each(|fault| fault.plan(&mut plan));
        let mut read = Page::read(&plan, rows);
        self.pick(page).for_each(|fault| fault.edit(&mut read));
        read
    }

    /// Changes the data, for the requests after this one.
    pub(crate) fn change(&self, rows: &mut Rows) {
        self.pick(data).for_each(|change| rows.change(*change));
    }

    /// Hands the answer over: body, headers, and the way it goes.
    pub(crate) async fn deliver(
        &self,
        mut reply: CannedResponse,
        cutter: Cutter,
        stop: StopSignal,
    ) -> Response {
        self.pick(body).for_each(|fault| fault.apply(&mut reply));
        for (name, value) in self.pick(headers).flatten() {
            if let (Ok(name), Ok(value)) = (name.parse(), value.parse()) {
                reply.set_header(name, value);
            }
        }
        let delay: Duration = self.pick(wire).filter_map(|fault| fault.delay()).sum();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match self.pick(wire).find(|fault| fault.delay().is_none()) {
            Some(fault) => fault.deliver(reply, cutter, stop).await,
            None => reply.into_response(),
        }
    }

    /// The faults of one stage.
    fn pick<'a, T: 'a>(
        &'a self,
        stage: fn(&'a Fault) -> Option<&'a T>,
    ) -> impl Iterator<Item = &'a T> {
        self.0.iter().filter_map(stage)
    }
}

fn answer(fault: &Fault) -> Option<&AnswerFault> {
    if let Fault::Answer(fault) = fault {
        Some(fault)
    } else {
        None
    }
}

fn page(fault: &Fault) -> Option<&PageFault> {
    if let Fault::Page(fault) = fault {
        Some(fault)
    } else {
        None
    }
}

fn body(fault: &Fault) -> Option<&BodyFault> {
    if let Fault::Body(fault) = fault {
        Some(fault)
    } else {
        None
    }
}

fn headers(fault: &Fault) -> Option<&Vec<(String, String)>> {
    if let Fault::Headers(headers) = fault {
        Some(headers)
    } else {
        None
    }
}

fn wire(fault: &Fault) -> Option<&WireFault> {
    if let Fault::Wire(fault) = fault {
        Some(fault)
    } else {
        None
    }
}

fn data(fault: &Fault) -> Option<&DataChange> {
    if let Fault::Data(change) = fault {
        Some(change)
    } else {
        None
    }
}
