//! ACS3-HMAC-SHA256, checked: <https://help.aliyun.com/document_detail/2593177.html>.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use axum::http::{HeaderName, request::Parts};
use shared::clock::Timestamp;

use crate::signed::{Authorization, canonical_request, header, hex, hmac_sha256, sha256};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// How far a request's time may be from Aliyun's.
const SECONDS: u64 = 15 * 60;

/// The headers that each request has, and signs.
const HEADERS: [&str; 6] =
    ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

const INCOMPLETE: &str = "IncompleteSignature The request signature does not conform to Aliyun standards.";
const UNKNOWN: &str = "InvalidAccessKeyId.NotFound Specified access key is not found.";
const NO_DATE: &str = "InvalidTimeStamp.Format Specified time stamp or date value is not well formatted.";
const EXPIRED: &str = "InvalidTimeStamp.Expired Specified time stamp or date value is expired.";
const WRONG: &str = "SignatureDoesNotMatch Specified signature is not matched with our calculation.";

/// Whether this account signed the request, in the last minutes.
pub(super) fn verify(
    parts: &Parts,
    body: &[u8],
    access_key_id: &str,
    secret: &str,
    now: Timestamp,
) -> Result<(), &'static str> {
    let authorization = Authorization::read(&parts.headers, ALGORITHM).ok_or(INCOMPLETE)?;
    if authorization.credential != access_key_id {
        return Err(UNKNOWN);
    }
    let date = DateTime::from_str(header(&parts.headers, "x-acs-date"), DateTimeFormat::DateTime);
    let date = date.ok().and_then(|date| u64::try_from(date.secs()).ok()).ok_or(NO_DATE)?;
    if now.as_unix().abs_diff(date) > SECONDS {
        return Err(EXPIRED);
    }
    // Those that are there, and others of the common ones, have to be signed.
    let common = parts.headers.keys().map(HeaderName::as_str).filter(|name| name.starts_with("x-acs-"));
    if !HEADERS.into_iter().chain(common).all(|name| authorization.signs(name)) {
        return Err(WRONG);
    }
    let hash = sha256(body);
    if hash != header(&parts.headers, "x-acs-content-sha256") {
        return Err(WRONG);
    }
    let query = canonical_query(parts.uri.query().unwrap_or_default());
    let request =
        canonical_request(parts, &query, authorization.signed_headers, str::to_owned, &hash).ok_or(WRONG)?;
    if signature(secret, &request) == authorization.signature { Ok(()) } else { Err(WRONG) }
}

fn signature(secret: &str, request: &str) -> String {
    let text = format!("{ALGORITHM}\n{}", sha256(request.as_bytes()));
    hex(hmac_sha256(secret.as_bytes(), &text).as_ref())
}

/// The parameters in the order of their names, percent-encoded as RFC 3986 has it: a space is `%20`.
fn canonical_query(query: &str) -> String {
    let mut parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    parameters.sort();
    let written = parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    written.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let write = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(write).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn the_published_example_is_what_is_computed() {
        let query = "RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd";
        let nothing = sha256(b"");
        let request = Request::post(format!("https://ecs.cn-shanghai.aliyuncs.com/?{query}"))
            .header("host", "ecs.cn-shanghai.aliyuncs.com")
            .header("x-acs-action", "RunInstances")
            .header("x-acs-content-sha256", &nothing)
            .header("x-acs-date", "2023-10-26T10:22:32Z")
            .header("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d")
            .header("x-acs-version", "2014-05-26");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
        let request =
            canonical_request(&parts, &canonical_query(query), signed, str::to_owned, &nothing).unwrap();
        let hash = "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259";
        assert_eq!(sha256(request.as_bytes()), hash);
        assert_eq!(
            signature("YourAccessKeySecret", &request),
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn what_a_url_escapes_is_escaped_in_one_way() {
        assert_eq!(
            canonical_query("b=%7B%22code%22%3A1%7D&a=%E9%AA%8C+x%20*~"),
            "a=%E9%AA%8C%20x%20%2A~&b=%7B%22code%22%3A1%7D"
        );
    }
}
