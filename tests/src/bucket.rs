//! An S3-compatible store on loopback, written by others (`s3s`), with the faults of a real one.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpResponse};
use s3s_fs::FileSystem;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The bucket that is there.
pub const NAME: &str = "calls";
/// Who may write to it.
pub const KEY_ID: &str = "trunkline";
/// With which secret.
pub const SECRET: &str = "a secret of the store";
/// What clients write to see whether they can, which no fault but absence touches.
const PROOF: &str = "trunkline.txt";

/// How the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As it should be.
    Well,
    /// It closes every connection.
    Away,
    /// It closes the connection once an upload is so many bytes long.
    Cutting(usize),
    /// It takes uploads and gives nothing back until it is well.
    Holding,
}

/// A store with one bucket.
#[derive(Debug)]
pub struct Store {
    folder: TempDir,
    address: SocketAddr,
    mood: watch::Sender<Mood>,
    // Ends with this, and with it everything that it serves.
    _runtime: Runtime,
}

/// The connection is over.
#[derive(Debug)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gone")
    }
}

impl std::error::Error for Gone {}

impl Store {
    /// Starts it, in a given mood.
    pub fn start(mood: Mood) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(NAME)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = service.build();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (mood, moods) = watch::channel(mood);
        runtime.spawn(accept(listener, service, moods));
        Self {
            folder,
            address,
            mood,
            _runtime: runtime,
        }
    }

    /// Changes how it is from this request on.
    pub fn becomes(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Its URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The configuration of a server that may write to it, as environment variables.
    pub fn keys(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TRUNKLINE__BUCKET__NAME", NAME.to_owned()),
            ("TRUNKLINE__BUCKET__ENDPOINT", self.endpoint()),
            ("TRUNKLINE__BUCKET__PREFIX", "site-a".to_owned()),
            ("TRUNKLINE__BUCKET__KEY_ID", KEY_ID.to_owned()),
            ("TRUNKLINE__BUCKET__SECRET", SECRET.to_owned()),
        ]
    }

    /// The recordings in the bucket.
    pub fn objects(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        gather(&self.folder.path().join(NAME), &mut found);
        found
    }
}

/// The files below a folder that are recordings, whole or not.
pub fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            gather(&path, found);
        } else if path
            .extension()
            .is_some_and(|it| it == "wav" || it == "opus" || it == "part")
        {
            found.push(path);
        }
    }
}

async fn accept(listener: TcpListener, service: S3Service, moods: watch::Receiver<Mood>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        tokio::spawn(serve(stream, service.clone(), moods.clone()));
    }
}

async fn serve(stream: TcpStream, service: S3Service, moods: watch::Receiver<Mood>) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| answer(request, service.clone(), moods.clone())),
        );
    // A connection that breaks is what faults are made of.
    let _ = serving.await;
}

async fn answer(
    request: Request<Incoming>,
    service: S3Service,
    mut moods: watch::Receiver<Mood>,
) -> Result<HttpResponse, Gone> {
    let mood = *moods.borrow_and_update();
    if request.uri().path().split('/').nth(1) != Some(NAME) {
        return Ok(no_such_bucket());
    }
    let proof = request.uri().path().ends_with(PROOF);
    let body = match mood {
        Mood::Away => return Err(Gone),
        Mood::Cutting(most) if request.method() == Method::PUT && !proof => {
            let (head, body) = request.into_parts();
            let body = Body::from(first(body, most).await?);
            return pass(Request::from_parts(head, body), &service).await;
        }
        Mood::Holding if request.method() == Method::GET && !proof => {
            let well = moods.wait_for(|mood| *mood == Mood::Well).await;
            well.map_err(|_| Gone)?;
            request.map(Body::from)
        }
        Mood::Well | Mood::Cutting(_) | Mood::Holding => request.map(Body::from),
    };
    pass(body, &service).await
}

async fn pass(request: Request<Body>, service: &S3Service) -> Result<HttpResponse, Gone> {
    service.call(request).await.map_err(|_| Gone)
}

/// What stores answer for a bucket that is not there, which this one would make.
fn no_such_bucket() -> HttpResponse {
    let body = "<Error><Code>NoSuchBucket</Code><Message>There is none.</Message></Error>";
    let mut response = HttpResponse::new(Body::from(body.to_owned()));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// A whole body, unless it is longer than `most` bytes.
async fn first(mut body: Incoming, most: usize) -> Result<Bytes, Gone> {
    let mut taken = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Gone)?;
        if let Some(bytes) = frame.data_ref() {
            taken.extend_from_slice(bytes);
        }
        if taken.len() > most {
            return Err(Gone);
        }
    }
    Ok(taken.into())
}
