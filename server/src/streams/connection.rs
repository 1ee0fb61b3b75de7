//! The connection to a bot: two tasks that read and write, bounded channels to the conversation.

use super::dialect::Wire;
use super::{Settings, address, audiosocket, jambonz};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::StreamRequest;
use futures_util::{SinkExt as _, StreamExt as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ivr::node::Protocol;
use sha1::Sha1;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, header};
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};

/// Messages that may wait for a bot that does not read: 5 s of audio.
const OUTGOING: usize = 256;
/// Messages of a bot that may wait for the conversation.
const INCOMING: usize = 16;
/// The longest message of a bot: a minute and a half of audio.
const MESSAGE_BYTES: usize = 1 << 20;
/// How long a bot has for our last words.
const FAREWELL: Duration = Duration::from_secs(1);

/// What comes from a bot.
#[derive(Debug)]
pub(super) enum Incoming {
    Wire(Wire),
    /// It closed the connection as the protocol has it.
    Closed,
    /// The connection broke.
    Broken(String),
}

/// Both directions; the connection ends when both are dropped.
pub(super) struct Link {
    pub(super) outgoing: mpsc::Sender<Wire>,
    pub(super) incoming: mpsc::Receiver<Incoming>,
}

/// Connects to the bot of a request.
///
/// # Errors
/// Why it cannot be reached, or may not be.
pub(super) async fn open(request: &StreamRequest, settings: &Settings) -> Result<Link, String> {
    let place = address::parse(&request.url, &settings.allowed_hosts)?;
    let mut fault = String::new();
    for address in address::resolve(&place).await? {
        let tcp = match TcpStream::connect(address).await {
            Ok(tcp) => tcp,
            Err(error) => {
                fault = format!("{address}: {error}");
                continue;
            }
        };
        tcp.set_nodelay(true).map_err(|error| error.to_string())?;
        if request.protocol == Protocol::Audiosocket {
            return Ok(bare(tcp));
        }
        let handshake = handshake(request, settings)?;
        if !place.secure {
            return upgrade(handshake, tcp).await;
        }
        let name = ServerName::try_from(place.host.clone()).map_err(|error| error.to_string())?;
        let tls = TlsConnector::from(settings.tls.config());
        let tls = tls.connect(name, tcp).await;
        return upgrade(handshake, tls.map_err(|error| error.to_string())?).await;
    }
    Err(fault)
}

fn handshake(request: &StreamRequest, settings: &Settings) -> Result<Request, String> {
    let url = request.url.as_str();
    let mut handshake = url
        .into_client_request()
        .map_err(|error| error.to_string())?;
    let headers = handshake.headers_mut();
    match request.protocol {
        Protocol::Jambonz => {
            let name = HeaderValue::from_static(jambonz::SUBPROTOCOL);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, name);
        }
        Protocol::Twilio | Protocol::Audiosocket => {
            if let Some(signature) = settings.token.as_deref().map(|token| sign(token, url)) {
                let value = HeaderValue::try_from(signature).map_err(|error| error.to_string())?;
                headers.insert(HeaderName::from_static("x-twilio-signature"), value);
            }
        }
    }
    Ok(handshake)
}

/// What proves to a bot that we call it: HMAC-SHA1 of the address, as Twilio signs a handshake.
fn sign(token: &str, url: &str) -> String {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("a key of any length is taken");
    mac.update(url.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

async fn upgrade<S>(request: Request, stream: S) -> Result<Link, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES));
    let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
    let (socket, _) = opened.await.map_err(|error| error.to_string())?;
    Ok(web_socket(socket))
}

fn web_socket<S>(socket: WebSocketStream<S>) -> Link
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut writer, mut reader) = socket.split();
    let (outgoing, mut waiting) = mpsc::channel::<Wire>(OUTGOING);
    let (told, incoming) = mpsc::channel(INCOMING);
    tokio::spawn(async move {
        while let Some(wire) = waiting.recv().await {
            let message = match wire {
                Wire::Text(text) => Message::Text(text.into()),
                Wire::Binary(bytes) => Message::Binary(bytes.into()),
            };
            if writer.send(message).await.is_err() {
                return;
            }
        }
        // A bot that is gone hears no farewell.
        let _ = tokio::time::timeout(FAREWELL, writer.close()).await;
    });
    tokio::spawn(async move {
        loop {
            let heard = match reader.next().await {
                Some(Ok(Message::Text(text))) => Incoming::Wire(Wire::Text(text.to_string())),
                Some(Ok(Message::Binary(bytes))) => Incoming::Wire(Wire::Binary(bytes.to_vec())),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(_))) | None => Incoming::Closed,
                Some(Err(error)) => Incoming::Broken(error.to_string()),
            };
            let last = !matches!(heard, Incoming::Wire(_));
            if told.send(heard).await.is_err() || last {
                return;
            }
        }
    });
    Link { outgoing, incoming }
}

fn bare(stream: TcpStream) -> Link {
    let (mut reader, mut writer) = stream.into_split();
    let (outgoing, mut waiting) = mpsc::channel::<Wire>(OUTGOING);
    let (told, incoming) = mpsc::channel(INCOMING);
    tokio::spawn(async move {
        while let Some(wire) = waiting.recv().await {
            let bytes = match wire {
                Wire::Binary(bytes) => bytes,
                Wire::Text(text) => text.into_bytes(),
            };
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let heard = match read_message(&mut reader).await {
                Ok(bytes) => Incoming::Wire(Wire::Binary(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Incoming::Closed,
                Err(error) => Incoming::Broken(error.to_string()),
            };
            let last = !matches!(heard, Incoming::Wire(_));
            if told.send(heard).await.is_err() || last {
                return;
            }
        }
    });
    Link { outgoing, incoming }
}

async fn read_message(reader: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut head = [0; audiosocket::HEAD];
    reader.read_exact(&mut head).await?;
    let mut message = head.to_vec();
    message.resize(audiosocket::HEAD + audiosocket::length(head), 0);
    reader.read_exact(&mut message[audiosocket::HEAD..]).await?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_is_signed_with_the_token() {
        // Reckoned with Python's hmac.
        assert_eq!(
            sign("12345", "wss://bot.example/stream"),
            "L2LpuHvyRGqpp8oOvaPhGlu0ppk="
        );
    }
}
