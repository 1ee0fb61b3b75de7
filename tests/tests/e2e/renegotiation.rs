//! What parties change while a call goes on, and how calls are kept alive: sipp as either party.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::{Duration, Instant};
use tests::patience::until;
use tests::peer::Peer;
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::sound;
use tests::voice::Voice;

/// Where the call goes on to the outside number.
const OUTSIDE: &str = "4008110516";
/// A menu.
const MENU: &str = "4008110510";
const G711: &str = "m=audio 30000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
/// More than the shortest session interval of 90 s.
const INTERVAL: Duration = Duration::from_secs(100);

/// A caller of this scenario in a conversation with an outside party.
struct Conversation {
    server: Server,
    near: Voice,
    far: Voice,
    caller: Sipp,
    outside: Sipp,
}

impl Conversation {
    fn begin(story: &str, near_scenario: &'static str, far_scenario: &'static str) -> Self {
        let server = Server::start(story);
        let far = Voice::speaking(AGENT);
        let outside = Sipp::await_call_in(sipp::Manner::of(far_scenario), &server, far.port());
        let near = Voice::speaking(CALLER);
        let manner = sipp::Manner::of(near_scenario);
        let caller = Sipp::call_in(manner, &server, OUTSIDE, near.port());
        Self {
            server,
            near,
            far,
            caller,
            outside,
        }
    }

    fn both_hear_each_other(&self) {
        self.near.hears_tone(AGENT, WHILE, SHORTLY);
        self.far.hears_tone(CALLER, WHILE, SHORTLY);
    }

    fn end(self, most: Duration) -> (String, String) {
        let messages = self.caller.succeeds_within(most);
        let theirs = self.outside.succeeds();
        self.server.comes_to_rest();
        (messages, theirs)
    }
}

#[test]
fn a_caller_changes_its_description_with_update() {
    let call = Conversation::begin("update", "update", "callee");
    call.both_hear_each_other();
    call.caller.nudge();
    call.end(SHORTLY);
}

#[test]
fn a_caller_holds_and_resumes() {
    let call = Conversation::begin("caller-holds", "holds", "callee");
    call.near
        .hears_tone(AGENT, Duration::from_millis(300), SHORTLY);
    until("the hold", SHORTLY, || call.caller.saw("CSeq: 2 ACK"));
    let held = Instant::now();
    until("a while on hold", SHORTLY, || held.elapsed() > WHILE);
    let heard = sound::seconds_of(&call.near.sound_since(held), AGENT);
    assert!(heard < 0.5, "{heard} s of the other side on hold");
    call.caller.nudge();
    call.both_hear_each_other();
    call.caller.nudge();
    call.end(SHORTLY);
}

#[test]
fn an_address_of_zeros_holds_as_well() {
    let call = Conversation::begin("old-hold", "holds_old_style", "callee");
    call.end(SHORTLY);
}

#[test]
fn an_empty_reinvite_is_made_an_offer() {
    let call = Conversation::begin("asks-for-offer", "asks_for_offer", "callee");
    call.end(SHORTLY);
}

#[test]
fn early_media_and_its_confirmation_come_from_a_callee_that_wants_it() {
    let call = Conversation::begin("reliable-callee", "caller", "callee_reliable");
    call.both_hear_each_other();
    call.caller.nudge();
    call.end(SHORTLY);
}

#[test]
fn of_two_branches_that_answer_one_is_hung_up() {
    let call = Conversation::begin("forked", "caller", "callee_forked");
    until("an answer of each branch", SHORTLY, || {
        call.outside.messages().matches("\nACK sip:").count() >= 2
    });
    until("the loser's end", SHORTLY, || call.outside.saw("BYE sip:"));
    call.caller.nudge();
    call.end(SHORTLY);
}

#[test]
fn a_session_timer_that_is_too_short_is_refused_with_the_shortest() {
    let call = Conversation::begin("timer-too-short", "timer_too_short", "callee");
    call.end(SHORTLY);
}

#[test]
fn a_session_that_the_server_must_refresh_is_refreshed() {
    let call = Conversation::begin("timer-theirs", "timer_theirs", "callee");
    call.end(INTERVAL);
}

#[test]
fn a_session_that_the_caller_does_not_refresh_ends() {
    let call = Conversation::begin("timer-neglected", "timer_ours_neglected", "callee");
    let admin = call.server.api("admin");
    let caller = call.caller;
    caller.succeeds_within(INTERVAL);
    call.outside.succeeds();
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "network", "{record:#}");
    call.server.comes_to_rest();
}

#[test]
fn keys_arrive_by_info() {
    for scenario in ["info_digits", "info_dtmf"] {
        let server = Server::start(scenario);
        let admin = server.api("admin");
        let voice = Voice::speaking(CALLER);
        let manner = sipp::Manner::of(scenario);
        let caller = Sipp::call_in(manner, &server, MENU, voice.port());
        admin.newest_enters("choose_language");
        caller.nudge();
        admin.newest_enters("main_menu");
        caller.nudge();
        caller.succeeds();
        server.comes_to_rest();
    }
}

#[test]
fn what_goes_round_in_circles_or_wants_too_much_is_refused_with_the_right_status() {
    let server = Server::start("refusals");
    let peer = Peer::new(server.sip);
    let changed = |from: &str, to: &str| peer.invite(OUTSIDE, G711).replace(from, to);

    let worn_out = changed("Max-Forwards: 70", "Max-Forwards: 0");
    assert!(peer.ask(&worn_out).starts_with("SIP/2.0 483 "));
    let demanding = changed("Max-Forwards: 70", "Max-Forwards: 70\r\nRequire: teleport");
    let refusal = peer.ask(&demanding);
    assert!(refusal.starts_with("SIP/2.0 420 "), "{refusal}");
    assert!(refusal.contains("Unsupported: teleport"), "{refusal}");
    let foreign = changed("application/sdp", "text/html");
    assert!(peer.ask(&foreign).starts_with("SIP/2.0 415 "));
    let lost = peer
        .request("BYE", OUTSIDE, "")
        .replace("\r\nCall-ID", ";tag=gone\r\nCall-ID");
    assert!(peer.ask(&lost).starts_with("SIP/2.0 481 "));
    let unknown = peer.request("CANCEL", OUTSIDE, "");
    assert!(peer.ask(&unknown).starts_with("SIP/2.0 481 "));

    let first = peer.invite("4008110513", G711);
    peer.send(first.as_bytes());
    let second = first.replace("branch=z9hG4bK", "branch=z9hG4bKother");
    assert!(peer.ask(&second).starts_with("SIP/2.0 482 "), "merged");
}
