//! Requests as they are put together, and answers as they are taken apart.

use super::*;

const WANTED: Wanted<'static> = Wanted {
    text: "Tom & \"Jerry\"\\ <b>",
    voice: "mei",
    locale: "zh-CN",
    speed_percent: 120,
    secret: false,
};

fn request(escape: Escape, body: &str) -> settings::Remote {
    settings::Remote {
        url: "https://speech.example/{voice}?q={text}".to_owned(),
        model: "m".to_owned(),
        key: "k1".to_owned(),
        headers: vec![("authorization".to_owned(), "Bearer {key}".to_owned())],
        body: body.to_owned(),
        escape,
        format: "wav".to_owned(),
        answer: String::new(),
    }
}

#[test]
fn a_text_stays_a_value_in_every_kind_of_body() {
    for (escape, body, expected) in [
        (
            Escape::Json,
            r#"{"input":"{text}","speed":{speed}}"#,
            r#"{"input":"Tom & \"Jerry\"\\ <b>","speed":1.20}"#,
        ),
        (
            Escape::Xml,
            "<speak xml:lang='{locale}'>{text}</speak>",
            "<speak xml:lang='zh-CN'>Tom &amp; &quot;Jerry&quot;\\ &lt;b&gt;</speak>",
        ),
        (
            Escape::Form,
            "tex={text}&per={voice}",
            "tex=Tom%20%26%20%22Jerry%22%5C%20%3Cb%3E&per=mei",
        ),
    ] {
        let asked = asked(&request(escape, body), &WANTED);
        assert_eq!(asked.body.as_deref(), Some(expected));
        assert_eq!(asked.method, Method::POST);
        let url = "https://speech.example/mei?q=Tom%20%26%20%22Jerry%22%5C%20%3Cb%3E";
        assert_eq!(asked.url, url);
        let header = ("authorization".to_owned(), "Bearer k1".to_owned());
        assert_eq!(asked.headers, [header]);
    }
    assert_eq!(
        asked(&request(Escape::Form, ""), &WANTED).method,
        Method::GET
    );
}

#[test]
fn audio_is_taken_out_of_an_answer() {
    let answer = br#"{"data":{"audio":"AQID\n"}}"#;
    assert_eq!(unpack(answer, "/data/audio"), Ok(vec![1, 2, 3]));
    for (answer, pointer, reason) in [
        (
            &answer[..],
            "/data/sound",
            "its answer has no audio at /data/sound",
        ),
        (b"<html>", "/data", "its answer is no JSON"),
        (br#"{"data":"="}"#, "/data", "its audio is no Base64"),
    ] {
        assert_eq!(unpack(answer, pointer), Err(reason.to_owned()));
    }
}

#[test]
fn the_host_of_an_engine_is_named_with_its_port() {
    for (url, named) in [
        ("http://127.0.0.1:8880/v1", Some("127.0.0.1:8880")),
        ("https://speech.example/{voice}", Some("speech.example:443")),
        ("http://[::1]:7/", Some("::1:7")),
        ("nonsense", None),
    ] {
        assert_eq!(host(url).as_deref(), named);
    }
}
