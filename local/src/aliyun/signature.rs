//! Verifies ACS3-HMAC-SHA256: <https://help.aliyun.com/document_detail/2593177.html>.

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use axum::http::{HeaderName, request::Parts};
use shared::clock::Timestamp;

use crate::signed::{Authorization, canonical_request, header, hex, hmac_sha256, sha256};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// How far a request's time may differ from Aliyun's.
const SECONDS: u64 = 15 * 60;

/// The headers that each request must have and sign.
const HEADERS: [&str; 6] =
    ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

const INCOMPLETE: &str = "IncompleteSignature The request signature does not conform to Aliyun standards.";
const UNKNOWN: &str = "InvalidAccessKeyId.NotFound Specified access key is not found.";
const NO_DATE: &str = "InvalidTimeStamp.Format Specified time stamp or date value is not well formatted.";
const EXPIRED: &str = "InvalidTimeStamp.Expired Specified time stamp or date value is expired.";
const WRONG: &str = "SignatureDoesNotMatch Specified signature is not matched with our calculation.";

/// Whether this account signed the request recently.
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
    // Those of these headers that are present must be signed.
    let common = |name: &&str| *name == "content-type" || name.starts_with("x-acs-");
    let common = parts.headers.keys().map(HeaderName::as_str).filter(common);
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

/// The parameters sorted by name, percent-encoded as in RFC 3986: a space is `%20`.
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
    fn the_published_signature_is_computed() {
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

    const NOW: Timestamp = Timestamp::from_unix(1_698_315_752);

    /// A request with these headers beside the usual ones, changed after signing.
    fn verified(more: &[(&str, &str)], change: impl FnOnce(&mut Parts)) -> Result<(), &'static str> {
        let mut request = Request::post("http://127.0.0.1/?PhoneNumbers=1&SignName=%E6%89%8B")
            .header("host", "127.0.0.1")
            .header("x-acs-action", "SendSms")
            .header("x-acs-version", "2017-05-25")
            .header("x-acs-date", NOW.to_rfc3339())
            .header("x-acs-signature-nonce", "n")
            .header("x-acs-content-sha256", sha256(b"body"));
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let signed = HEADERS.join(";");
        let query = canonical_query(parts.uri.query().unwrap());
        let canonical = canonical_request(&parts, &query, &signed, str::to_owned, &sha256(b"body")).unwrap();
        let signature = signature("secret", &canonical);
        let authorization = format!("{ALGORITHM} Credential=id,SignedHeaders={signed},Signature={signature}");
        parts.headers.insert("authorization", authorization.parse().unwrap());
        change(&mut parts);
        verify(&parts, b"body", "id", "secret", NOW)
    }

    #[test]
    fn a_signed_request_cannot_be_changed() {
        let change = |name: &'static str, value: &'static str| {
            verified(&[], |parts| _ = parts.headers.insert(name, value.parse().unwrap()))
        };
        assert_eq!(verified(&[], |_| {}), Ok(()));
        assert_eq!(
            verified(&[], |parts| parts.uri = "/?PhoneNumbers=2&SignName=%E6%89%8B".parse().unwrap()),
            Err(WRONG)
        );
        assert_eq!(
            verified(&[], |parts| parts.uri = "/x?PhoneNumbers=1&SignName=%E6%89%8B".parse().unwrap()),
            Err(WRONG)
        );
        assert_eq!(change("host", "127.0.0.2"), Err(WRONG));
        assert_eq!(change("x-acs-signature-nonce", "m"), Err(WRONG));
        assert_eq!(change("x-acs-content-sha256", "0"), Err(WRONG));
        assert_eq!(change("x-acs-date", "2023-10-26T10:07:31Z"), Err(EXPIRED));
        assert_eq!(change("x-acs-date", "yesterday"), Err(NO_DATE));
        assert_eq!(
            change("authorization", "ACS3-HMAC-SHA256 Credential=di,SignedHeaders=,Signature="),
            Err(UNKNOWN)
        );
        assert_eq!(change("authorization", "Basic x"), Err(INCOMPLETE));
    }

    #[test]
    fn a_common_header_that_is_not_signed_is_refused() {
        assert_eq!(verified(&[("content-type", "text/plain")], |_| {}), Err(WRONG));
        assert_eq!(verified(&[("x-acs-security-token", "t")], |_| {}), Err(WRONG));
        assert_eq!(verified(&[("accept", "*/*")], |_| {}), Ok(()));
    }

    #[test]
    fn what_a_url_escapes_is_escaped_in_one_way() {
        assert_eq!(
            canonical_query("b=%7B%22code%22%3A1%7D&a=%E9%AA%8C+x%20*~"),
            "a=%E9%AA%8C%20x%20%2A~&b=%7B%22code%22%3A1%7D"
        );
    }
}
