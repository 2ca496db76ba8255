//! Verifies TC3-HMAC-SHA256: <https://cloud.tencent.com/document/api/382/52072>.

use axum::http::request::Parts;
use shared::clock::Timestamp;

use crate::signed::{Authorization, canonical_request, header, hex, hmac_sha256, sha256};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// How far a request's time may differ from Tencent's.
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
    // Tencent also lower-cases the values.
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
    fn the_published_signature_is_computed() {
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

    const NOW: Timestamp = Timestamp::from_unix(1_551_113_065);

    /// A request that is signed under this scope, then changed.
    fn verified(scope: &str, change: impl FnOnce(&mut Parts)) -> Result<(), &'static str> {
        let request = Request::post("http://127.0.0.1/")
            .header("content-type", "application/json")
            .header("host", "127.0.0.1")
            .header("x-tc-timestamp", NOW.as_unix());
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let signed = "content-type;host";
        let canonical =
            canonical_request(&parts, "", signed, str::to_lowercase, &sha256(BODY.as_bytes())).unwrap();
        let signature = signature("key", scope, NOW.as_unix(), &canonical);
        let authorization =
            format!("{ALGORITHM} Credential=id/{scope}, SignedHeaders={signed}, Signature={signature}");
        parts.headers.insert("authorization", authorization.parse().unwrap());
        change(&mut parts);
        verify(&parts, BODY.as_bytes(), "id", "key", NOW)
    }

    #[test]
    fn a_signed_request_cannot_be_changed() {
        const SCOPE: &str = "2019-02-25/sms/tc3_request";
        let change = |name: &'static str, value: &'static str| {
            verified(SCOPE, |parts| _ = parts.headers.insert(name, value.parse().unwrap()))
        };
        assert_eq!(verified(SCOPE, |_| {}), Ok(()));
        assert_eq!(verified(SCOPE, |parts| parts.uri = "/x".parse().unwrap()), Err(WRONG));
        assert_eq!(verified(SCOPE, |parts| parts.uri = "/?x=1".parse().unwrap()), Err(WRONG));
        assert_eq!(change("content-type", "text/plain"), Err(WRONG));
        assert_eq!(change("host", "127.0.0.2"), Err(WRONG));
        assert_eq!(change("x-tc-content-sha256", "UNSIGNED-PAYLOAD"), Err(WRONG));
        assert_eq!(change("x-tc-timestamp", "1551113066"), Err(WRONG));
        assert_eq!(change("x-tc-timestamp", "1551113366"), Err(EXPIRED));
        assert_eq!(change("x-tc-timestamp", "now"), Err(INVALID));
        assert_eq!(
            change("authorization", "TC3-HMAC-SHA256 Credential=di/x, SignedHeaders=, Signature="),
            Err(UNKNOWN)
        );
        assert_eq!(change("authorization", "Basic x"), Err(INVALID));
    }

    #[test]
    fn a_signature_of_another_day_or_service_is_refused() {
        assert_eq!(verified("2019-02-24/sms/tc3_request", |_| {}), Err(WRONG));
        assert_eq!(verified("2019-02-25/cvm/tc3_request", |_| {}), Err(WRONG));
    }
}
