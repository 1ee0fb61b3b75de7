//! Engines that speak for flows: over HTTP, as programs, and away.

use crate::{AGENT, CALLER, SHORTLY};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use tests::console::Console;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

const NUMBER: &str = "4008110512";
const SECOND: Duration = Duration::from_secs(1);
/// What the engine speaks for one call.
const OTHER: f64 = 700.0;

/// An engine behind HTTP that answers each question when it is told to.
struct Studio {
    address: SocketAddr,
    asked: Receiver<(Value, TcpStream)>,
}

impl Studio {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, asked) = sync_channel(16);
        thread::spawn(move || listen(&listener, &tell));
        Self { address, asked }
    }

    /// The next text, with the way to answer.
    fn question(&self) -> (Value, TcpStream) {
        self.asked.recv_timeout(SHORTLY).unwrap()
    }

    /// A server that has this engine.
    fn serve(&self, story: &str) -> Server {
        let key = |name: &'static str, value: &str| (name, value.to_owned());
        Server::start_with(
            story,
            &[
                key("TRUNKLINE__SPEECH__ENGINES__STUDIO__DRIVER", "openai"),
                key(
                    "TRUNKLINE__SPEECH__ENGINES__STUDIO__URL",
                    &format!("http://{}", self.address),
                ),
                key("TRUNKLINE__SPEECH__ENGINES__STUDIO__MODEL", "tones"),
                key("TRUNKLINE__SPEECH__ENGINES__STUDIO__VOICES", "mei zh-CN"),
                key("TRUNKLINE__SPEECH__ENGINES__STUDIO__KEY", "sesame-4711"),
                key("TRUNKLINE__SPEECH__ENGINES__STUDIO__DEADLINE_MS", "20000"),
            ],
        )
    }
}

fn listen(listener: &TcpListener, tell: &SyncSender<(Value, TcpStream)>) {
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let begun = head.len();
            if reader.read_line(&mut head).unwrap() == 0 {
                break;
            }
            let line = head[begun..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        assert!(
            head.starts_with("POST /v1/audio/speech HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(head.contains("Bearer sesame-4711\r\n"), "{head}");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = serde_json::from_slice(&body).unwrap();
        if tell.send((body, stream)).is_err() {
            return;
        }
    }
}

fn speak(mut stream: TcpStream, hz: f64) {
    let file = sound::wav(&sound::tone(hz, 0, 3 * sound::RATE));
    let length = file.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&file).unwrap();
}

fn fail(mut stream: TcpStream) {
    let head = "HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
}

/// Says hello in every call the same way, then something of the caller's.
fn flow(own: &str) -> Value {
    json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "speech": {"zh-CN": {"engine": "studio", "voice": "mei"}},
        "start": "hello",
        "nodes": {
            "hello": {"kind": "play", "items": [{"tts": "您好"}]},
            "own": {"kind": "play", "items": [{"tts": own}]},
            "bye": {"kind": "hangup"},
            "sorry": {"kind": "hangup", "items": [{"clip": "goodbye"}]},
        },
        "edges": [
            {"from": "hello", "exit": "ok", "to": "own"},
            {"from": "own", "exit": "ok", "to": "bye"},
            {"from": "own", "exit": "error", "to": "sorry"},
        ],
    })
}

/// Publishes the flow while the engine speaks what is said in every call, and is probed.
fn publish(server: &Server, studio: &Studio, flow: &Value) {
    let admin = server.api("admin");
    thread::scope(|scope| {
        let published = scope.spawn(|| admin.publish(flow));
        for _ in 0..2 {
            let (_, stream) = studio.question();
            speak(stream, AGENT);
        }
        published.join().unwrap();
    });
}

#[test]
fn a_caller_hears_what_was_spoken_ahead_and_what_is_spoken_for_them_and_it_is_spoken_once() {
    let studio = Studio::start();
    let server = studio.serve("speech");
    let admin = server.api("admin");
    publish(&server, &studio, &flow("您拨打了${called:digits}"));
    let mut spoken = Vec::new();
    for call in 0..2 {
        let voice = Voice::speaking(CALLER);
        let caller = Sipp::call(&server, NUMBER, voice.port());
        voice.hears_tone(AGENT, SECOND, SHORTLY);
        if call == 0 {
            let (asked, stream) = studio.question();
            spoken.push(asked);
            speak(stream, OTHER);
        }
        voice.hears_tone(OTHER, SECOND, SHORTLY);
        caller.succeeds();
        assert_eq!(admin.finished_record()["ending"]["reason"], "flow_ended");
    }
    assert_eq!(
        spoken,
        [json!({
            "model": "tones",
            "input": "您拨打了四零零八一一零五一二",
            "voice": "mei",
            "response_format": "wav",
            "speed": 1.0,
        })]
    );
    assert!(studio.asked.try_recv().is_err());
    assert!(!server.log().contains("sesame-4711"));
    server.comes_to_rest();
}

#[test]
fn a_flow_whose_engine_is_away_is_not_published_and_a_call_takes_the_exit_for_errors() {
    let studio = Studio::start();
    let server = studio.serve("speech-away");
    let admin = server.api("admin");
    let refused = thread::scope(|scope| {
        let tried = scope.spawn(|| admin.try_to_publish(&flow("${called}")));
        for _ in 0..2 {
            fail(studio.question().1);
        }
        tried.join().unwrap()
    });
    assert_eq!(refused.status, 422, "{:#}", refused.json());
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors[0]["pointer"], "nodes.hello.items[0].tts");
    let told = errors[0]["detail"].as_str().unwrap();
    assert!(
        told.starts_with("node \"hello\" needs voice \"mei\" of engine \"studio\""),
        "{told}"
    );
    let engines = admin.get("/speech-engines").json();
    assert_eq!(engines["items"][0]["fault"], "it answered with status 500");

    publish(&server, &studio, &flow("${called}"));
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    fail(studio.question().1);
    admin.newest_enters("sorry");
    caller.succeeds();
    let story = admin.story(&admin.finished_record());
    let missed = story.iter().find(|event| event["kind"] == "unreadable");
    let missed = missed.unwrap().to_string();
    assert!(missed.contains("it answered with status 500"), "{missed}");
    assert!(!missed.contains(NUMBER), "{missed}");
    server.comes_to_rest();
}

#[test]
fn what_is_spoken_when_the_worker_dies_is_asked_for_again() {
    let studio = Studio::start();
    let server = studio.serve("speech-again");
    let admin = server.api("admin");
    publish(&server, &studio, &flow("号码${called}"));
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    let (first, _stream) = studio.question();
    server.kill_worker();
    let (again, stream) = studio.question();
    assert_eq!(first, again);
    speak(stream, OTHER);
    voice.hears_tone(OTHER, SECOND, SHORTLY);
    caller.succeeds();

    let story = admin.story(&admin.finished_record());
    assert!(story.iter().any(|event| event["kind"] == "resumed"));
    server.comes_to_rest();
}

#[test]
fn programs_speak_for_callers() {
    let key = |name: &'static str, value: &str| (name, value.to_owned());
    let server = Server::start_with(
        "speech-programs",
        &[
            key("TRUNKLINE__SPEECH__ENGINES__FLITE__DRIVER", "command"),
            key("TRUNKLINE__SPEECH__ENGINES__FLITE__PRESET", "flite"),
            key("TRUNKLINE__SPEECH__ENGINES__FLITE__DEADLINE_MS", "20000"),
            key("TRUNKLINE__SPEECH__ENGINES__ESPEAK__DRIVER", "command"),
            key("TRUNKLINE__SPEECH__ENGINES__ESPEAK__PRESET", "espeak-ng"),
            key("TRUNKLINE__SPEECH__ENGINES__ESPEAK__DEADLINE_MS", "20000"),
        ],
    );
    let admin = server.api("admin");
    admin.publish(&json!({
        "name": "echo-digits",
        "language": "en-US",
        "speech": {"en-US": {"engine": "flite", "voice": "slt"}},
        "start": "hello",
        "nodes": {
            "hello": {"kind": "play", "items": [
                {"tts": "Welcome to the service line of the company."},
                {"tts": "You have called ${called:digits}.", "engine": "espeak", "cache": false},
            ]},
            "bye": {"kind": "hangup"},
        },
        "edges": [{"from": "hello", "exit": "ok", "to": "bye"}],
    }));
    let voice = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, NUMBER, voice.port());
    caller.succeeds();

    let seconds = sound::seconds_of_sound(&voice.sound_since(begun));
    assert!((4.0..14.0).contains(&seconds), "{seconds} s were spoken");
    let story = admin.story(&admin.finished_record());
    assert!(story.iter().all(|event| event["kind"] != "unreadable"));
    server.comes_to_rest();
}

#[test]
fn a_flow_that_an_engine_speaks_is_drawn_heard_and_published_in_a_browser() {
    let key = |name: &'static str, value: &str| (name, value.to_owned());
    let server = Server::start_with(
        "speech-console",
        &[
            key("TRUNKLINE__SPEECH__ENGINES__FLITE__DRIVER", "command"),
            key("TRUNKLINE__SPEECH__ENGINES__FLITE__PRESET", "flite"),
        ],
    );

    Console::begin(&server, "speech", "admin").succeeds();
}
