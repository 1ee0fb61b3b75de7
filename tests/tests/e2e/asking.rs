//! Flows that ask: another system, another flow, the calendar.

use crate::{CALLER, SHORTLY};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;
use tests::api::Api;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

const NUMBER: &str = "4008110512";

/// A system that knows customers. It answers each question when it is told to.
struct Crm {
    address: SocketAddr,
    asked: Receiver<(String, TcpStream)>,
}

impl Crm {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = sync_channel(16);
        thread::spawn(move || listen(&listener, &tell));
        Self { address, asked }
    }

    /// The next question: its head and its body as they came.
    fn question(&self) -> (String, TcpStream) {
        self.asked.recv_timeout(SHORTLY).unwrap()
    }
}

fn listen(listener: &TcpListener, tell: &SyncSender<(String, TcpStream)>) {
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut question = String::new();
        while !question.ends_with("\r\n\r\n") {
            if reader.read_line(&mut question).unwrap() == 0 {
                break;
            }
        }
        let length = header(&question, "content-length");
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).unwrap();
        question += std::str::from_utf8(&body).unwrap();
        if tell.send((question, stream)).is_err() {
            return;
        }
    }
}

fn header(question: &str, name: &str) -> Option<String> {
    let lines = question.lines().filter_map(|line| line.split_once(": "));
    let mut found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.to_owned())
}

fn answer(mut stream: TcpStream, body: &Value) {
    let body = body.to_string();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
}

fn office(holidays: &Value) -> Value {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    json!({
        "name": "office",
        "hours": [{"days": days, "from": "00:00", "to": "00:00"}],
        "holidays": holidays,
    })
}

/// A server whose number asks the calendar, and by a flow of its own the other system, and reads
/// what that says.
fn server(story: &str, crm: &Crm) -> (Server, Api) {
    let allowed = [("TRUNKLINE__FLOWS__ALLOWED_HOSTS", "127.0.0.1".to_owned())];
    let server = Server::start_with(story, &allowed);
    let admin = server.api("admin");
    let made = admin.post("/time-schemes", &office(&json!([])));
    assert_eq!(made.status, 201, "{:#}", made.json());
    admin.publish(&json!({
        "name": "find customer",
        "language": "zh-CN",
        "variables": {"number": ""},
        "start": "ask",
        "nodes": {
            "ask": {
                "kind": "http",
                "method": "POST",
                "url": format!("http://{}/customers?number=${{number}}", crm.address),
                "json": {"number": "${number}"},
                "take": [{"pointer": "/customer/code", "variable": "code", "sensitive": true}],
            },
            "found": {"kind": "return"},
            "unknown": {"kind": "return", "result": "unknown"},
        },
        "edges": [
            {"from": "ask", "exit": "ok", "to": "found"},
            {"from": "ask", "exit": "default", "to": "unknown"},
        ],
    }));
    admin.publish(&json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "start": "hours",
        "nodes": {
            "hours": {"kind": "schedule", "scheme": "office"},
            "customer": {
                "kind": "subflow",
                "flow": "find customer",
                "inputs": {"number": "${called}"},
                "outputs": {"code": "code"},
                "results": ["unknown"],
            },
            "read": {"kind": "hangup", "items": [{"say": "digits", "text": "${code}"}]},
            "closed": {"kind": "hangup"},
        },
        "edges": [
            {"from": "hours", "exit": "open", "to": "customer"},
            {"from": "hours", "exit": "default", "to": "closed"},
            {"from": "customer", "exit": "ok", "to": "read"},
            {"from": "customer", "exit": "default", "to": "closed"},
        ],
    }));
    (server, admin)
}

fn path(story: &[Value]) -> Vec<&str> {
    let entered = story.iter().filter(|event| event["kind"] == "node_entered");
    entered
        .map(|event| event["node"].as_str().unwrap())
        .collect()
}

#[test]
fn a_caller_hears_what_another_system_knows_of_them() {
    let crm = Crm::start();
    let (server, admin) = server("asking", &crm);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    let (question, stream) = crm.question();
    let first = format!("POST /customers?number={NUMBER} HTTP/1.1\r\n");
    assert!(question.starts_with(&first), "{question}");
    assert!(question.ends_with(&format!("{{\"number\":\"{NUMBER}\"}}")));
    let reading = Instant::now();
    answer(stream, &json!({"customer": {"code": "3051230512"}}));
    admin.newest_enters("read");
    caller.succeeds();

    let read = sound::seconds_of_sound(&voice.sound_since(reading));
    assert!(read > 2.2, "{read} s were read");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "flow_ended", "{record:#}");
    let story = admin.story(&record);
    assert_eq!(
        path(&story),
        [
            "hours",
            "customer",
            "customer/ask",
            "customer/found",
            "read"
        ]
    );
    assert!(!json!(story).to_string().contains("3051230512"));
    server.comes_to_rest();
}

#[test]
fn a_question_under_way_when_the_worker_dies_is_asked_again_by_the_same_key() {
    let crm = Crm::start();
    let (server, admin) = server("asking-again", &crm);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    let (first, _stream) = crm.question();
    server.kill_worker();
    let (again, stream) = crm.question();
    let key = header(&first, "idempotency-key");
    assert!(key.is_some());
    assert_eq!(header(&again, "idempotency-key"), key);
    let reading = Instant::now();
    answer(stream, &json!({"customer": {"code": "3051230512"}}));
    admin.newest_enters("read");
    caller.succeeds();

    let read = sound::seconds_of_sound(&voice.sound_since(reading));
    assert!(read > 2.2, "{read} s were read");
    server.comes_to_rest();
}

#[test]
fn a_holiday_counts_from_the_next_call_and_a_scheme_in_use_stays() {
    let crm = Crm::start();
    let (server, admin) = server("holiday", &crm);
    let scheme = admin.get("/time-schemes").json()["items"][0].clone();
    assert_eq!(scheme["used_by"], json!(["echo-digits"]));
    let path_of = format!("/time-schemes/{}", scheme["id"].as_str().unwrap());
    let mut renamed = office(&json!([]));
    renamed["name"] = json!("other");
    let refused = admin.put(&path_of, &scheme["version"], &renamed);
    assert_eq!(refused.status, 409, "{:#}", refused.json());
    assert!(refused.json().to_string().contains("echo-digits"));

    let always = json!([{"name": "春节", "from": "2020-01-01", "to": "2120-01-01"}]);
    let changed = admin.put(&path_of, &scheme["version"], &office(&always));
    assert_eq!(changed.status, 200, "{:#}", changed.json());
    let voice = Voice::speaking(CALLER);
    Sipp::call(&server, NUMBER, voice.port()).succeeds();

    let story = admin.story(&admin.finished_record());
    assert_eq!(path(&story), ["hours", "closed"]);
    let left = story.iter().find(|event| event["kind"] == "node_left");
    assert_eq!(left.unwrap()["exit"], "holiday");
    server.comes_to_rest();
}

#[test]
fn a_call_comes_back_in_the_version_that_it_entered() {
    let crm = Crm::start();
    let (server, admin) = server("older-version", &crm);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    let (_, _stream) = crm.question();

    admin.publish(&json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "start": "other",
        "nodes": {"other": {"kind": "hangup"}},
        "edges": [],
    }));
    server.kill_worker();
    let (_, stream) = crm.question();
    answer(stream, &json!({"customer": {"code": "3051230512"}}));
    admin.newest_enters("read");
    caller.succeeds();

    let story = admin.story(&admin.finished_record());
    assert!(story.iter().any(|event| event["kind"] == "resumed"));
    assert_eq!(path(&story).last(), Some(&"read"));
    server.comes_to_rest();
}
