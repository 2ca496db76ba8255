//! One request while a function handles it.

use std::{net::IpAddr, sync::Arc, time::Instant};

use lambda_http::{
    Body, Request,
    http::{Method, header::AUTHORIZATION, request::Parts},
};

use super::{
    Fields, RequestError,
    lambda::{RequestId, Source},
    log::Log,
};
use crate::{phone::PhoneNumber, problem::Language, random::Random};

const MAX_BODY_BYTES: usize = 4 * 1024;

/// One request while a function handles it.
pub struct Call {
    parts: Parts,
    body: Body,
    pub(super) language: Language,
    pub(super) log: Log,
    pub(super) random: Arc<dyn Random>,
}

impl Call {
    /// Wraps the request that [`super::lambda::request`] made from the event.
    pub(super) fn new(request: Request, random: Arc<dyn Random>) -> Self {
        let request_id = request.extensions().get().map(|RequestId(request_id)| request_id.clone());
        let (parts, body) = request.into_parts();
        let language = Language::preferred(&parts.headers);
        Self { parts, body, language, log: Log::new(request_id.unwrap_or_default()), random }
    }

    /// Whether the request is for `path`, ignoring any prefix.
    pub(super) fn is_for(&self, path: &str) -> bool {
        self.parts.uri.path().ends_with(path)
    }

    pub(super) fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The source address as API Gateway saw it; headers are not trusted.
    #[must_use]
    pub fn source(&self) -> Option<IpAddr> {
        self.parts.extensions.get().map(|Source(address)| *address)
    }

    /// A header, if present and text. API Gateway joins several of one name with commas.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The fields of the JSON body, whatever the `Content-Type` says.
    pub fn fields(&self) -> Result<Fields, RequestError> {
        let bytes: &[u8] = &self.body;
        if bytes.len() > MAX_BODY_BYTES {
            return Err(RequestError::PayloadTooLarge { bytes: bytes.len() });
        }
        Fields::parse(bytes)
    }

    /// The same for calls whose body is optional.
    pub fn optional_fields(&self) -> Result<Fields, RequestError> {
        if self.body.is_empty() { Ok(Fields::default()) } else { self.fields() }
    }

    /// The token of `Authorization: Bearer` (RFC 6750, section 2.1).
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        let header = self.parts.headers.get(AUTHORIZATION)?;
        let (scheme, token) = std::str::from_utf8(header.as_bytes()).ok()?.split_once(' ')?;
        Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
    }

    /// Adds the masked number to the request's log line.
    pub fn concerns(&self, number: &PhoneNumber) {
        self.log.number(number);
    }

    /// Awaits a step of the flow and logs how long it took.
    pub fn step<T>(&self, name: &'static str, step: impl Future<Output = T>) -> impl Future<Output = T> {
        // Boxed first; otherwise each enclosing future grows by kilobytes.
        let step = Box::pin(step);
        async move {
            let began = Instant::now();
            let output = step.await;
            self.log.step(name, began);
            output
        }
    }
}
