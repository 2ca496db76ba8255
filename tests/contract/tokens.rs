//! Tokens, the keys that verify them, and how another API uses both.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode, jwk::JwkSet};
use local::secrets::{rsa_signing_key, signing_key};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    token::{Claims, TokenError, Verifier},
};
use tests::{Answer, NOON, TestApp, events};

const NUMBER: &str = "13800138000";

async fn get(app: &TestApp, path: &str) -> Answer {
    Answer::of(app.request("GET", path)).await
}

async fn jwks(app: &TestApp) -> JwkSet {
    serde_json::from_value(get(app, "/.well-known/jwks.json").await.body).unwrap()
}

/// Another API, which has fetched the keys and knows the issuer.
async fn another_api(app: &TestApp) -> Verifier {
    Verifier::new(jwks(app).await, app.variable("TOKEN_ISSUER"), app.variable("TOKEN_AUDIENCE"))
}

async fn token(app: &TestApp) -> String {
    app.logged_in("alice", NUMBER).await["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_token_names_account_and_openid_and_no_number() {
    let app = TestApp::start().await;
    let answer = app.logged_in("alice", NUMBER).await;
    let claims = another_api(&app).await.verify(answer["token"].as_str().unwrap(), app.clock.now()).unwrap();
    assert_eq!((claims.jti.len(), claims.sid.len()), (36, 36));
    let expected = Claims {
        iss: app.variable("TOKEN_ISSUER").to_owned(),
        aud: "local".to_owned(),
        sub: answer["userId"].as_str().unwrap().to_owned(),
        azp: "wx0000000000000000".to_owned(),
        openid: app.local.wechat.openid("alice"),
        sid: claims.sid.clone(),
        iat: NOON,
        exp: NOON.plus(7200),
        jti: claims.jti.clone(),
    };
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn a_token_holds_until_its_last_second() {
    let app = TestApp::start().await;
    let (token, api) = (token(&app).await, another_api(&app).await);
    assert!(api.verify(&token, NOON.plus(7199)).is_ok());
    assert_eq!(api.verify(&token, NOON.plus(7200)), Err(TokenError::Expired));
}

#[tokio::test]
async fn the_keys_type_picks_the_algorithm() {
    let ed25519 = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
    let ed25519 = pem::encode(&pem::Pem::new("PRIVATE KEY", ed25519.as_ref()));
    for (key, algorithm) in [
        (signing_key(), Algorithm::ES256),
        (rsa_signing_key(), Algorithm::RS256),
        (ed25519, Algorithm::EdDSA),
    ] {
        let app = TestApp::with(&[("TOKEN_SIGNING_KEY", &key)]).await;
        let token = token(&app).await;
        assert_eq!(decode_header(&token).unwrap().alg, algorithm);
        assert!(another_api(&app).await.verify(&token, NOON).is_ok());
    }
}

#[tokio::test]
async fn a_key_is_changed_without_a_token_that_fails() {
    let (old, new) = (signing_key(), rsa_signing_key());
    let issuer = ("TOKEN_ISSUER", "https://login.example.com");
    let with = async |keys: &str| TestApp::with(&[("TOKEN_SIGNING_KEY", keys), issuer]).await;
    let before = with(&old).await;
    let announced = with(&format!("{old}\n{new}")).await;
    let changed = with(&format!("{new}\n{old}")).await;
    let (of_old, of_new) = (token(&before).await, token(&changed).await);

    assert_eq!(another_api(&before).await.verify(&of_new, NOON), Err(TokenError::Invalid));
    for app in [&announced, &changed] {
        let api = another_api(app).await;
        assert!(api.verify(&of_old, NOON).is_ok() && api.verify(&of_new, NOON).is_ok());
    }
    assert_eq!(decode_header(&token(&announced).await).unwrap().alg, Algorithm::ES256, "the first key signs");
}

#[tokio::test]
async fn a_key_is_published_under_its_thumbprint() {
    // Key and thumbprint were made with OpenSSL and coreutils, as RFC 7638, section 3, describes.
    let settings = events::settings("Login");
    let (name, pem) = settings.iter().find(|(name, _)| name == "TOKEN_SIGNING_KEY").unwrap();
    let app = TestApp::with(&[(name, pem)]).await;
    let answer = get(&app, "/.well-known/jwks.json").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: public, max-age=3600
    content-type: application/json
    {
      "keys": [
        {
          "alg": "ES256",
          "crv": "P-256",
          "kid": "Tvu15sstY54ZvV1XhWpBnLRhKB7_Ffh5mX_P6tEfDok",
          "kty": "EC",
          "use": "sig",
          "x": "r3TvkO3RIJT_-ryTnBbHKk0fPpBlgwbOu3mg1rU-B54",
          "y": "tbtz3efHUykZb3jldtaFUOtWyT11HpOiR-nDfoFIQcs"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_authorizer_finds_the_keys_from_the_issuer_alone() {
    let app = TestApp::with(&[("TOKEN_ISSUER", "https://login.example.com")]).await;
    insta::assert_snapshot!(get(&app, "/.well-known/openid-configuration").await.snapshot(), @r#"
    200
    cache-control: public, max-age=3600
    content-type: application/json
    {
      "claims_supported": [
        "iss",
        "aud",
        "sub",
        "azp",
        "openid",
        "sid",
        "iat",
        "exp",
        "jti"
      ],
      "id_token_signing_alg_values_supported": [
        "ES256"
      ],
      "issuer": "https://login.example.com",
      "jwks_uri": "https://login.example.com/.well-known/jwks.json",
      "response_types_supported": [
        "token"
      ],
      "subject_types_supported": [
        "public"
      ]
    }
    "#);
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let key = signing_key();
    let app = TestApp::with(&[("TOKEN_SIGNING_KEY", &key)]).await;
    let (genuine, api) = (token(&app).await, another_api(&app).await);
    let kid = decode_header(&genuine).unwrap().kid;
    let claims = serde_json::to_value(api.verify(&genuine, NOON).unwrap()).unwrap();
    let changed = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let header = |algorithm| Header { kid: kid.clone(), ..Header::new(algorithm) };
    let ours = EncodingKey::from_ec_pem(key.as_bytes()).unwrap();
    let signed = |header: &Header, claims: &Value| encode(header, claims, &ours).unwrap();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let public = serde_json::to_string(&jwks(&app).await.keys[0]).unwrap();
    let es256 = header(Algorithm::ES256);

    assert!(api.verify(&signed(&es256, &claims), NOON).is_ok(), "what is changed below is what is refused");
    for (what, token) in [
        ("alg none", format!("{}.{}.", part(&json!({ "alg": "none", "kid": kid })), part(&claims))),
        ("no signature", format!("{}.{}.", part(&json!({ "alg": "ES256", "kid": kid })), part(&claims))),
        (
            "an HMAC under the public key",
            encode(&header(Algorithm::HS256), &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap(),
        ),
        ("no kid", signed(&Header::new(Algorithm::ES256), &claims)),
        ("a kid that is not there", signed(&Header { kid: Some("x".into()), ..es256.clone() }, &claims)),
        (
            "another deployment's key",
            encode(&es256, &claims, &EncodingKey::from_ec_pem(signing_key().as_bytes()).unwrap()).unwrap(),
        ),
        ("another issuer", signed(&es256, &changed("iss", "https://elsewhere".into()))),
        ("another audience", signed(&es256, &changed("aud", "wechat-ticket".into()))),
        ("a ticket", app.ticket("alice").await),
        ("nothing", String::new()),
        ("text", "a.b.c".into()),
    ] {
        assert_eq!(api.verify(&token, NOON), Err(TokenError::Invalid), "{what}");
    }
    let late = changed("exp", (NOON.as_unix() - 1).into());
    assert_eq!(api.verify(&signed(&es256, &late), NOON), Err(TokenError::Expired));
    let long = changed("more", "x".repeat(100_000).into());
    assert!(api.verify(&signed(&es256, &long), NOON).is_ok(), "a signed token may be long");
}
