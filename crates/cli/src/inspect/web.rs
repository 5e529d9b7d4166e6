//! `quittance inspect --web`: the inspector as a page, on this machine alone.
//!
//! The page and the module that it runs are files of the npm package, so that there is one of each. They are read when the command starts, and
//! nothing else is ever sent, whatever a path says. What is pasted into the page stays in it: a strict policy lets it ask for nothing but these
//! files. Who asks by another name than this machine's own is refused, so that no page elsewhere can read along under a name of its own.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{Method, Request, Response, StatusCode};
use tokio::net::TcpListener;

use crate::format::Format;
use crate::{Answer, Failure, stop};

/// What is sent: the path in the package, and its type.
const FILES: &[(&str, &str)] = &[
    (PAGE, "text/html; charset=utf-8"),
    ("inspector/inspector.mjs", "text/javascript; charset=utf-8"),
    ("inspector/style.css", "text/css; charset=utf-8"),
    ("web/index.mjs", "text/javascript; charset=utf-8"),
    ("wasm/index.wasm", "application/wasm"),
    ("web/toml.mjs", "text/javascript; charset=utf-8"),
    ("wasm/toml.wasm", "application/wasm"),
];
const PAGE: &str = "inspector/index.html";

/// What every answer says.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The files, and by which names they are asked for.
struct Site {
    files: Vec<(&'static str, &'static str, Vec<u8>)>,
    names: [String; 2],
}

/// Shows the page of a folder, or of the one beside the program, until it is told to stop.
pub(super) fn run(folder: Option<&Path>, port: u16, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let folder = folder.map_or_else(beside, |folder| Ok(folder.to_owned()))?;
    let files =
        FILES.iter().map(|(path, kind)| read(&folder, path).map(|bytes| (*path, *kind, bytes))).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(|error| Failure::new(format!("port {port}: {error}")))?;
        let port = listener.local_addr()?.port();
        let stopped = stop::listening()?;
        let site = Site { files, names: ["127.0.0.1", "localhost"].map(|name| format!("{name}:{port}")) };
        match format {
            Format::Json => writeln!(out, "{}", serde_json::json!({ "url": format!("http://127.0.0.1:{port}/") }))?,
            Format::Human | Format::Csv => writeln!(out, "inspector at http://127.0.0.1:{port}/\nCtrl-C ends it")?,
        }
        out.flush()?;
        let app = Router::new().fallback(answer).with_state(Arc::new(site));
        // a browser keeps connections open on which nothing is under way; nobody waits for those
        tokio::select! {
            served = async { axum::serve(listener, app).await } => served?,
            stopped = stopped => stopped?,
        }
        Ok(Answer::Yes)
    })
}

async fn answer(State(site): State<Arc<Site>>, request: Request<Body>) -> Response<Body> {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let path = request.uri().path();
    let found = site.files.iter().find(|(known, ..)| path.strip_prefix('/') == Some(known));
    if !host.is_some_and(|host| site.names.iter().any(|name| name == host)) {
        return respond(StatusCode::MISDIRECTED_REQUEST, &[], Vec::new());
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return respond(StatusCode::METHOD_NOT_ALLOWED, &[], Vec::new());
    }
    match found {
        Some((_, kind, bytes)) => respond(StatusCode::OK, &[("content-type", kind)], bytes.clone()),
        None if path == "/" => respond(StatusCode::TEMPORARY_REDIRECT, &[("location", &format!("/{PAGE}"))], Vec::new()),
        None => respond(StatusCode::NOT_FOUND, &[], Vec::new()),
    }
}

fn respond(status: StatusCode, headers: &[(&str, &str)], body: Vec<u8>) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in HEADERS.iter().chain(headers) {
        response = response.header(*name, *value);
    }
    response.body(Body::from(body)).expect("names and values are those above")
}

fn read(folder: &Path, path: &str) -> Result<Vec<u8>, Failure> {
    let path = folder.join(path);
    fs::read(&path)
        .map_err(|error| Failure::new(format!("{}: {error}; is it the npm package `quittance`, unpacked?", path.display())))
}

/// The package where an installation has it, or where `cargo xtask wasm` puts it in a clone.
fn beside() -> Result<PathBuf, Failure> {
    let program = env::current_exe()?;
    let folder = program.parent().unwrap_or_else(|| Path::new("."));
    let places = ["../share/quittance", "../npm/package"].map(|place| folder.join(place));
    let found = places.into_iter().find(|place| place.join(PAGE).is_file());
    found.ok_or_else(|| {
        Failure::new("there is no page beside this program: `cargo xtask wasm` builds it in a clone; or say --web DIR, the npm package `quittance` unpacked")
    })
}
