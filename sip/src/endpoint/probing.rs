//! OPTIONS to phones behind NAT that have been silent: it holds their path open, and shows when
//! nobody is there any more.

use std::time::Duration;

use super::Endpoint;
use super::transmit::{Dispatch, Errand};
use crate::dialog::{HOPS, value};
use crate::message::{Method, Name, RequestBuilder, RequestHead};
use crate::transaction::table::{Purpose, Slot};
use crate::transport::Flow;
use crate::uri::Uri;

impl Endpoint {
    /// Asks the phones that have been silent for too long.
    pub(super) fn probe_silent(&mut self, now: Duration) {
        for flow in self.registrar.silent(now) {
            self.probe(now, flow);
        }
    }

    fn probe(&mut self, now: Duration, flow: Flow) {
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let uri = format!("sip:{}", flow.remote);
        let Ok(uri) = Uri::parse(&uri) else {
            return;
        };
        let us = self.advertised(flow);
        let (tag, call_id) = (self.random_token(), self.random_token());
        let request = RequestBuilder::new(&RequestHead {
            method: Method::Options,
            uri,
            via: value(via.as_bytes()),
            from: value(format!("<sip:{us}>;tag={:016x}", tag >> 64).as_bytes()),
            to: value(format!("<{}>", uri.as_str()).as_bytes()),
            call_id: value(format!("{call_id:032x}").as_bytes()),
            sequence: 1,
            max_forwards: HOPS,
        })
        .header(Name::Contact, value(self.contact_value(flow).as_bytes()))
        .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        let dispatch = Dispatch {
            flow,
            method: Method::Options,
            cseq: 1,
            branch,
            message: request.build(),
        };
        let errand = Errand {
            purpose: Purpose::Probe,
            session: None,
            merge: None,
        };
        self.counters.probes += 1;
        self.start_client(now, dispatch, errand);
    }

    /// Nobody has answered a probe for 64·T1: the path is dead, unless something else came over it.
    pub(super) fn probe_unanswered(&mut self, now: Duration, slot: Slot) {
        let Some(transaction) = self.transactions.get(slot) else {
            return;
        };
        let flow = transaction.flow;
        let asked_at = now.saturating_sub(self.config.timers.timeout());
        let heard_at = self.registrar.heard_at(flow.remote);
        if heard_at.is_none_or(|heard_at| heard_at < asked_at) {
            let lost = self.registrar.forget_flow(flow);
            self.counters.dead_flows += u64::from(!lost.is_empty());
            self.announce(lost);
        }
    }
}
