//! Issues a login's token, and publishes the public keys that verify it.

use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    errors::Error,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use shared::{
    clock::Timestamp,
    config::{Env, Setting},
    identity::WechatIdentity,
    token::{Claims, TokenError, Verifier},
};
use uuid::Uuid;

const WEEK: u64 = 7 * 24 * 60 * 60;

pub(crate) const ISSUER: Setting = Setting::required("TOKEN_ISSUER").about(
    "The issuer of the tokens, their claim `iss`: the API's address, without a slash at its end.",
    "token 的签发者（`iss`）：API 的地址，末尾不带斜杠。",
);
const AUDIENCE: Setting = Setting::required("TOKEN_AUDIENCE")
    .about("The audience of the tokens, their claim `aud`.", "token 给谁用（`aud`）。");
const TTL: Setting = Setting::number("TOKEN_TTL_SECONDS", 2 * 60 * 60, 60, 52 * WEEK)
    .about("How many seconds a token is valid.", "token 的有效秒数。");
/// The keys that sign tokens.
pub const SIGNING_KEY: Setting = Setting::secret("TOKEN_SIGNING_KEY", 1).about(
    "Private keys, PKCS#8 in PEM: P-256 signs with ES256, RSA with RS256, Ed25519 with EdDSA. The first key signs; all are in the JWKS.",
    "PEM 格式的 PKCS#8 私钥：P-256 用 ES256 签名，RSA 用 RS256，Ed25519 用 EdDSA。有多个时用第一个签名，全部公布在 JWKS 里。",
);

/// `TOKEN_ISSUER`, `TOKEN_AUDIENCE`, `TOKEN_TTL_SECONDS`.
#[derive(Debug, Clone)]
pub struct TokenPolicy {
    /// The issuer: the claim `iss`.
    pub issuer: String,
    /// The audience: the claim `aud`.
    pub audience: String,
    /// How many seconds they are valid.
    pub ttl: u64,
}

impl TokenPolicy {
    /// Reads it from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        let (issuer, audience, ttl) = (env.required(&ISSUER), env.required(&AUDIENCE), env.number(&TTL));
        Some(Self { issuer: issuer?, audience: audience?, ttl: ttl? })
    }
}

/// `TOKEN_SIGNING_KEY`: the first key signs. The JWKS has the public half of every key: a new key is published before
/// it signs, and an old key stays published until its tokens have expired.
pub struct SigningKeys {
    signs: SigningKey,
    jwks: JwkSet,
}

struct SigningKey {
    header: Header,
    key: EncodingKey,
}

impl SigningKeys {
    /// Reads it from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        match Self::parse(&env.secret(&SIGNING_KEY)?) {
            Ok(keys) => Some(keys),
            Err(error) => env.wrong(format!("TOKEN_SIGNING_KEY: {error}")),
        }
    }

    /// From one or more PEM blocks of PKCS#8 (RFC 5958).
    ///
    /// # Errors
    /// Names the block that is not a P-256, RSA or Ed25519 private key.
    pub fn parse(pem: &SecretString) -> Result<Self, String> {
        // In files of variables, each variable is one line, with \n for line ends.
        let pem = pem.expose_secret().replace("\\n", "\n");
        let blocks = pem::parse_many(pem).map_err(|_| "not PEM".to_owned())?;
        let keys = blocks.iter().enumerate().map(|(nth, block)| {
            SigningKey::parse(&pem::encode(block)).ok_or_else(|| {
                format!("PEM block {} is not a PKCS#8 private key of P-256, RSA or Ed25519", nth + 1)
            })
        });
        let (keys, jwks): (Vec<_>, Vec<_>) = keys.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        let signs = keys.into_iter().next().ok_or("it has no PEM block")?;
        Ok(Self { signs, jwks: JwkSet { keys: jwks } })
    }
}

impl SigningKeys {
    /// The id of the signing key.
    pub(crate) fn signs_by(&self) -> Option<String> {
        self.signs.header.kid.clone()
    }
}

impl SigningKey {
    /// The algorithm follows from the key's type (RFC 7518, section 3.1; RFC 8037).
    fn parse(pem: &str) -> Option<(Self, Jwk)> {
        type Read = fn(&[u8]) -> Result<EncodingKey, Error>;
        const KINDS: [(Algorithm, Read); 3] = [
            (Algorithm::ES256, EncodingKey::from_ec_pem),
            (Algorithm::RS256, EncodingKey::from_rsa_pem),
            (Algorithm::EdDSA, EncodingKey::from_ed_pem),
        ];
        let (algorithm, key) =
            KINDS.iter().find_map(|(algorithm, read)| Some((*algorithm, read(pem.as_bytes()).ok()?)))?;
        let mut jwk = Jwk::from_encoding_key(&key, algorithm).ok()?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        // RFC 7638: a key has the same id wherever it is loaded.
        jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256).ok()?);
        let header = Header { kid: jwk.common.key_id.clone(), ..Header::new(algorithm) };
        Some((Self { header, key }, jwk))
    }
}

#[derive(Serialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [Algorithm; 1],
    claims_supported: [&'static str; 9],
}

/// Issues tokens: JWTs (RFC 7519) for an account and the openid that logged in to it.
pub struct Tokens {
    keys: SigningKeys,
    verifier: Verifier,
    policy: TokenPolicy,
}

impl Tokens {
    /// Issues tokens with these keys and this policy.
    #[must_use]
    pub fn new(keys: SigningKeys, policy: TokenPolicy) -> Self {
        let verifier = Verifier::new(keys.jwks.clone(), policy.issuer.clone(), policy.audience.clone());
        Self { keys, verifier, policy }
    }

    /// A token for the account `user_id`, valid from `now`. `id` is the token's own (`jti`).
    pub fn issue(
        &self,
        user_id: &str,
        person: &WechatIdentity,
        sid: &str,
        now: Timestamp,
        id: Uuid,
    ) -> Result<String, Error> {
        let claims = Claims {
            iss: self.policy.issuer.clone(),
            aud: self.policy.audience.clone(),
            sub: user_id.to_owned(),
            azp: person.app_id.clone(),
            openid: person.openid.as_str().to_owned(),
            sid: sid.to_owned(),
            iat: now,
            exp: now.plus(self.policy.ttl),
            jti: id.to_string(),
        };
        encode(&self.keys.signs.header, &claims, &self.keys.signs.key)
    }

    /// The claims of a token of ours, if it is valid now.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        self.verifier.verify(token, now)
    }

    /// How many seconds a token is valid.
    #[must_use]
    pub fn ttl(&self) -> u64 {
        self.policy.ttl
    }

    /// The public keys (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> &JwkSet {
        &self.keys.jwks
    }

    /// The issuer's metadata for authorizers (`OpenID` Connect Discovery 1.0, section 3), without the parts for flows
    /// that this issuer does not have. The keys are at `jwks_path`.
    #[must_use]
    pub fn discovery(&self, jwks_path: &str) -> impl Serialize + use<> {
        Discovery {
            jwks_uri: format!("{}{jwks_path}", self.policy.issuer.trim_end_matches('/')),
            issuer: self.policy.issuer.clone(),
            response_types_supported: ["token"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [self.keys.signs.header.alg],
            claims_supported: ["iss", "aud", "sub", "azp", "openid", "sid", "iat", "exp", "jti"],
        }
    }
}
