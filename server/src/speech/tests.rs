//! What is spoken once, what is spoken anew, and what is not waited for.

use super::*;
use crate::config::speech::{Escape, Remote as Request};
use ivr::Locale;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A tenth of a second of noise: µ-law.
const AUDIO: [u8; 800] = [0x20; 800];

fn utterance(text: &str) -> Utterance {
    Utterance {
        engine: "studio".to_owned(),
        voice: None,
        speed_percent: 100,
        locale: Locale::ZhCn,
        text: text.to_owned(),
        kept: true,
    }
}

struct Studio {
    listener: TcpListener,
    folder: TempDir,
}

impl Studio {
    async fn open() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A server that knows it, beginning with what is in the folder.
    fn speech(&self, deadline: Duration) -> Arc<Speech> {
        let address = self.listener.local_addr().unwrap();
        let request = Request {
            url: format!("http://{address}/speak"),
            model: String::new(),
            key: String::new(),
            headers: Vec::new(),
            body: "{text}".to_owned(),
            escape: Escape::Form,
            format: "mulaw".to_owned(),
            answer: String::new(),
        };
        let engine = Engine {
            driver: Driver::Remote(Box::new(request)),
            format: Format::Raw(sound::Raw::Mulaw, 8_000),
            voices: vec![EngineVoice {
                name: "mei".to_owned(),
                language: Some(Locale::ZhCn),
            }],
            timeout: Duration::from_secs(20),
            deadline,
            at_a_time: 4,
            digest: "settings".to_owned(),
        };
        let settings = Settings {
            engines: [("studio".to_owned(), engine)].into(),
            cache_bytes: 1 << 20,
        };
        Speech::new(&settings, self.folder.path(), (&[], None)).unwrap()
    }

    /// The next text, with the way to answer.
    async fn question(&self) -> (String, TcpStream) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let mut asked = String::new();
        loop {
            let mut piece = [0; 1_024];
            let read = stream.read(&mut piece).await.unwrap();
            asked += std::str::from_utf8(&piece[..read]).unwrap();
            let Some((head, body)) = asked.split_once("\r\n\r\n") else {
                continue;
            };
            let length = format!("content-length: {}", body.len());
            if head.contains(&length) {
                return (body.to_owned(), stream);
            }
        }
    }

    async fn speaks(&self) -> String {
        let (text, stream) = self.question().await;
        answer(stream, "200 OK", &AUDIO).await;
        text
    }

    fn nobody_asks(&self) -> bool {
        let Self { listener, .. } = self;
        let polled = Future::poll(
            std::pin::pin!(listener.accept()),
            &mut std::task::Context::from_waker(std::task::Waker::noop()),
        );
        polled.is_pending()
    }
}

async fn answer(mut stream: TcpStream, status: &str, body: &[u8]) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_several_want_at_once_is_spoken_once_and_kept() {
    let studio = Studio::open().await;
    let speech = studio.speech(LONG);
    let wanted = utterance("您好");
    let (first, second, text) = tokio::join!(
        speech.speak_now(&wanted),
        speech.speak_now(&wanted),
        studio.speaks()
    );
    assert_eq!(text, "%E6%82%A8%E5%A5%BD");
    for spoken in [first, second, speech.speak(&wanted).await] {
        assert_eq!(spoken.unwrap().bytes(media::Law::Mu), AUDIO);
    }
    drop(speech);
    let speech = studio.speech(LONG);
    assert!(speech.speak(&wanted).await.is_ok());
    let held = speech.hold([&wanted].into_iter()).await;
    assert_eq!(held[&wanted].len(), AUDIO.len());
    assert!(studio.nobody_asks());
}

#[tokio::test]
async fn what_may_not_be_kept_is_spoken_anew_and_leaves_nothing() {
    let studio = Studio::open().await;
    let speech = studio.speech(LONG);
    let secret = Utterance {
        kept: false,
        ..utterance("4711")
    };
    for _ in 0..2 {
        let (spoken, text) = tokio::join!(speech.speak_now(&secret), studio.speaks());
        assert_eq!((spoken.is_ok(), text.as_str()), (true, "4711"));
    }
    let files = std::fs::read_dir(studio.folder.path().join(FOLDER)).unwrap();
    assert_eq!(files.count(), 1, "the folder of programs is alone");
}

#[tokio::test]
async fn a_call_does_not_wait_for_what_is_late_and_the_next_one_has_it() {
    let studio = Studio::open().await;
    let speech = studio.speech(Duration::from_millis(1));
    let wanted = utterance("慢");
    let late = speech.speak_now(&wanted).await.unwrap_err();
    assert_eq!(late, "it did not speak within 1 ms");
    let (text, spoken) = tokio::join!(studio.speaks(), speech.speak(&wanted));
    assert_eq!(text, "%E6%85%A2");
    assert!(spoken.is_ok());
    assert!(speech.speak(&wanted).await.is_ok());
    assert!(studio.nobody_asks());
}

#[tokio::test]
async fn why_an_engine_does_not_speak_is_told_until_it_does() {
    let studio = Studio::open().await;
    let speech = studio.speech(LONG);
    let wanted = utterance("您好");
    let moved = "302 Found\r\nlocation: http://127.0.0.1:1/";
    for (status, body, reason) in [
        ("503 Busy", &b""[..], "it answered with status 503"),
        (moved, b"", "it answered with status 302"),
        ("200 OK", b"", "there is no audio in the file"),
        ("200 OK", &[0xff; 800], "the sound is silent all through"),
    ] {
        let answers = async {
            let (_, stream) = studio.question().await;
            answer(stream, status, body).await;
        };
        let (spoken, ()) = tokio::join!(speech.speak(&wanted), answers);
        assert_eq!(spoken.unwrap_err(), reason);
        assert_eq!(speech.engines()[0].fault.as_deref(), Some(reason));
    }
    let (spoken, _) = tokio::join!(speech.speak(&wanted), studio.speaks());
    assert!(spoken.is_ok());
    assert_eq!(speech.engines()[0].fault, None);
    let (probed, text) = tokio::join!(speech.probe(&wanted), studio.speaks());
    assert_eq!((probed, text.len()), (Ok(()), 27));
}

#[tokio::test]
async fn an_engine_or_a_voice_that_is_not_there_is_named() {
    let studio = Studio::open().await;
    let speech = studio.speech(LONG);
    let refused = |change: fn(&mut Utterance)| {
        let mut wanted = utterance("您好");
        change(&mut wanted);
        let speech = &speech;
        async move { speech.speak_now(&wanted).await.unwrap_err() }
    };
    let engine = refused(|it| it.engine = "other".to_owned()).await;
    assert_eq!(engine, "there is no engine of this name");
    let voice = refused(|it| it.voice = Some("ming".to_owned())).await;
    assert_eq!(voice, "it has no such voice");
    let language = refused(|it| it.locale = Locale::EnUs).await;
    assert_eq!(language, "it has no such voice");
}

#[tokio::test]
async fn what_flows_say_and_is_missing_is_spoken_without_being_asked_for() {
    let studio = Studio::open().await;
    let speech = studio.speech(LONG);
    let wanted = utterance("您好");
    assert!(speech.hold([&wanted].into_iter()).await.is_empty());
    studio.speaks().await;
    assert!(speech.speak(&wanted).await.is_ok());
    assert_eq!(speech.hold([&wanted].into_iter()).await.len(), 1);
}
