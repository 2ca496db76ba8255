//! The documents for verifying tokens.

use serde_json::{Value, json};
use shared::problem::ProblemCode;

use super::responses::{JSON, problems};

pub(super) fn jwks() -> Value {
    let keys = json!({
        "type": "object",
        "required": ["keys"],
        "properties": { "keys": { "type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["kty", "kid", "alg"],
            "properties": {
                "kty": { "enum": ["EC", "RSA", "OKP"] },
                "kid": { "type": "string" },
                "alg": algorithm(),
            },
        } } },
    });
    let example = json!({ "keys": [{
        "kty": "EC",
        "use": "sig",
        "alg": "ES256",
        "kid": "wgUJ8DIcmfi0t_ITAy7shy26iLAxV1xcxdoMXNYAXBc",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }] });
    published(
        ("jwks", "The keys that verify tokens"),
        "The public keys of the tokens (RFC 7517). The first one signs; all of them verify.",
        &keys,
        &example,
    )
}

pub(super) fn discovery() -> Value {
    let list = |items: &Value| json!({ "type": "array", "minItems": 1, "items": items });
    let text = json!({ "type": "string" });
    let document = json!({
        "type": "object",
        "required": [
            "issuer", "jwks_uri", "response_types_supported", "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ],
        "properties": {
            "issuer": { "type": "string", "description": "The tokens' claim `iss`." },
            "jwks_uri": text,
            "response_types_supported": list(&text),
            "subject_types_supported": list(&text),
            "id_token_signing_alg_values_supported": list(&algorithm()),
            "claims_supported": list(&text),
        },
    });
    let example = json!({
        "issuer": "https://login.example.com",
        "jwks_uri": "https://login.example.com/.well-known/jwks.json",
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["iss", "aud", "sub", "openid", "iat", "exp", "jti"],
    });
    published(
        ("discovery", "Where an authorizer finds the keys"),
        "What an API's JWT authorizer reads about an issuer (OpenID Connect Discovery 1.0).",
        &document,
        &example,
    )
}

fn algorithm() -> Value {
    json!({ "enum": ["ES256", "RS256", "EdDSA"] })
}

/// A cacheable document.
fn published((id, summary): (&str, &str), description: &str, schema: &Value, example: &Value) -> Value {
    let mut responses = problems(&[ProblemCode::MethodNotAllowed, ProblemCode::Internal]);
    responses["200"] = json!({
        "description": description,
        "headers": { "Cache-Control": {
            "description": "It may be cached for an hour.",
            "required": true,
            "schema": { "const": "public, max-age=3600" },
        } },
        "content": { JSON: { "schema": schema, "example": example } },
    });
    json!({ "operationId": id, "summary": summary, "responses": responses })
}
