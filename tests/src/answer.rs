//! An answer as a client sees it.

use serde_json::Value;

/// An answer as a client sees it.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The JSON body.
    pub body: Value,
}

impl Answer {
    /// The ticket of a success.
    #[must_use]
    pub fn ticket(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        self.body["ticket"].as_str().unwrap().to_owned()
    }

    /// Sends the request and reads the whole answer.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        Self { status, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    /// A problem's `code`; for a success, its status.
    #[must_use]
    pub fn outcome(&self) -> String {
        self.body["code"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }

    /// All promised parts of an answer. Parts that differ from run to run appear only by name.
    #[must_use]
    pub fn snapshot(&self) -> String {
        let mut lines = vec![self.status.to_string()];
        for name in ["allow", "cache-control", "content-type", "retry-after", "www-authenticate"] {
            let value = self.headers.get(name).map(|value| value.to_str().unwrap());
            lines.extend(value.map(|value| format!("{name}: {value}")));
        }
        let mut body = self.body.clone();
        for name in ["requestId", "ticket", "token", "userId", "openid", "unionid"] {
            if let Some(value) = body.get_mut(name) {
                assert!(!value.as_str().unwrap().is_empty());
                *value = format!("[{name}]").into();
            }
        }
        lines.push(serde_json::to_string_pretty(&body).unwrap());
        lines.join("\n")
    }
}
