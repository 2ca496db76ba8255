//! TC3-HMAC-SHA256: <https://cloud.tencent.com/document/api/382/52072>.

use secrecy::{ExposeSecret, SecretString};
use shared::clock::Timestamp;

use crate::sms::signing::{Signed, hex, hmac_sha256};

/// The key pair.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) secret: SecretString,
}

impl Key {
    /// The header `Authorization` of a request to `service`, made at `now`.
    pub(super) fn authorization(&self, service: &str, request: &Signed<'_>, now: Timestamp) -> String {
        let (id, names) = (&self.id, request.header_names());
        let scope = format!("{}/{service}/tc3_request", day(now));
        let signature = self.signature(service, &request.hash(), now);
        format!("TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    fn signature(&self, service: &str, hash: &str, now: Timestamp) -> String {
        let (seconds, day) = (now.as_unix(), day(now));
        let key = format!("TC3{}", self.secret.expose_secret());
        let key = hmac_sha256(key.as_bytes(), &day);
        let key = hmac_sha256(key.as_ref(), service);
        let key = hmac_sha256(key.as_ref(), "tc3_request");
        let text = format!("TC3-HMAC-SHA256\n{seconds}\n{day}/{service}/tc3_request\n{hash}");
        hex(hmac_sha256(key.as_ref(), &text).as_ref())
    }
}

/// The UTC day: `2019-02-25`.
fn day(now: Timestamp) -> String {
    now.to_rfc3339().chars().take_while(|&char| char != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example from Tencent Cloud's documentation.
    #[test]
    fn the_published_request_has_its_published_signature() {
        let request = Signed {
            path: "/",
            query: "",
            headers: &[
                ("content-type", "application/json; charset=utf-8"),
                ("host", "cvm.tencentcloudapi.com"),
            ],
            body: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        };
        assert_eq!(request.hash(), "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031");
        let key = Key {
            id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned(),
            secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".into(),
        };
        assert_eq!(
            key.authorization("cvm", &request, Timestamp::from_unix(1_551_113_065)),
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }
}
