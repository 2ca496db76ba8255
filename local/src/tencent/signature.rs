//! TC3-HMAC-SHA256, checked: <https://cloud.tencent.com/document/api/382/52072>.

use axum::http::request::Parts;
use shared::clock::Timestamp;

use crate::signed::{Authorization, canonical_request, header, hex, hmac_sha256, sha256};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// How far a request's time may be from Tencent's.
const SECONDS: u64 = 5 * 60;

const INVALID: &str = "AuthFailure.InvalidAuthorization \
    The `Authorization` in the request header does not comply with the Tencent Cloud standard.";
const UNKNOWN: &str = "AuthFailure.SecretIdNotFound \
    The SecretId is not found, please ensure that your SecretId is correct.";
const EXPIRED: &str = "AuthFailure.SignatureExpire \
    The provided credentials have expired: a request's timestamp must be within five minutes of the server's.";
const WRONG: &str = "AuthFailure.SignatureFailure \
    The provided credentials could not be validated. Please check your signature is correct.";

/// Whether this account signed the request.
pub(super) fn verify(
    parts: &Parts,
    body: &[u8],
    secret_id: &str,
    secret_key: &str,
    now: Timestamp,
) -> Result<(), &'static str> {
    let authorization = Authorization::read(&parts.headers, ALGORITHM).ok_or(INVALID)?;
    let (id, scope) = authorization.credential.split_once('/').ok_or(INVALID)?;
    if id != secret_id {
        return Err(UNKNOWN);
    }
    let timestamp: u64 = header(&parts.headers, "x-tc-timestamp").parse().map_err(|_| INVALID)?;
    if now.as_unix().abs_diff(timestamp) > SECONDS {
        return Err(EXPIRED);
    }
    if !["content-type", "host"].iter().all(|name| authorization.signs(name)) {
        return Err(WRONG);
    }
    let payload = match header(&parts.headers, "x-tc-content-sha256") {
        "UNSIGNED-PAYLOAD" => b"UNSIGNED-PAYLOAD",
        _ => body,
    };
    let query = parts.uri.query().unwrap_or_default();
    // Tencent writes the values in lower case, too.
    let request =
        canonical_request(parts, query, authorization.signed_headers, str::to_lowercase, &sha256(payload))
            .ok_or(WRONG)?;
    let date = &Timestamp::from_unix(timestamp).to_rfc3339()[..10];
    let is_ours = scope == format!("{date}/sms/tc3_request");
    if is_ours && signature(secret_key, scope, timestamp, &request) == authorization.signature {
        return Ok(());
    }
    Err(WRONG)
}

/// The signature under a scope, `DATE/SERVICE/tc3_request`.
fn signature(secret_key: &str, scope: &str, timestamp: u64, request: &str) -> String {
    let first =
        hmac_sha256(format!("TC3{secret_key}").as_bytes(), scope.split('/').next().unwrap_or_default());
    let key = scope.split('/').skip(1).fold(first, |key, part| hmac_sha256(key.as_ref(), part));
    let text = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{}", sha256(request.as_bytes()));
    hex(hmac_sha256(key.as_ref(), &text).as_ref())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    const BODY: &str =
        r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;

    #[test]
    fn the_published_example_is_what_is_computed() {
        let request = Request::post("https://cvm.tencentcloudapi.com/")
            .header("content-type", "application/json; charset=utf-8")
            .header("host", "cvm.tencentcloudapi.com");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let request =
            canonical_request(&parts, "", "content-type;host", str::to_lowercase, &sha256(BODY.as_bytes()))
                .unwrap();
        let hash = "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031";
        assert_eq!(sha256(request.as_bytes()), hash);
        assert_eq!(
            signature(
                "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
                "2019-02-25/cvm/tc3_request",
                1_551_113_065,
                &request
            ),
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }
}
