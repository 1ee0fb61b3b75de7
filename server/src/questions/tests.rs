//! Questions to a small server on the loopback address.

use super::*;
use ivr::Request;
use ivr::node::Method;
use model::{CallId, EnterpriseId, Timestamp};
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn ask(url: String) -> AskRequest {
    AskRequest {
        call: CallId::new(Timestamp::default(), [1; 10]),
        enterprise: EnterpriseId::new(Timestamp::default(), [2; 10]),
        request: Request {
            method: Method::Post,
            url,
            headers: BTreeMap::from([("X-Shop".to_owned(), "7".to_owned())]),
            json: Some(r#"{"order":"42"}"#.to_owned()),
            timeout: Duration::from_secs(10),
            retries: 2,
            number: 5,
        },
    }
}

fn asker(named: &[&str]) -> Asker {
    let named = named.iter().map(|&name| name.to_owned()).collect();
    Asker {
        client: Client::new(named, None).unwrap(),
        room: Semaphore::new(1),
    }
}

/// Answers as told, one connection each, and gives what was asked.
async fn serve(answers: Vec<&'static str>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            while !request.ends_with("\"42\"}") {
                let mut piece = [0; 1_024];
                let read = stream.read(&mut piece).await.unwrap();
                request += std::str::from_utf8(&piece[..read]).unwrap();
            }
            asked.push(request);
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    });
    (port, served)
}

#[tokio::test]
async fn a_question_is_asked_again_with_the_same_key_until_it_is_answered() {
    let busy = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let fine = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\n{\"a\":1}";
    let (port, served) = serve(vec![busy, fine]).await;
    let answer = asker(&["127.0.0.1"])
        .ask(&ask(format!("http://127.0.0.1:{port}/orders?n=4%202")))
        .await;
    let expected = Answer::Answered {
        status: 200,
        body: r#"{"a":1}"#.to_owned(),
    };
    assert_eq!(answer, expected);
    let asked = served.await.unwrap();
    assert_eq!(asked[0], asked[1]);
    assert!(asked[0].starts_with("POST /orders?n=4%202 HTTP/1.1\r\n"));
    let key = format!("idempotency-key: {}-5\r\n", ask(String::new()).call);
    for line in [
        key.as_str(),
        "x-shop: 7\r\n",
        "content-type: application/json\r\n",
    ] {
        assert!(asked[0].contains(line), "{line} in {}", asked[0]);
    }
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (port, _served) = serve(vec![moved]).await;
    let url = format!("http://localhost:{port}/");
    let answer = asker(&[&format!("localhost:{port}")]).ask(&ask(url)).await;
    let expected = Answer::Answered {
        status: 302,
        body: String::new(),
    };
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused() {
    let long = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{}",
        "x".repeat(100_000)
    );
    let (port, _served) = serve(vec![long.leak()]).await;
    let url = format!("http://127.0.0.1:{port}/");
    let answer = asker(&["127.0.0.1"]).ask(&ask(url)).await;
    assert_eq!(
        answer,
        Answer::Failed("the answer has more than 65536 bytes".to_owned())
    );
}

#[tokio::test]
async fn private_networks_are_closed_however_they_are_written() {
    let asker = asker(&["crm.local:8443"]);
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "http://example.com/",
        "http://crm.local:8444/",
        "ftp://crm.local:8443/",
        "nonsense",
    ] {
        let answer = asker.ask(&ask(url.to_owned())).await;
        assert!(matches!(answer, Answer::Failed(_)), "{url}: {answer:?}");
    }
}

#[tokio::test]
async fn a_system_that_says_nothing_is_waited_for_so_long_as_was_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut ask = ask(format!("http://127.0.0.1:{port}/"));
    ask.request.timeout = Duration::from_millis(50);
    ask.request.retries = 1;
    assert_eq!(asker(&["127.0.0.1"]).ask(&ask).await, Answer::TimedOut);
}
