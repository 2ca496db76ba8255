//! Tickets: proof that WeChat recently named an openid.
//!
//! A ticket is a JWT (RFC 7519) signed with HS256. It has its own `typ` and audience, so that no other token is
//! accepted as a ticket, and no ticket as a token.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Openid, Unionid};
use crate::{
    clock::Timestamp,
    config::{Env, Setting},
    phone::E164,
    problem::{Failure, Problem, ProblemCode},
};

const TYPE: &str = "wechat-ticket+jwt";
const AUDIENCE: &str = "wechat-ticket";

/// `TICKET_KEY`: signs and verifies tickets.
pub struct TicketKey {
    signs: EncodingKey,
    checks: DecodingKey,
}

/// A person as WeChat knows them: an openid belongs to one mini program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WechatIdentity {
    /// The mini program's `AppID`.
    pub app_id: String,
    /// The person within that mini program.
    pub openid: Openid,
}

/// The content of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The person.
    pub person: WechatIdentity,
    /// The person's id in the other apps of the Open Platform account, if the mini program is bound to one.
    pub unionid: Option<Unionid>,
    /// The person's number, if WeChat named it. It counts as proved, like a number that got a code.
    pub number: Option<E164>,
    /// When the ticket was issued.
    pub at: Timestamp,
}

/// Why a ticket is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// The request has no ticket.
    #[error("the request has no ticket")]
    Required,
    /// Not a ticket, or not one of this deployment.
    #[error("the ticket was not issued by this deployment")]
    Invalid,
    /// A valid ticket that has expired.
    #[error("the ticket has expired")]
    Expired,
}

impl Failure for TicketError {
    fn problem(&self) -> Problem {
        match self {
            Self::Required => ProblemCode::TicketRequired,
            Self::Invalid => ProblemCode::TicketInvalid,
            Self::Expired => ProblemCode::TicketExpired,
        }
        .into()
    }
}

/// The key that signs tickets: 32 bytes or more, as HS256 requires (RFC 7518, section 3.2).
pub const TICKET_KEY: Setting = Setting::secret("TICKET_KEY", 32)
    .about("The key that signs tickets; 32 bytes or more.", "`ticket` 的签名密钥，至少 32 字节。");

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    /// The openid.
    sub: String,
    app_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<String>,
    /// In E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    iat: Timestamp,
    exp: Timestamp,
}

impl TicketKey {
    /// Reads it from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        Some(Self::new(&env.secret(&TICKET_KEY)?))
    }

    /// From the secret's text, unchanged.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        Self { signs: EncodingKey::from_secret(bytes), checks: DecodingKey::from_secret(bytes) }
    }

    /// Issues a ticket that is valid for `ttl` seconds.
    pub fn issue(&self, vouched: &Vouched, ttl: u64) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) };
        let Vouched { person, unionid, number, at } = vouched;
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            sub: person.openid.as_str().to_owned(),
            app_id: person.app_id.clone(),
            unionid: unionid.as_ref().map(|unionid| unionid.as_str().to_owned()),
            phone_number: number.as_ref().map(|number| number.as_str().to_owned()),
            iat: *at,
            exp: at.plus(ttl),
        };
        encode(&header, &claims, &self.signs)
    }

    /// The content of a valid ticket: signed with this key and not expired at `now`.
    pub fn verify(&self, ticket: &str, now: Timestamp) -> Result<Vouched, TicketError> {
        let header = decode_header(ticket).map_err(|_| TicketError::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TicketError::Invalid);
        }
        let claims =
            decode::<Claims>(ticket, &self.checks, &validation()).map_err(|_| TicketError::Invalid)?.claims;
        let vouched = Vouched::read(&claims).ok_or(TicketError::Invalid)?;
        if now >= claims.exp {
            return Err(TicketError::Expired);
        }
        Ok(vouched)
    }
}

impl Vouched {
    fn read(claims: &Claims) -> Option<Self> {
        let person = WechatIdentity { app_id: claims.app_id.clone(), openid: Openid::parse(&claims.sub)? };
        let unionid = match &claims.unionid {
            Some(unionid) => Some(Unionid::parse(unionid)?),
            None => None,
        };
        let number = match &claims.phone_number {
            Some(number) => Some(E164::parse(number)?),
            None => None,
        };
        Some(Self { person, unionid, number, at: claims.iat })
    }
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    validation.required_spec_claims = HashSet::from(["aud", "sub", "exp"].map(str::to_owned));
    // The library would read the system's clock.
    validation.validate_exp = false;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn key(secret: &str) -> TicketKey {
        TicketKey::new(&secret.into())
    }

    fn alice() -> Vouched {
        let openid = Openid::parse("o-alice_0123456789").unwrap();
        let person = WechatIdentity { app_id: "wx0123".into(), openid };
        Vouched { person, unionid: None, number: None, at: NOW }
    }

    #[test]
    fn a_ticket_names_its_person_until_its_last_second() {
        let ticket = key("a").issue(&alice(), 300).unwrap();
        assert_eq!(key("a").verify(&ticket, NOW), Ok(alice()));
        assert_eq!(key("a").verify(&ticket, NOW.plus(299)), Ok(alice()));
        assert_eq!(key("a").verify(&ticket, NOW.plus(300)), Err(TicketError::Expired));
    }

    #[test]
    fn a_ticket_carries_what_wechat_said_of_the_person() {
        let (unionid, number) = (Unionid::parse("o-union"), E164::parse("+8613800138000"));
        let said = Vouched { unionid, number, ..alice() };
        let ticket = key("a").issue(&said, 300).unwrap();
        assert_eq!(key("a").verify(&ticket, NOW), Ok(said));
    }

    #[test]
    fn a_jwt_signed_by_another_key_is_no_ticket() {
        let ticket = key("another").issue(&alice(), 300).unwrap();
        assert_eq!(key("a").verify(&ticket, NOW), Err(TicketError::Invalid));
    }

    #[test]
    fn a_jwt_of_another_kind_is_no_ticket_though_our_key_signed_it() {
        let signs = EncodingKey::from_secret(b"a");
        let good =
            json!({"aud": AUDIENCE, "sub": "o-alice", "app_id": "wx0123", "iat": 0, "exp": NOW.plus(9)});
        let header = |typ: &str, alg| Header { typ: Some(typ.to_owned()), ..Header::new(alg) };
        let without = |field: &str| {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(field);
            claims
        };
        let with = |field: &str, value| {
            let mut claims = good.clone();
            claims[field] = value;
            claims
        };
        let hs256 = Algorithm::HS256;
        assert!(key("a").verify(&encode(&header(TYPE, hs256), &good, &signs).unwrap(), NOW).is_ok());
        for (header, claims) in [
            (header("JWT", hs256), good.clone()),
            (header(TYPE, Algorithm::HS512), good.clone()),
            (Header { typ: None, ..Header::new(hs256) }, good.clone()),
            (header(TYPE, hs256), with("aud", json!("my-app"))),
            (header(TYPE, hs256), with("sub", json!("a#b"))),
            (header(TYPE, hs256), with("unionid", json!("a#b"))),
            (header(TYPE, hs256), with("phone_number", json!("13800138000"))),
            (header(TYPE, hs256), without("aud")),
            (header(TYPE, hs256), without("sub")),
            (header(TYPE, hs256), without("exp")),
        ] {
            let token = encode(&header, &claims, &signs).unwrap();
            assert_eq!(key("a").verify(&token, NOW), Err(TicketError::Invalid), "{header:?} {claims}");
        }
    }

    #[test]
    fn garbage_is_no_ticket() {
        for garbage in ["", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "票据"] {
            assert_eq!(key("a").verify(garbage, NOW), Err(TicketError::Invalid), "{garbage:?}");
        }
    }
}
