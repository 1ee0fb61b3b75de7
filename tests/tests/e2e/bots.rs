//! Voice bots: a program that speaks Twilio's Media Streams and nothing else of us.

use crate::{AGENT, CALLER, SHORTLY};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tests::patience::{eventually, until};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;
use tungstenite::handshake::server::{Request, Response};
use tungstenite::{Error, Message, WebSocket, accept_hdr};

pub(crate) const NUMBER: &str = "4008110512";
pub(crate) const TOKEN: &str = "12345";
const BEAT: Duration = Duration::from_millis(10);

/// A bot that echoes the caller until it is told to be quiet.
pub(crate) struct Bot {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<Value>>>,
    orders: SyncSender<Order>,
}

enum Order {
    Send(Value),
    BeQuiet,
    Leave,
}

impl Bot {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (orders, ordered) = sync_channel(16);
        let log = Arc::clone(&heard);
        thread::spawn(move || serve(&listener, &log, &ordered));
        Self {
            address,
            heard,
            orders,
        }
    }

    fn order(&self, order: Order) {
        self.orders.send(order).unwrap();
    }

    fn send(&self, mut message: Value) {
        message["streamSid"] = self.hears("start")["streamSid"].clone();
        self.order(Order::Send(message));
    }

    /// The newest event of a kind that it was told.
    pub(crate) fn hears(&self, event: &str) -> Value {
        eventually(event, SHORTLY, || {
            let heard = self.heard.lock().unwrap();
            heard.iter().rfind(|it| it["event"] == event).cloned()
        })
    }

    /// Whether it was told anything at all.
    pub(crate) fn heard_anything(&self) -> bool {
        !self.heard.lock().unwrap().is_empty()
    }

    /// What it asks of the server over HTTP: the status and the body.
    pub(crate) fn asks(&self, server: &Server, (form, token): (&str, &str)) -> (u16, Value) {
        let start = self.hears("start")["start"].clone();
        let account = start["accountSid"].as_str().unwrap();
        let call = start["callSid"].as_str().unwrap();
        let http = server.http;
        let url = format!("http://{http}/2010-04-01/Accounts/{account}/Calls/{call}.json");
        let credentials = STANDARD.encode(format!("{account}:{token}"));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut answer = agent
            .post(url)
            .header("authorization", format!("Basic {credentials}"))
            .content_type("application/x-www-form-urlencoded")
            .send(form)
            .unwrap();
        let status = answer.status().as_u16();
        (status, answer.body_mut().read_json().unwrap())
    }
}

fn serve(listener: &TcpListener, log: &Mutex<Vec<Value>>, orders: &Receiver<Order>) {
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        #[expect(clippy::result_large_err, reason = "tungstenite's own type")]
        let signed = |request: &Request, response: Response| {
            assert!(request.headers().contains_key("x-twilio-signature"));
            Ok(response)
        };
        let mut socket = accept_hdr(stream, signed).unwrap();
        socket.get_ref().set_read_timeout(Some(BEAT)).unwrap();
        converse(&mut socket, log, orders);
    }
}

fn converse(socket: &mut WebSocket<TcpStream>, log: &Mutex<Vec<Value>>, orders: &Receiver<Order>) {
    let mut echoes = true;
    loop {
        for order in orders.try_iter() {
            match order {
                Order::Send(message) => socket.send(message.to_string().into()).unwrap(),
                Order::BeQuiet => echoes = false,
                Order::Leave => {
                    socket.close(None).unwrap();
                }
            }
        }
        let text = match socket.read() {
            Ok(Message::Text(text)) => text,
            Ok(_) => continue,
            Err(Error::Io(error))
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                continue;
            }
            Err(_) => return,
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        if message["event"] == "media" && echoes {
            let payload = &message["media"]["payload"];
            let echo = json!({
                "event": "media",
                "streamSid": message["streamSid"],
                "media": {"payload": payload},
            });
            // The server may have closed the connection.
            let _ = socket.send(echo.to_string().into());
        }
        log.lock().unwrap().push(message);
    }
}

/// A server whose number leads to a bot that hands over what is read to the caller.
pub(crate) fn server(story: &str, bot: SocketAddr) -> Server {
    let reads = json!({"kind": "hangup", "items": [{"say": "digits", "text": "${handoff}"}]});
    server_that(story, bot, &reads)
}

/// A server whose number leads to a bot, and by its exit `transfer` to this node.
pub(crate) fn server_that(story: &str, bot: SocketAddr, handed: &Value) -> Server {
    server_towards(story, (&format!("ws://{bot}/?a=b"), &[]), handed)
}

/// The same with a bot at a URL, and more keys of the configuration.
pub(crate) fn server_towards(
    story: &str,
    (url, more): (&str, &[(&'static str, String)]),
    handed: &Value,
) -> Server {
    let mut edges = vec![
        json!({"from": "bot", "exit": "done", "to": "done"}),
        json!({"from": "bot", "exit": "transfer", "to": "handed"}),
        json!({"from": "bot", "exit": "default", "to": "broken"}),
    ];
    if handed["kind"] != "hangup" {
        edges.push(json!({"from": "handed", "exit": "default", "to": "broken"}));
    }
    let mut keys = vec![
        ("TRUNKLINE__BOTS__ALLOWED_HOSTS", "127.0.0.1".to_owned()),
        ("TRUNKLINE__BOTS__AUTH_TOKEN", TOKEN.to_owned()),
    ];
    keys.extend_from_slice(more);
    server_with(story, &keys, |base| {
        json!({
            "name": "echo-digits",
            "language": "zh-CN",
            "start": "bot",
            "nodes": {
                "bot": {
                    "kind": "stream",
                    "url": url,
                    "parameters": {"who": "${caller}", "what": "a story", "base": base},
                },
                "done": {"kind": "hangup"},
                "handed": handed,
                "broken": {"kind": "hangup"},
            },
            "edges": edges,
        })
    })
}

/// A server whose number leads to this flow.
pub(crate) fn server_with_flow(
    story: &str,
    keys: &[(&'static str, String)],
    flow: &Value,
) -> Server {
    server_with(story, keys, |_| flow.clone())
}

fn server_with(
    story: &str,
    keys: &[(&'static str, String)],
    flow: impl FnOnce(String) -> Value,
) -> Server {
    let mut server = Server::start_with(story, keys);
    let flow = flow(server.url());
    let database = server.folder().join("data").join("trunkline.db");
    let script = "import sqlite3, sys\n\
        base = sqlite3.connect(sys.argv[1], timeout=10)\n\
        base.execute('UPDATE flow_versions SET document = ? WHERE flow_id = \
        (SELECT id FROM flows WHERE name = ?)', (sys.argv[2], 'echo-digits'))\n\
        base.commit()\n";
    server.stop();
    let written = Command::new("python3")
        .args(["-c", script])
        .arg(database)
        .arg(flow.to_string())
        .status();
    assert!(written.unwrap().success());
    server.start_again();
    server
}

#[test]
fn a_bot_hears_the_caller_is_heard_and_hangs_up() {
    let bot = Bot::start();
    let server = server("bot-echoes", bot.address);
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    voice.hears_tone(CALLER, Duration::from_secs(1), SHORTLY);
    let start = bot.hears("start");
    assert_eq!(start["sequenceNumber"], "1");
    assert_eq!(start["start"]["customParameters"]["what"], "a story");
    assert_eq!(start["start"]["tracks"], json!(["inbound"]));
    voice.press("5");
    assert_eq!(bot.hears("dtmf")["dtmf"]["digit"], "5");
    bot.send(json!({"event": "mark", "mark": {"name": "so far"}}));
    assert_eq!(bot.hears("mark")["mark"]["name"], "so far");

    let (status, refusal) = bot.asks(&server, ("Status=completed", "wrong"));
    assert_eq!((status, &refusal["code"]), (401, &json!(20_003)));
    let (status, refusal) = bot.asks(&server, ("Status=busy", TOKEN));
    assert_eq!(status, 400, "{refusal}");
    let (status, answer) = bot.asks(&server, ("Status=completed", TOKEN));
    assert_eq!((status, &answer["status"]), (200, &json!("completed")));
    caller.succeeds();
    bot.hears("stop");
    admin.finished_record();
    admin.shows_no_call();
    let (status, refusal) = bot.asks(&server, ("Status=completed", TOKEN));
    assert_eq!((status, &refusal["code"]), (404, &json!(20_404)));
    server.comes_to_rest();
}

#[test]
fn what_a_bot_clears_is_not_heard_and_its_marks_come_back() {
    let bot = Bot::start();
    let server = server("bot-clears", bot.address);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    bot.order(Order::BeQuiet);
    let minute: Vec<u8> = sound::tone(AGENT, 0, 60 * sound::RATE)
        .into_iter()
        .map(sound::to_mulaw)
        .collect();
    let payload = STANDARD.encode(minute);
    bot.send(json!({"event": "media", "media": {"payload": payload}}));
    bot.send(json!({"event": "mark", "mark": {"name": "the end"}}));
    voice.hears_tone(AGENT, Duration::from_secs(1), SHORTLY);
    bot.send(json!({"event": "clear"}));
    assert_eq!(bot.hears("mark")["mark"]["name"], "the end");
    until("silence", SHORTLY, || {
        let since = Instant::now().checked_sub(Duration::from_millis(300));
        sound::loudness(&voice.sound_since(since.unwrap())) < 50.0
    });
    bot.order(Order::Leave);

    caller.succeeds();
    let admin = server.api("admin");
    let story = admin.story(&admin.finished_record());
    let left = story
        .iter()
        .any(|it| it["exit"] == "done" || it["data"]["exit"] == "done");
    assert!(left, "{story:#?}");
    server.comes_to_rest();
}

#[test]
fn a_bot_hands_the_caller_over() {
    let bot = Bot::start();
    let server = server("bot-hands-over", bot.address);
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    voice.hears_tone(CALLER, Duration::from_secs(1), SHORTLY);
    let twiml = "Twiml=%3CResponse%3E%3CDial%3E42%3C%2FDial%3E%3C%2FResponse%3E";
    let (status, answer) = bot.asks(&server, (twiml, TOKEN));
    assert_eq!((status, &answer["status"]), (200, &json!("in-progress")));
    admin.newest_enters("handed");
    bot.hears("stop");
    voice.hears_sound(Instant::now(), 0.5, SHORTLY);
    caller.succeeds();
    server.comes_to_rest();
}

#[test]
fn a_worker_that_is_killed_calls_the_bot_again() {
    let bot = Bot::start();
    let server = server("bot-returns", bot.address);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    voice.hears_tone(CALLER, Duration::from_secs(1), SHORTLY);
    let first = bot.hears("start");
    server.kill_worker();
    let second = eventually("a second start", SHORTLY, || {
        Some(bot.hears("start")).filter(|start| start["streamSid"] != first["streamSid"])
    });
    assert_eq!(second["start"]["callSid"], first["start"]["callSid"]);
    let killed = Instant::now();
    until("the echo", SHORTLY, || {
        sound::seconds_of(&voice.sound_since(killed), CALLER) > 1.0
    });
    bot.order(Order::Leave);
    caller.succeeds();
    server.comes_to_rest();
}
