use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use uuid::Uuid;

use super::error::ApiError;

/// An answer before the headers that every answer has.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Reply {
    pub(super) fn empty(status: StatusCode) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(super) fn json(body: Vec<u8>) -> Reply {
        let mut reply = Reply::empty(StatusCode::OK);
        reply
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json; odata.metadata=minimal"));
        reply.body = body.into();
        reply
    }

    pub(super) fn value(value: &serde_json::Value) -> Reply {
        Reply::json(value.to_string().into_bytes())
    }

    /// A number behind a byte order mark, as counts come.
    pub(super) fn count(count: usize) -> Reply {
        Reply::text(&format!("\u{feff}{count}"))
    }

    pub(super) fn text(text: &str) -> Reply {
        let mut reply = Reply::empty(StatusCode::OK);
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        reply.body = text.to_owned().into();
        reply
    }

    /// The error body; with all annotations asked for, those of the service too.
    pub(super) fn error(error: &ApiError, annotations: bool) -> Reply {
        let code = format!("0x{:08x}", error.code);
        let mut inner = serde_json::Map::new();
        inner.insert("code".to_owned(), code.into());
        inner.insert("message".to_owned(), error.message.clone().into());
        if annotations {
            let help = format!(
                "http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a{:08x}&client=platform",
                error.code
            );
            for (name, text) in [
                ("@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus", "0".to_owned()),
                ("@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode", "2146233088".to_owned()),
                ("@Microsoft.PowerApps.CDS.HelpLink", help),
                ("@Microsoft.PowerApps.CDS.TraceText", String::new()),
                ("@Microsoft.PowerApps.CDS.InnerError.Message", error.message.clone()),
            ] {
                inner.insert(name.to_owned(), text.into());
            }
        }
        let mut reply = Reply::value(&serde_json::json!({ "error": inner }));
        reply.status = error.status;
        reply.allowing(error.allow)
    }

    pub(super) fn status(mut self, status: StatusCode) -> Reply {
        self.status = status;
        self
    }

    /// Adds a header whose text is known to be plain.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Reply {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Says which methods the address takes.
    pub(super) fn allowing(self, methods: Option<&'static str>) -> Reply {
        match methods {
            Some(methods) => self.with("allow", methods),
            None => self,
        }
    }

    pub(super) fn etag(self, etag: &str) -> Reply {
        self.with("etag", etag)
    }

    pub(super) fn applied(self, preference: Option<String>) -> Reply {
        match preference {
            Some(preference) => self.with("preference-applied", &preference),
            None => self,
        }
    }

    pub(super) fn finish(self, served: u64) -> Response<Bytes> {
        let left = 6000 - served % 5000;
        let id = Uuid::new_v4().to_string();
        // The service says this of every address, whatever it takes.
        let usual = (!self.headers.contains_key(ALLOW)).then_some("OPTIONS,GET,HEAD,POST");
        let reply = self
            .allowing(usual)
            .with("odata-version", "4.0")
            .with("cache-control", "no-cache")
            .with("req_id", &id)
            .with("x-ms-service-request-id", &id)
            .with("x-ms-ratelimit-burst-remaining-xrm-requests", &left.to_string())
            .with("x-ms-ratelimit-time-remaining-xrm-requests", "1199.81");
        let mut response = Response::new(reply.body);
        *response.status_mut() = reply.status;
        *response.headers_mut() = reply.headers;
        response
    }
}
