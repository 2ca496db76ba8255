//! The Tencent Cloud and the Aliyun that `local` simulates, for people who try it out: they choose the provider and its
//! failures.

use std::time::Duration;

use local::{phones::Carrier, provider::WORDS};
use serde_json::json;
use tests::{Answer, TestApp};

const NUMBER: &str = "13800138000";
/// Turns off cooldown and share, so that no message affects the next.
const ONE_AFTER_ANOTHER: [(&str, &str); 3] =
    [("RESEND_COOLDOWN_SECONDS", "0"), ("PHONE_DAILY_LIMIT", "100"), ("OPEN_SHARE_PERCENT", "100")];

async fn put(app: &TestApp, routes: &'static str) -> (u16, String) {
    let answer = app.request("PUT", "/_local/sms/routes").body(routes).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn tell(app: &TestApp, provider: &str, word: &'static str) -> u16 {
    Answer::of(app.request("POST", &format!("/_local/sms/{provider}")).body(word)).await.status
}

#[tokio::test]
async fn a_code_lets_its_person_in_whoever_carried_it_and_the_routes_are_chosen_while_it_runs() {
    let app = TestApp::with(&ONE_AFTER_ANOTHER).await;
    let listed = Answer::of(app.request("GET", "/_local/sms/routes")).await.body;
    assert_eq!(listed["routes"], "*=sns");
    for (routes, carrier) in [
        ("*=sns", Carrier::Sns),
        ("CN=tencent,*=sns", Carrier::Tencent),
        ("*=aliyun", Carrier::Aliyun),
        ("*=tencent>aliyun", Carrier::Tencent),
    ] {
        assert_eq!(put(&app, routes).await, (204, String::new()), "{routes}");
        assert_eq!(Answer::of(app.request("GET", "/_local/sms/routes")).await.body["routes"], routes);
        app.logged_in("alice", NUMBER).await;
        let sent = app.local.phones.sent().pop().unwrap();
        assert_eq!((sent.carrier, &*sent.to), (carrier, "+8613800138000"), "{routes}");
    }
}

#[tokio::test]
async fn invalid_routes_change_nothing_and_are_reported() {
    let app = TestApp::with(&[("SMS_ROUTES", "*=tencent")]).await;
    let (status, said) = put(&app, "CN=twilio").await;
    assert!(status == 400 && said.contains("twilio"), "{said}");
    app.texted(NUMBER).await;
    assert_eq!(app.local.phones.sent()[0].carrier, Carrier::Tencent);
}

#[tokio::test]
async fn a_person_tells_a_provider_what_goes_wrong_with_the_next_message() {
    let app = TestApp::with(&[&ONE_AFTER_ANOTHER[..], &[("SMS_ROUTES", "*=tencent")]].concat()).await;
    for (word, outcome) in [
        ("InvalidParameterValue.IncorrectPhoneNumber", "sms_rejected"),
        ("empty", "sms_unavailable"),
        ("garbage", "sms_unavailable"),
        ("html", "sms_unavailable"),
        ("close", "sms_unavailable"),
    ] {
        assert_eq!(tell(&app, "tencent", word).await, 204, "{word}");
        assert_eq!(app.send_code(NUMBER).await.outcome(), outcome, "{word}");
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{word}: the next one again");
    }
    assert_eq!(tell(&app, "tencent", "hnag").await, 400);
    assert_eq!(app.send_code(NUMBER).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_is_down_stays_so_until_it_is_told_to_recover() {
    let app = TestApp::with(&[&ONE_AFTER_ANOTHER[..], &[("SMS_ROUTES", "*=tencent>aliyun")]].concat()).await;
    tell(&app, "tencent", "down").await;
    for _ in 0..2 {
        app.texted(NUMBER).await;
        assert_eq!(app.local.phones.sent().pop().unwrap().carrier, Carrier::Aliyun);
    }
    tell(&app, "aliyun", "down").await;
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    tell(&app, "tencent", "recover").await;
    app.texted(NUMBER).await;
    assert_eq!(app.local.phones.sent().pop().unwrap().carrier, Carrier::Tencent);
}

#[tokio::test]
async fn every_word_of_the_list_is_taken_by_both() {
    let app = TestApp::start().await;
    for provider in ["tencent", "aliyun"] {
        for word in WORDS {
            assert_eq!(tell(&app, provider, word.word).await, 204, "{provider}: {}", word.word);
        }
    }
}

#[tokio::test]
async fn the_vendors_sdks_find_both_providers_where_they_look_for_them() {
    let app = TestApp::start().await;
    let ask = async |header: &'static str| {
        let request = app.request("POST", "/").header(header, "SendSms").timeout(Duration::from_secs(2));
        Answer::of(request).await
    };
    let tencent = ask("x-tc-action").await;
    assert_eq!(tencent.body["Response"]["Error"]["Code"], "AuthFailure.InvalidAuthorization");
    let aliyun = ask("x-acs-action").await;
    assert_eq!((aliyun.status, &aliyun.body["Code"]), (400, &json!("IncompleteSignature")));
    assert_eq!(ask("x-other").await.status, 405);
}
