//! The HTTP API as somebody uses it.

use crate::patience::{eventually, until};
use rustls::crypto::ring;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::TlsConfig;

/// From the end of a call to its complete record.
const RECORD: Duration = Duration::from_secs(10);
/// From one event of a call to the next that a story waits for: a ring time-out is the longest.
const EVENT: Duration = Duration::from_secs(30);

/// Speaks HTTP with the server of a story, whoever has signed its certificate: that browsers refuse
/// a stranger's is no matter of this client.
pub(crate) fn client(status_is_error: bool) -> Agent {
    let tls = TlsConfig::builder()
        .disable_verification(true)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    Agent::config_builder()
        .http_status_as_error(status_is_error)
        .tls_config(tls)
        .build()
        .into()
}

/// A person who has signed in.
#[derive(Debug)]
pub struct Api {
    agent: Agent,
    base: String,
    token: String,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The value of `Content-Range`, if any.
    pub content_range: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Api {
    /// Signs in at `http://host:port` or `https://host:port`.
    pub fn sign_in(server: &str, email: &str, password: &str) -> Self {
        let mut api = Self {
            agent: client(false),
            base: format!("{server}/api/v1"),
            token: String::new(),
        };
        let answer = api.post("/sessions", &json!({"email": email, "password": password}));
        assert_eq!(answer.status, 201, "{}", answer.json());
        answer.json()["token"]
            .as_str()
            .unwrap()
            .clone_into(&mut api.token);
        api
    }

    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.get_range(path, None)
    }

    /// GET of a range of bytes.
    pub fn get_range(&self, path: &str, range: Option<&str>) -> Answer {
        let mut request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        read(request.call().unwrap())
    }

    /// POST of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        read(request.send_json(body).unwrap())
    }

    /// PUT of JSON in place of the version that was seen.
    pub fn put(&self, path: &str, seen: &Value, body: &Value) -> Answer {
        let request = self
            .agent
            .put(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("if-match", format!("\"{seen}\""));
        read(request.send_json(body).unwrap())
    }

    /// POST of a WAV file.
    pub fn post_wav(&self, path: &str, file: &[u8]) -> Answer {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "audio/wav");
        read(request.send(file).unwrap())
    }

    /// PUT of a WAV file in place of the version that was seen.
    pub fn put_wav(&self, path: &str, seen: &Value, file: &[u8]) -> Answer {
        let request = self
            .agent
            .put(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "audio/wav")
            .header("if-match", format!("\"{seen}\""));
        read(request.send(file).unwrap())
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Answer {
        let request = self
            .agent
            .delete(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        read(request.call().unwrap())
    }

    /// The trunk of this name.
    pub fn trunk(&self, name: &str) -> Value {
        let page = self.get("/trunks").json();
        let trunks = page["items"].as_array().cloned().unwrap_or_default();
        let found = trunks.into_iter().find(|it| it["settings"]["name"] == name);
        found.unwrap_or_else(|| panic!("no trunk {name}: {page:#}"))
    }

    /// Changes settings of a trunk; what is in force changes with them.
    pub fn change_trunk(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut trunk = self.trunk(name);
        change(&mut trunk["settings"]);
        let path = format!("/trunks/{}", trunk["id"].as_str().unwrap());
        let answer = self.put(&path, &trunk["version"], &trunk["settings"]);
        assert_eq!(answer.status, 200, "{:#}", answer.json());
    }

    /// Publishes a document as a flow, which may be there already.
    pub fn publish(&self, document: &Value) {
        let answer = self.try_to_publish(document);
        assert_eq!(answer.status, 200, "{:#}", answer.json());
    }

    /// The same, whatever comes of it.
    pub fn try_to_publish(&self, document: &Value) -> Answer {
        let flows = items(&self.get("/flows"));
        let found = flows.iter().find(|flow| flow["name"] == document["name"]);
        let body = json!({"document": document});
        let drawn = if let Some(flow) = found {
            let path = format!("/flows/{}", flow["id"].as_str().unwrap());
            let seen = self.get(&path).json();
            self.put(&format!("{path}/draft"), &seen["draft_version"], &body)
        } else {
            self.post("/flows", &body)
        };
        let drawn = drawn.json();
        let id = drawn["flow"]["id"].as_str();
        let id = id.unwrap_or_else(|| panic!("{drawn:#}"));
        let request = self
            .agent
            .post(format!("{}/flows/{id}/publish", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("if-match", format!("\"{}\"", drawn["draft_version"]));
        read(request.send_empty().unwrap())
    }

    /// Signs this agent in to take calls on a SIP phone.
    pub fn take_calls(&self) {
        let answer = self.post("/agents/me/sign-in", &json!({"answer_mode": "sip"}));
        assert_eq!(answer.status, 204, "{}", answer.json());
    }

    /// The agent with this work number.
    pub fn agent(&self, extension: &str) -> Value {
        items(&self.get("/agents"))
            .into_iter()
            .find(|agent| agent["extension"] == extension)
            .unwrap_or_default()
    }

    /// Calls in progress.
    pub fn calls(&self) -> Vec<Value> {
        items(&self.get("/calls"))
    }

    /// Waits until no call is shown as being in progress.
    pub fn shows_no_call(&self) {
        until("no call in progress", EVENT, || self.calls().is_empty());
    }

    /// All records, the newest first.
    pub fn records(&self) -> Vec<Value> {
        items(&self.get("/call-records?sort=-started_at"))
    }

    /// The newest record, once its call has ended and its recording is complete.
    pub fn finished_record(&self) -> Value {
        eventually("a finished record", RECORD, || {
            let id = self.records().first()?["id"].as_str()?.to_owned();
            let record = self.get(&format!("/call-records/{id}")).json();
            let file = &record["recording_file"];
            let closed = file.is_null() || file["duration_ms"].is_number();
            (record["ended_at"].is_string() && closed).then_some(record)
        })
    }

    /// The whole recording of a record.
    pub fn recording(&self, record: &Value) -> Vec<u8> {
        let answer = self.get(&recording_path(record));
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.body
    }

    /// Waits until the newest call has come to an event of this kind.
    pub fn newest_comes_to(&self, kind: &str) {
        self.newest_has(&format!("{kind} in the newest call"), |event| {
            event["kind"] == kind
        });
    }

    /// Waits until the newest call has entered a node of its flow.
    pub fn newest_enters(&self, node: &str) {
        self.newest_has(&format!("node {node} in the newest call"), |event| {
            event["kind"] == "node_entered" && event["node"] == node
        });
    }

    fn newest_has(&self, what: &str, wanted: impl Fn(&Value) -> bool) {
        until(what, EVENT, || {
            let records = self.records();
            records
                .first()
                .is_some_and(|record| self.story(record).iter().any(&wanted))
        });
    }

    /// Waits until the agent with this work number does that: `idle`, `talking`, …
    pub fn agent_is(&self, extension: &str, work: &str) {
        until(&format!("agent {extension} is {work}"), EVENT, || {
            self.agent(extension)["work"] == work
        });
    }

    /// What happened in the call of a record, in order.
    pub fn story(&self, record: &Value) -> Vec<Value> {
        let id = record["id"].as_str().unwrap();
        items(&self.get(&format!("/call-records/{id}/events")))
    }
}

/// Where the recording of a record is.
pub fn recording_path(record: &Value) -> String {
    format!("/call-records/{}/recording", record["id"].as_str().unwrap())
}

fn items(answer: &Answer) -> Vec<Value> {
    let page = answer.json();
    page["items"].as_array().cloned().unwrap_or_default()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let header = response.headers().get("content-range");
    Answer {
        status: response.status().as_u16(),
        content_range: header.and_then(|it| it.to_str().ok()).map(str::to_owned),
        body: response
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_to_vec()
            .unwrap(),
    }
}
