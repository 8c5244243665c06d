//! Header names as the service writes them. HTTP does not care, but clients that keep headers in a plain map ask for
//! `OData-EntityId`, and over HTTP/1.1 hyper writes `odata-entityid`.

use std::convert::Infallible;

use axum::body::Body;
use http::{Extensions, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// A request that nobody sent, with the names of answers that are not written in lower case.
const SPELLED: &[u8] = b"GET / HTTP/1.1\r\n\
    Host: names\r\n\
    Accept-Ranges: bytes\r\n\
    Allow: x\r\n\
    Cache-Control: x\r\n\
    Content-Disposition: x\r\n\
    Content-Encoding: x\r\n\
    Content-Range: x\r\n\
    Content-Type: x\r\n\
    Date: x\r\n\
    ETag: x\r\n\
    Location: x\r\n\
    OData-EntityId: x\r\n\
    OData-Version: x\r\n\
    Preference-Applied: x\r\n\
    REQ_ID: x\r\n\
    Retry-After: x\r\n\
    Set-Cookie: x\r\n\
    Set-Cookie: x\r\n\
    WWW-Authenticate: x\r\n\
    Content-Length: 0\r\n\r\n";

/// What an answer carries so that hyper, told to preserve the case of names, spells them so.
///
/// hyper keeps the spelling of a request in an extension of a type of its own and writes an answer by the one it finds
/// there. This lets it read a request once and keeps what it noted.
pub(crate) async fn spelled() -> Extensions {
    let (sent, mut kept) = mpsc::unbounded_channel();
    let (mut client, server) = tokio::io::duplex(4096);
    let service = service_fn(move |request: Request<Incoming>| {
        let _ = sent.send(request.into_parts().0.extensions);
        async { Ok::<_, Infallible>(Response::new(Body::empty())) }
    });
    let mut builder = http1::Builder::new();
    builder.preserve_header_case(true).keep_alive(false);
    let connection = builder.serve_connection(TokioIo::new(server), service);
    let (_, _) = tokio::join!(client.write_all(SPELLED), connection);
    kept.recv().await.unwrap_or_default()
}
