//! A supervisor with a telephone of their own listens to a call, whispers, barges in and takes it
//! over; an agent brings a third person in.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use tests::api::Api;
use tests::console::Console;
use tests::patience::{eventually, until};
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::sound::{self, Wav};
use tests::voice::Voice;

const SUPERVISOR: f64 = 1_500.0;
const THIRD: f64 = 1_300.0;

/// A telephone that is registered and answers by itself.
fn telephone(server: &Server, user: &str, voice: &Voice) -> Sipp {
    let address = free_address();
    Sipp::register_as(user, server, (server.sip, address));
    Sipp::await_call_at(address, sipp::Manner::of("callee"), server, voice.port())
}

struct Supervised {
    server: Server,
    supervisor: Api,
    call: String,
    caller: Sipp,
    near: Voice,
    agent: Voice,
    agents_phone: Sipp,
    ear: Voice,
    ears_phone: Sipp,
}

impl Supervised {
    fn begin(story: &str) -> Self {
        let server = Server::start(story);
        let (agent, ear) = (Voice::speaking(AGENT), Voice::speaking(SUPERVISOR));
        let agents_phone = telephone(&server, "1001", &agent);
        let ears_phone = telephone(&server, "2001", &ear);
        server.api("1001").take_calls();
        let near = Voice::speaking(CALLER);
        let caller = Sipp::call(&server, "4008110511", near.port());
        near.hears_tone(AGENT, WHILE, SHORTLY);
        let supervisor = server.api("2001");
        let call = supervisor.calls()[0]["id"].as_str().unwrap().to_owned();
        Self {
            server,
            supervisor,
            call,
            caller,
            near,
            agent,
            agents_phone,
            ear,
            ears_phone,
        }
    }

    fn enter(&self, mode: &str) {
        let path = format!("/calls/{}/{mode}", self.call);
        let answer = self.supervisor.post(&path, &json!({}));
        assert_eq!(answer.status, 202, "{mode}: {:#}", answer.json());
    }

    fn is_heard_by(&self, customer: &[f64], agent: &[f64], supervisor: &[f64]) {
        let all = [CALLER, AGENT, SUPERVISOR];
        for (voice, tones) in [
            (&self.near, customer),
            (&self.agent, agent),
            (&self.ear, supervisor),
        ] {
            let others: Vec<f64> = all.into_iter().filter(|hz| !tones.contains(hz)).collect();
            voice.hears_only(tones, &others, WHILE, SHORTLY);
        }
    }
}

#[test]
fn a_supervisor_goes_through_all_modes_and_each_party_hears_what_it_may() {
    let call = Supervised::begin("supervises");
    let own = call.server.api("1001");
    let path = format!("/calls/{}/monitor", call.call);
    assert_eq!(own.post(&path, &json!({})).status, 403);

    call.enter("monitor");
    call.is_heard_by(&[AGENT], &[CALLER], &[CALLER, AGENT]);
    assert_eq!(own.calls()[0]["supervisors"], json!([]));
    let shown = &call.supervisor.calls()[0]["supervisors"][0];
    assert_eq!(shown["mode"], "monitor", "{shown}");
    call.enter("whisper");
    call.is_heard_by(&[AGENT], &[CALLER, SUPERVISOR], &[CALLER, AGENT]);
    call.enter("barge");
    call.is_heard_by(
        &[AGENT, SUPERVISOR],
        &[CALLER, SUPERVISOR],
        &[CALLER, AGENT],
    );
    call.enter("monitor");
    call.is_heard_by(&[AGENT], &[CALLER], &[CALLER, AGENT]);

    call.caller.nudge();
    call.ears_phone.succeeds();
    call.agents_phone.succeeds();
    call.caller.succeeds();
    let record = call.supervisor.finished_record();
    let story = call.supervisor.story(&record);
    let kinds: Vec<&Value> = story.iter().map(|it| &it["kind"]).collect();
    assert!(
        kinds.iter().any(|it| **it == "supervision_started"),
        "{kinds:?}"
    );
    let told = own.story(&record);
    assert!(told.iter().all(|it| it["kind"] != "supervision_started"));
    let file = Wav::read(&call.supervisor.recording(&record));
    assert!(
        sound::share(&file.channels[0], SUPERVISOR) < 0.01,
        "the customer's side"
    );
    assert!(sound::seconds_of(&file.channels[0], CALLER) > 8.0);
    let wishes = ["monitor", "whisper", "barge", "monitor"];
    let wishes = wishes.map(|mode| format!("call_supervised {mode}"));
    assert_eq!(noted(&call.server, &call.call), wishes);
    call.server.comes_to_rest();
}

/// What the audit log says of a call, oldest first, once it is sure that it is of agent 1001's.
fn noted(server: &Server, call: &str) -> Vec<String> {
    let log = server.api("admin").get("/audit-log").json();
    let lines = log["items"].as_array().unwrap();
    let of_call = lines.iter().filter(|it| it["subject"] == call);
    let told = of_call.map(|line| {
        let changes = line["changes"].as_array().unwrap();
        let change = |field: &str| changes.iter().find(|it| it["field"] == field);
        assert_eq!(change("agent").unwrap()["after_name"], "1001", "{line:#}");
        assert_eq!(line["user"]["name"], "2001", "{line:#}");
        let words = [
            Some(&line["action"]),
            change("mode").map(|it| &it["after"]),
            change("refusal").map(|it| &it["after"]),
        ];
        let words: Vec<&str> = words
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        words.join(" ")
    });
    let mut told: Vec<String> = told.collect();
    told.reverse();
    told
}

#[test]
fn a_supervisor_listens_by_the_buttons_of_the_console() {
    let server = Server::start("supervises-in-the-console");
    let agent = Voice::speaking(AGENT);
    let agents_phone = telephone(&server, "1001", &agent);
    server.api("1001").take_calls();
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    let supervisor = server.api("2001");
    let id = supervisor.calls()[0]["id"].as_str().unwrap().to_owned();

    let mut console = Console::begin(&server, "supervision", "2001");
    console.comes_to("offered");
    console.goes_on();
    console.comes_to("refused");
    let ear = Voice::speaking(SUPERVISOR);
    let ears_phone = telephone(&server, "2001", &ear);
    console.goes_on();
    console.comes_to("listens");
    ear.hears_only(&[CALLER, AGENT], &[SUPERVISOR], WHILE, SHORTLY);
    agent.hears_only(&[CALLER], &[SUPERVISOR], WHILE, SHORTLY);
    console.goes_on();
    console.comes_to("whispers");
    agent.hears_only(&[CALLER, SUPERVISOR], &[AGENT], WHILE, SHORTLY);
    near.hears_only(&[AGENT], &[SUPERVISOR], WHILE, SHORTLY);
    console.goes_on();
    console.comes_to("stopped");
    ears_phone.succeeds();
    agent.hears_only(&[CALLER], &[SUPERVISOR], WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    agents_phone.succeeds();
    supervisor.finished_record();
    console.goes_on();
    console.succeeds();

    let expected = [
        "call_supervised monitor",
        "supervision_refused monitor no_phone",
        "call_supervised monitor",
        "call_supervised whisper",
    ];
    assert_eq!(noted(&server, &id), expected);
    server.comes_to_rest();
}

#[test]
fn a_supervisor_takes_a_call_over_and_ends_it() {
    let call = Supervised::begin("takes-a-call-over");
    call.enter("whisper");
    call.is_heard_by(&[AGENT], &[CALLER, SUPERVISOR], &[CALLER, AGENT]);
    call.enter("takeover");
    call.near
        .hears_only(&[SUPERVISOR], &[AGENT], WHILE, SHORTLY);
    call.ear.hears_only(&[CALLER], &[AGENT], WHILE, SHORTLY);
    call.agents_phone.succeeds();
    call.ears_phone.nudge_called();
    call.ears_phone.succeeds();
    call.caller.succeeds();
    let record = call.supervisor.finished_record();
    assert_eq!(record["extension"], "2001", "{record:#}");
    assert_eq!(record["ending"]["by"], "agent");
    call.server.comes_to_rest();
}

#[test]
fn an_agent_confers_with_the_caller_and_whom_they_consulted() {
    let server = Server::start("confers");
    let admin = server.api("admin");
    let own = server.api("1001");
    let first = Voice::speaking(AGENT);
    let phone = telephone(&server, "1001", &first);
    own.take_calls();
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    let call = own.calls()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/calls/{call}/conference");
    let alone = own.post(&path, &json!({}));
    assert_eq!(alone.json()["code"], "no_second_call");
    // From here on whoever calls from this address has to prove who it is: agents do.
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });
    let far = Voice::speaking(THIRD);
    let outside = Sipp::await_call(&server, far.port());
    let second = Voice::speaking(AGENT + 100.0);
    let manner = sipp::Manner::of("agent_calls");
    let consult = Sipp::call_in(manner, &server, "13912345678", second.port());
    second.hears_tone(THIRD, WHILE, SHORTLY);

    assert_eq!(own.post(&path, &json!({})).status, 204);
    near.hears_only(&[AGENT, THIRD], &[CALLER], WHILE, SHORTLY);
    far.hears_only(&[AGENT, CALLER], &[THIRD], WHILE, SHORTLY);
    first.hears_only(&[CALLER, THIRD], &[AGENT], WHILE, SHORTLY);
    // The line that was not on hold is the one that stays.
    consult.succeeds();
    phone.nudge_called();
    phone.succeeds();
    near.hears_only(&[THIRD], &[AGENT], WHILE, SHORTLY);
    far.hears_only(&[CALLER], &[AGENT], WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    until("no call", SHORTLY, || own.calls().is_empty());
    let customers = |it: &Value| it["caller"] == "13800138000" && it["ended_at"].is_string();
    let record = eventually("the customer's record", SHORTLY, || {
        admin.records().into_iter().find(customers)
    });
    for count in ["consults", "conferences", "transfers"] {
        assert_eq!(record[count], 1, "{count}: {record:#}");
    }
    server.comes_to_rest();
}
