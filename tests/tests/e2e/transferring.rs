//! An agent whose telephone is sipp hands the caller on (REFER, RFC 3515 and 5589) and moves to
//! another telephone (Replaces, RFC 3891), message by message.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use tests::api::Api;
use tests::patience::until;
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

/// Whom the caller is handed on to.
const OUTSIDE: &str = "13912345678";
const THIRD: f64 = 1_300.0;

/// A caller who talks to agent 1001 on a telephone of this scenario.
struct Conversation {
    server: Server,
    admin: Api,
    near: Voice,
    caller: Sipp,
    /// What the telephone speaks; it ends with the conversation.
    _voice: Voice,
    phone: Sipp,
}

impl Conversation {
    fn begin(story: &str, scenario: &'static str) -> Self {
        let server = Server::start(story);
        let admin = server.api("admin");
        let address = free_address();
        Sipp::register(&server, server.sip, address);
        server.api("1001").take_calls();
        let voice = Voice::speaking(AGENT);
        let manner = sipp::Manner::of(scenario);
        let phone = Sipp::await_call_at(address, manner, &server, voice.port());
        let near = Voice::speaking(CALLER);
        let caller = Sipp::call(&server, "4008110511", near.port());
        near.hears_tone(AGENT, WHILE, SHORTLY);
        voice.hears_tone(CALLER, WHILE, SHORTLY);
        // From here on whoever calls from this address has to prove who it is: agents do.
        admin.change_trunk("local", |settings| {
            settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
        });
        Self {
            server,
            admin,
            near,
            caller,
            _voice: voice,
            phone,
        }
    }

    /// The record of the caller's call, when nothing is in progress any more.
    fn record(&self) -> Value {
        self.admin.shows_no_call();
        self.admin.agent_is("1001", "idle");
        self.server.comes_to_rest();
        self.admin.finished_record();
        let records = self.admin.records();
        let calls = records
            .into_iter()
            .find(|it| it["trunk_number"] == "4008110511");
        calls.expect("the caller's record")
    }

    /// With which status the caller was handed on to the outside number.
    fn transferred(&self, record: &Value) -> Value {
        let story = self.admin.story(record);
        let fact = story.into_iter().find(|it| it["kind"] == "transferred");
        let fact = fact.expect("a transfer in the story");
        assert_eq!(fact["to"], OUTSIDE, "{fact}");
        fact["status"].clone()
    }
}

#[test]
fn an_agent_refers_the_caller_and_is_told_until_the_number_has_answered() {
    let call = Conversation::begin("refers", "agent_refers");
    let far = Voice::speaking(THIRD);
    let outside = Sipp::await_call(&call.server, far.port());

    let target = format!("<sip:{OUTSIDE}@{}>", call.server.sip);
    call.phone.nudge_called_with(&target);

    call.near.hears_tone(THIRD, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    let Conversation { phone, caller, .. } = &call;
    assert!(phone.saw("SIP/2.0 202 "), "the REFER is taken");
    call.admin.agent_is("1001", "idle");
    caller.nudge();
    outside.succeeds();
    let record = call.record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["extension"], "1001");
    assert_eq!(call.transferred(&record), 200);
    call.caller.succeeds();
    call.phone.succeeds();
}

#[test]
fn an_agent_refers_the_caller_to_whom_they_have_consulted() {
    let call = Conversation::begin("refers-to-consulted", "agent_refers");
    let far = Voice::speaking(THIRD);
    let outside = Sipp::await_call(&call.server, far.port());
    let voice = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("agent_calls");
    let consult = Sipp::call_in(manner, &call.server, OUTSIDE, voice.port());
    voice.hears_tone(THIRD, WHILE, SHORTLY);

    let replaces = consult.replaces();
    let escaped = replaces
        .replace('@', "%40")
        .replace(';', "%3B")
        .replace('=', "%3D");
    let sip = call.server.sip;
    let target = format!("<sip:{OUTSIDE}@{sip}?Replaces={escaped}>");
    call.phone.nudge_called_with(&target);

    call.near.hears_tone(THIRD, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    consult.succeeds();
    call.caller.nudge();
    outside.succeeds();
    let record = call.record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(call.transferred(&record), 200);
    let records = call.admin.records();
    let reasons: Vec<&Value> = records.iter().map(|it| &it["ending"]["reason"]).collect();
    assert_eq!(reasons, ["transferred", "hung_up"], "{records:#?}");
    call.caller.succeeds();
    call.phone.succeeds();
}

#[test]
fn an_agent_goes_on_at_another_telephone_that_replaces_the_first() {
    let call = Conversation::begin("takes-over", "callee");
    let voice = Voice::speaking(THIRD);

    let replaces = call.phone.replaces_called();
    let second = Sipp::take_over(&call.server, "1001", &replaces, voice.port());

    call.near.hears_tone(THIRD, WHILE, SHORTLY);
    voice.hears_tone(CALLER, WHILE, SHORTLY);
    call.admin.agent_is("1001", "talking");
    assert!(call.phone.saw("BYE sip:"), "the first one is hung up");
    second.nudge();
    second.succeeds();
    let record = call.record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    assert_eq!(record["extension"], "1001");
    call.caller.succeeds();
    call.phone.succeeds();
}

#[test]
fn a_colleague_picks_up_a_call_that_rings_at_an_agents_telephone() {
    let server = Server::start("picks-up");
    let admin = server.api("admin");
    let address = free_address();
    Sipp::register(&server, server.sip, address);
    server.api("1001").take_calls();
    let rings = sipp::Manner::of("callee_given_up");
    let ringing = Sipp::await_call_at(address, rings, &server, 9);
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());
    admin.agent_is("1001", "ringing");
    until("a ringing telephone", SHORTLY, || {
        ringing.saw("SIP/2.0 180 ")
    });
    server.api("1002").take_calls();
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });
    let voice = Voice::speaking(THIRD);

    let replaces = ringing.replaces_ringing();
    let colleague = Sipp::take_over(&server, "1002", &replaces, voice.port());

    near.hears_tone(THIRD, WHILE, SHORTLY);
    voice.hears_tone(CALLER, WHILE, SHORTLY);
    ringing.succeeds();
    admin.agent_is("1001", "idle");
    admin.agent_is("1002", "talking");
    colleague.nudge();
    colleague.succeeds();
    caller.succeeds();
    admin.shows_no_call();
    let record = admin.finished_record();
    assert_eq!(record["extension"], "1002", "{record:#}");
    let story = admin.story(&record);
    let outcomes = story.iter().filter(|it| it["kind"] == "offer_ended");
    let outcomes: Vec<&Value> = outcomes.map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["picked_up", "answered"], "{story:#?}");
}
