//! Key presses: out of RTP (RFC 4733) and out of INFO, into flows and on to the other side.

use super::{Call, Part, Stage};
use crate::exchange::Exchange;
use crate::leg::Leg;
use bytes::Bytes;
use ivr::Happening;
use media::Order;
use std::time::Duration;

/// The media type that most gateways send keys by.
const RELAY: &str = "application/dtmf-relay";
/// That of some older ones; the body is the key alone.
const BARE: &str = "application/dtmf";
/// How long a key that we send by INFO is said to be held.
const HELD_MS: u32 = 160;

impl Call {
    /// A key that was heard in an RTP stream.
    pub(super) fn key_heard(
        &mut self,
        now: Duration,
        part: Part,
        key: char,
        exchange: &mut Exchange,
    ) {
        if self.is_for_us(part) {
            self.key_pressed(now, key, exchange);
        } else if !self.is_carried(part) {
            self.pass_key_on(now, part, key, exchange);
        }
    }

    /// An INFO, which may carry a key.
    pub(super) fn informed(
        &mut self,
        now: Duration,
        part: Part,
        (content_type, body): (&str, &[u8]),
        exchange: &mut Exchange,
    ) {
        let Some(key) = key_of(content_type, body) else {
            return;
        };
        // A gateway that plays keys as well would have each of them heard twice.
        if self.leg(part).is_some_and(Leg::takes_tones_alone) {
            return;
        }
        if self.is_for_us(part) {
            self.key_pressed(now, key, exchange);
        } else {
            self.pass_key_on(now, part, key, exchange);
        }
    }

    /// Whether a key is meant for a flow or a message, and not for the other side.
    fn is_for_us(&self, part: Part) -> bool {
        part == Part::Customer && matches!(self.stage, Stage::Flow | Stage::Message { .. })
    }

    /// Whether the media thread has passed a key on by itself: both sides take keys in the same way.
    fn is_carried(&self, part: Part) -> bool {
        let (Some(listener), Some(speaker)) = (self.listener(part), self.leg(part)) else {
            return false;
        };
        let by_events = listener.takes_events() && speaker.takes_events();
        by_events || (listener.takes_tones() && speaker.takes_tones())
    }

    fn key_pressed(&mut self, now: Duration, key: char, exchange: &mut Exchange) {
        if matches!(self.stage, Stage::Flow) {
            if self.tell_stream(key, exchange) {
                return;
            }
            self.tell_flow(now, Happening::Digit(key), exchange);
        } else if let Stage::Message { end_keys, .. } = &self.stage
            && end_keys.contains(key)
        {
            self.finish_message(now, exchange);
        }
    }

    pub(super) fn play_ended(&mut self, now: Duration, play: u64, exchange: &mut Exchange) {
        if play == self.play && matches!(self.stage, Stage::Flow) {
            self.tell_flow(now, Happening::PlayEnded, exchange);
        }
    }

    /// Who hears the leg of `part`.
    fn listener(&self, part: Part) -> Option<&Leg> {
        match part {
            Part::Customer => {
                let talking = self.party.as_ref().filter(|_| self.part_is_heard());
                let early = self.rung.iter().find(|it| it.leg.is_open());
                let party = talking.or(early);
                party.map(|party| &party.leg)
            }
            Part::Party if matches!(self.stage, Stage::Transferring(_)) => None,
            Part::Party | Part::Rung(_) => Some(&self.customer),
            Part::Supervisor(_) | Part::Guest => None,
        }
    }

    fn part_is_heard(&self) -> bool {
        matches!(self.stage, Stage::Talking | Stage::Placing)
    }

    /// Sends a key to the other side, in the way it takes keys.
    fn pass_key_on(&mut self, now: Duration, part: Part, key: char, exchange: &mut Exchange) {
        let Some(leg) = self.listener(part).filter(|leg| leg.is_open()) else {
            return;
        };
        if leg.takes_events() || leg.takes_tones() {
            let digits = key.to_string();
            let leg = leg.media;
            exchange.order(Order::SendDigits { leg, digits });
        } else if leg.wants_info() {
            let body = format!("Signal={key}\r\nDuration={HELD_MS}\r\n");
            // A dialog that ends meanwhile needs no keys.
            let _ = exchange
                .endpoint
                .info(now, leg.session, RELAY, Bytes::from(body));
        }
    }
}

/// The key in an INFO's body.
fn key_of(content_type: &str, body: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(body).ok()?;
    let signal = match content_type {
        BARE => text.trim(),
        RELAY => text
            .lines()
            .filter_map(|line| line.split_once(['=', ':']))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("signal"))
            .map(|(_, value)| value.trim())?,
        _ => return None,
    };
    match signal {
        // By their RFC 4733 events, as some write them.
        "10" => return Some('*'),
        "11" => return Some('#'),
        _ => (),
    }
    let mut keys = signal.chars();
    let key = keys.next()?.to_ascii_uppercase();
    let is_key = key.is_ascii_digit() || matches!(key, '*' | '#' | 'A'..='D');
    (is_key && keys.next().is_none()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_from_info_in_the_forms_that_gateways_write() {
        for (content_type, body, key) in [
            (RELAY, "Signal=5\r\nDuration=160\r\n", Some('5')),
            (RELAY, "signal = *\nduration = 250", Some('*')),
            (RELAY, "Duration=100\r\nSignal=11", Some('#')),
            (RELAY, "Signal: a", Some('A')),
            (BARE, "7", Some('7')),
            (BARE, " # \r\n", Some('#')),
            (BARE, "77", None),
            (RELAY, "Signal=", None),
            (RELAY, "Duration=5", None),
            (RELAY, "Signal=é", None),
            ("text/plain", "5", None),
        ] {
            assert_eq!(key_of(content_type, body.as_bytes()), key, "{body:?}");
        }
        assert_eq!(key_of(BARE, &[0xFF]), None);
    }
}
