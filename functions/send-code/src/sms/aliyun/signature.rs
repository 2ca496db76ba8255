//! ACS3-HMAC-SHA256: <https://help.aliyun.com/document_detail/2593177.html>.

use secrecy::{ExposeSecret, SecretString};

use crate::sms::signing::{Signed, hex, hmac_sha256};

/// The key pair.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) secret: SecretString,
}

impl Key {
    /// The header `Authorization` of a request.
    pub(super) fn authorization(&self, request: &Signed<'_>) -> String {
        let (id, names) = (&self.id, request.header_names());
        let text = format!("ACS3-HMAC-SHA256\n{}", request.hash());
        let signature = hex(hmac_sha256(self.secret.expose_secret().as_bytes(), &text).as_ref());
        format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature={signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::signing::sha256;

    /// The example from Aliyun's documentation.
    #[test]
    fn the_published_request_has_its_published_signature() {
        let request = Signed {
            path: "/",
            query: "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
            headers: &[
                ("host", "ecs.cn-shanghai.aliyuncs.com"),
                ("x-acs-action", "RunInstances"),
                ("x-acs-content-sha256", &sha256("")),
                ("x-acs-date", "2023-10-26T10:22:32Z"),
                ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
                ("x-acs-version", "2014-05-26"),
            ],
            body: "",
        };
        assert_eq!(request.hash(), "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
        let key = Key { id: "YourAccessKeyId".to_owned(), secret: "YourAccessKeySecret".into() };
        assert_eq!(
            key.authorization(&request),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }
}
