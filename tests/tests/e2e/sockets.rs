//! SIP over WebSocket, as a telephone that is a page speaks it.

use crate::SHORTLY;
use std::net::TcpStream;
use tests::patience::until;
use tests::server::Server;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::handshake::HandshakeError;
use tungstenite::http::{HeaderValue, StatusCode};
use tungstenite::{Message, WebSocket};

fn connect(
    server: &Server,
    headers: &[(&'static str, &str)],
) -> Result<WebSocket<TcpStream>, StatusCode> {
    let socket = TcpStream::connect(server.http).unwrap();
    socket.set_read_timeout(Some(SHORTLY)).unwrap();
    let mut request = format!("ws://{}/ws/sip", server.http)
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    match tungstenite::client(request, socket) {
        Ok((socket, response)) => {
            let chosen = response.headers().get("sec-websocket-protocol");
            assert_eq!(chosen.unwrap(), "sip");
            Ok(socket)
        }
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Err(response.status()),
        Err(other) => panic!("{other}"),
    }
}

const SIP: (&str, &str) = ("sec-websocket-protocol", "sip");

fn options(branch: &str) -> String {
    format!(
        "OPTIONS sip:trunkline SIP/2.0\r\n\
         Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK{branch}\r\n\
         From: <sip:1001@trunkline>;tag=1\r\nTo: <sip:trunkline>\r\n\
         Call-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

fn answer(socket: &mut WebSocket<TcpStream>) -> String {
    loop {
        match socket.read().unwrap() {
            Message::Text(text) => return text.to_string(),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The demo's trunk takes calls from this host, but a page is no trunk.
fn assert_is_a_stranger(socket: &mut WebSocket<TcpStream>) {
    let said = answer(socket);
    assert!(said.starts_with("SIP/2.0 403 "), "{said}");
}

#[test]
fn a_page_speaks_sip_over_a_websocket_in_text_and_in_binary() {
    let server = Server::start("websocket");
    let mut socket = connect(&server, &[SIP]).unwrap();

    socket.send(Message::text(options("text"))).unwrap();
    assert_is_a_stranger(&mut socket);
    let binary = Message::binary(options("binary").into_bytes());
    socket.send(binary).unwrap();
    assert_is_a_stranger(&mut socket);
    let register = options("register").replace("OPTIONS", "REGISTER");
    socket.send(Message::text(register)).unwrap();
    assert!(answer(&mut socket).starts_with("SIP/2.0 401 "));
}

#[test]
fn who_does_not_ask_for_sip_or_comes_from_another_site_is_refused() {
    let more = [(
        "TRUNKLINE__HTTP__ALLOWED_ORIGINS",
        "https://crm.example".to_owned(),
    )];
    let server = Server::start_with("websocket-refusals", &more);
    let own = server.url();

    assert_eq!(connect(&server, &[]).err(), Some(StatusCode::BAD_REQUEST));
    let other = ("sec-websocket-protocol", "chat");
    assert_eq!(
        connect(&server, &[other]).err(),
        Some(StatusCode::BAD_REQUEST)
    );
    let foreign = [SIP, ("origin", "https://evil.example")];
    assert_eq!(
        connect(&server, &foreign).err(),
        Some(StatusCode::FORBIDDEN)
    );
    assert!(connect(&server, &[SIP, ("origin", "https://crm.example")]).is_ok());
    assert!(connect(&server, &[SIP, ("origin", &own)]).is_ok());
}

#[test]
fn a_message_that_is_too_long_or_no_sip_does_no_harm() {
    let server = Server::start("websocket-junk");
    let mut long = connect(&server, &[SIP]).unwrap();
    // The server may close before it has read all of it.
    let _ = long.send(Message::text("A".repeat(100_000)));
    until("the end of the socket", SHORTLY, || long.read().is_err());

    let mut junk = connect(&server, &[SIP]).unwrap();
    junk.send(Message::text("this is no SIP")).unwrap();
    junk.send(Message::binary(vec![0xFF; 1_000])).unwrap();
    let mut good = connect(&server, &[SIP]).unwrap();
    good.send(Message::text(options("good"))).unwrap();
    assert_is_a_stranger(&mut good);
}

#[test]
fn a_server_that_stops_closes_its_sockets() {
    let mut server = Server::start("websocket-end");
    let mut socket = connect(&server, &[SIP]).unwrap();
    socket.send(Message::text(options("one"))).unwrap();
    answer(&mut socket);

    assert!(server.stop().success());

    let mut closed = None;
    until("a close frame", SHORTLY, || match socket.read() {
        Ok(Message::Close(frame)) => {
            closed = frame;
            true
        }
        Ok(_) => false,
        Err(error) => panic!("{error}"),
    });
    assert_eq!(u16::from(closed.unwrap().code), 1001);
}
