//! One tap at WeChat: access tokens, and the numbers behind the button's codes, requested from WeChat directly.

use local::wechat::{Call, NoNumber, SIMULATED_PHONE_CODES};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{Answer, TestApp};

/// Codes as the button returns them, a new one at each tap.
const OF_BUTTON: [&str; 2] = [
    "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];

async fn wechat(app: &TestApp, path: &str, body: impl ToString) -> Answer {
    Answer::of(app.request("POST", &format!("/_local/wechat{path}")).body(body.to_string())).await
}

/// WeChat's answer to a mini program that requests its access token.
async fn stable_token(app: &TestApp, changes: Value) -> Value {
    let mut asked = json!({
        "grant_type": "client_credential",
        "appid": app.variable("WECHAT_APP_ID"),
        "secret": app.variable("WECHAT_APP_SECRET"),
        "force_refresh": false,
    });
    asked.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let answer = wechat(app, "/cgi-bin/stable_token", asked).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"text/plain".parse().unwrap()));
    answer.body
}

async fn token(app: &TestApp, changes: Value) -> String {
    stable_token(app, changes).await["access_token"].as_str().unwrap().to_owned()
}

/// WeChat's answer about this code, with this access token.
async fn number_by(app: &TestApp, token: &str, asked: Value) -> Value {
    wechat(app, &format!("/wxa/business/getuserphonenumber?access_token={token}"), asked).await.body
}

async fn number_of(app: &TestApp, code: &str) -> Value {
    let token = token(app, json!({})).await;
    number_by(app, &token, json!({ "code": code })).await
}

fn pure(answer: &Value) -> &Value {
    assert_eq!(answer["errcode"], 0, "{answer}");
    &answer["phone_info"]["purePhoneNumber"]
}

#[tokio::test]
async fn an_access_token_is_repeated_until_shortly_before_its_end() {
    let app = TestApp::start().await;
    let first = stable_token(&app, json!({})).await;
    assert_eq!(first["expires_in"], 7200);
    app.clock.turn(6899);
    let again = stable_token(&app, json!({})).await;
    assert_eq!((&again["access_token"], &again["expires_in"]), (&first["access_token"], &json!(301)));

    // WeChat issues the next token five minutes before the end, and accepts both until then.
    app.clock.turn(1);
    let next = stable_token(&app, json!({})).await;
    assert_ne!(next["access_token"], first["access_token"]);
    assert_eq!(next["expires_in"], 7200);
    app.clock.turn(299);
    let code = json!({ "code": "13800138000" });
    for token in [&first, &next] {
        pure(&number_by(&app, token["access_token"].as_str().unwrap(), code.clone()).await);
    }
    app.clock.turn(1);
    assert_eq!(number_by(&app, first["access_token"].as_str().unwrap(), code).await["errcode"], 42001);
    assert_eq!(app.local.wechat.requests_of(Call::StableToken), 3);
}

#[tokio::test]
async fn a_refresh_ends_the_token_before() {
    let app = TestApp::start().await;
    let first = token(&app, json!({})).await;
    let second = token(&app, json!({ "force_refresh": true })).await;
    assert_eq!(token(&app, json!({})).await, second);
    let code = json!({ "code": "13800138000" });
    assert_eq!(number_by(&app, &first, code.clone()).await["errcode"], 40001);
    pure(&number_by(&app, &second, code.clone()).await);

    app.local.wechat.end_tokens();
    assert_eq!(number_by(&app, &second, code.clone()).await["errcode"], 40001);
    pure(&number_by(&app, &token(&app, json!({})).await, code).await);
}

#[tokio::test]
async fn a_token_takes_the_mini_programs_secret_and_a_request_that_can_be_read() {
    let app = TestApp::start().await;
    for (changes, errcode) in [
        (json!({ "appid": "wx1" }), 40013),
        (json!({ "secret": "swordfish" }), 40125),
        (json!({ "grant_type": "authorization_code" }), 40002),
        (json!({ "appid": 1 }), 47001),
    ] {
        let answer = stable_token(&app, changes.clone()).await;
        assert_eq!(
            (&answer["errcode"], &answer["access_token"]),
            (&json!(errcode), &Value::Null),
            "{changes}"
        );
    }
    assert_eq!(wechat(&app, "/cgi-bin/stable_token", "appid=wx1").await.body["errcode"], 47001);
}

#[tokio::test]
async fn a_number_takes_a_token_that_is_good() {
    let app = TestApp::start().await;
    let token = token(&app, json!({})).await;
    let code = json!({ "code": "13800138000" });
    let path = "/wxa/business/getuserphonenumber";
    assert_eq!(wechat(&app, path, &code).await.body["errcode"], 41001);
    assert_eq!(number_by(&app, "made-up", code).await["errcode"], 40001);
    assert_eq!(wechat(&app, &format!("{path}?access_token={token}"), "{").await.body["errcode"], 47001);
    assert_eq!(number_by(&app, &token, json!({})).await["errcode"], 41008);
    assert_eq!(app.local.wechat.requests_of(Call::PhoneNumber), 4);
}

#[tokio::test]
async fn a_number_comes_with_its_country_and_for_its_mini_program() {
    let app = TestApp::start().await;
    let now = app.clock.now().as_unix();
    let watermark = json!({ "timestamp": now, "appid": app.variable("WECHAT_APP_ID") });
    for (code, phone_number, pure_number, country) in [
        ("13800138000", "13800138000", "13800138000", json!("86")),
        ("+8613900139000", "13900139000", "13900139000", json!("86")),
        ("+85251234567", "+85251234567", "51234567", json!(852)),
    ] {
        for _ in 0..2 {
            let info = json!({
                "phoneNumber": phone_number, "purePhoneNumber": pure_number, "countryCode": country,
                "watermark": watermark,
            });
            let whole = json!({ "errcode": 0, "errmsg": "ok", "phone_info": info });
            assert_eq!(number_of(&app, code).await, whole, "every time");
        }
    }
}

#[tokio::test]
async fn a_code_of_one_use_is_used_up_and_one_of_a_person_is_nobody_elses() {
    let app = TestApp::start().await;
    for code in ["13800138000-1", OF_BUTTON[0]] {
        assert_eq!(pure(&number_of(&app, code).await), "13800138000");
        assert_eq!(number_of(&app, code).await["errcode"], 40029, "{code}");
    }
    let token = token(&app, json!({})).await;
    for (name, errcode) in [("bob", 0), ("alice", 40029)] {
        let asked = json!({ "code": "13800138000@bob", "openid": app.local.wechat.openid(name) });
        assert_eq!(number_by(&app, &token, asked).await["errcode"], errcode, "{name}");
    }
    // Without an openid WeChat does not check the person.
    pure(&number_of(&app, "13800138000@bob").await);
    assert_eq!(number_of(&app, "alice").await["errcode"], 40029);
}

#[tokio::test]
async fn every_failure_is_played() {
    let app = TestApp::start().await;
    assert_eq!(number_of(&app, "err-45011").await["errcode"], 45011);
    assert_eq!(number_of(&app, "no-number").await, json!({ "errcode": 0, "errmsg": "ok" }));
    let watermark = &number_of(&app, "another-app").await["phone_info"]["watermark"];
    assert_ne!(watermark["appid"], app.variable("WECHAT_APP_ID"));
    assert_eq!(pure(&number_of(&app, "huge").await), "13800138000");
    assert_eq!(pure(&number_of(&app, "redirect").await), "13700137000", "somebody else's");
    let token = token(&app, json!({})).await;
    let path = format!("/wxa/business/getuserphonenumber?access_token={token}");
    assert_eq!(wechat(&app, &path, json!({ "code": "http-503" })).await.status, 503);
    assert_eq!(wechat(&app, &path, json!({ "code": "html" })).await.body, Value::Null);
    for code in ["half", "close"] {
        let request = app.request("POST", &format!("/_local/wechat{path}"));
        let whole = async { request.body(json!({ "code": code }).to_string()).send().await?.bytes().await };
        assert!(whole.await.is_err(), "{code} comes whole");
    }
}

#[tokio::test]
async fn a_test_says_what_goes_wrong_next_and_at_which_call() {
    let app = TestApp::start().await;
    app.local.wechat.play_next_at(Call::StableToken, "err-40164");
    app.local.wechat.play_next_at(Call::PhoneNumber, "13900139000");
    assert_eq!(stable_token(&app, json!({})).await["errcode"], 40164);
    assert_eq!(pure(&number_of(&app, "13800138000").await), "13900139000");
    assert_eq!(pure(&number_of(&app, "13800138000").await), "13800138000");
    app.local.wechat.play_next_at(Call::StableToken, "no-token");
    assert_eq!(stable_token(&app, json!({})).await, json!({ "expires_in": 7200 }));
}

#[tokio::test]
#[should_panic(expected = "getStableAccessToken cannot simulate \"alice\"")]
async fn a_script_that_a_call_does_not_play_is_a_mistake() {
    TestApp::start().await.local.wechat.play_next_at(Call::StableToken, "alice");
}

#[tokio::test]
async fn each_mini_program_has_its_own_secret_tokens_and_openids() {
    let app = TestApp::with(&[("WECHAT_APPS", r#"{"wx2222222222222222":"swordfish"}"#)]).await;
    let first = app.variable("WECHAT_APP_ID");
    assert_eq!(app.local.wechat.app_ids(), [first, "wx2222222222222222"]);
    let second = json!({ "appid": "wx2222222222222222", "secret": "swordfish" });
    assert_eq!(stable_token(&app, json!({ "appid": "wx2222222222222222" })).await["errcode"], 40125);
    let tokens = [token(&app, json!({})).await, token(&app, second.clone()).await];
    assert_ne!(tokens[0], tokens[1]);
    // A refresh affects one mini program only.
    token(&app, json!({ "appid": first, "force_refresh": true })).await;
    assert_eq!(token(&app, second).await, tokens[1]);

    let bob = app.local.wechat.openid_in("wx2222222222222222", "bob");
    assert_ne!(bob, app.local.wechat.openid("bob"));
    assert_eq!(app.local.wechat.openid_in(first, "bob"), app.local.wechat.openid("bob"));
    let answer = number_by(&app, &tokens[1], json!({ "code": "13800138000@bob", "openid": bob })).await;
    assert_eq!(answer["phone_info"]["watermark"]["appid"], "wx2222222222222222");
}

#[tokio::test]
async fn a_person_has_one_unionid_in_all_mini_programs_and_another_with_another_account() {
    let app = TestApp::with(&[("WECHAT_APPS", r#"{"wx2":"swordfish"}"#)]).await;
    let session = async |app_id: &str, secret: &str| {
        let query = format!("appid={app_id}&secret={secret}&js_code=alice&grant_type=authorization_code");
        Answer::of(app.request("GET", &format!("/_local/wechat/sns/jscode2session?{query}"))).await.body
    };
    let both = async || {
        let first = session(app.variable("WECHAT_APP_ID"), app.variable("WECHAT_APP_SECRET")).await;
        let second = session("wx2", "swordfish").await;
        assert_ne!(first["openid"], second["openid"]);
        assert_eq!(first["unionid"], second["unionid"]);
        first["unionid"].clone()
    };
    assert_eq!(both().await, Value::Null);
    app.local.wechat.bind_to_open_platform();
    let before = both().await;
    app.local.wechat.bind_to_open_platform();
    assert_eq!(both().await, before);
    app.local.wechat.rebind_open_platform();
    let after = both().await;
    assert!(before.is_string() && after.is_string() && before != after);
}

#[tokio::test]
async fn the_console_says_which_number_codes_of_the_button_stand_for() {
    let app = TestApp::start().await;
    let codes = Answer::of(app.request("GET", "/_local/wechat/codes")).await.body;
    assert_eq!((&codes["button"], &codes["apps"]), (&json!("13800138000"), &json!(["wx0000000000000000"])));
    assert_eq!(codes["simulatedPhoneCodes"].as_array().unwrap().len(), SIMULATED_PHONE_CODES.len());

    let choose = async |code: &'static str| {
        Answer::of(app.request("PUT", "/_local/wechat/button").body(code)).await.status
    };
    assert_eq!(choose("13900139000").await, 204);
    assert_eq!(pure(&number_of(&app, OF_BUTTON[0]).await), "13900139000");
    assert_eq!(choose("err-45011").await, 204);
    assert_eq!(number_of(&app, OF_BUTTON[1]).await["errcode"], 45011);
    for code in ["", "alice", OF_BUTTON[1]] {
        assert_eq!(choose(code).await, 400);
        assert_eq!(app.local.wechat.set_visitor_number(code), Err(NoNumber));
    }
    assert_eq!(app.local.wechat.visitor_number(), "err-45011");
}
