//! Rules for every path.

use tests::{Answer, TestApp};

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let app = TestApp::start().await;
    insta::assert_snapshot!(Answer::of(app.request("POST", "/elsewhere")).await.snapshot(), @r#"
    404
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "not_found",
      "detail": "没有这个接口。",
      "requestId": "[requestId]",
      "status": 404,
      "title": "Not found",
      "type": "urn:problem-type:not_found"
    }
    "#);
    for (method, path, allow) in [
        ("GET", "/send-code", "POST"),
        ("PUT", "/exchange-code", "POST"),
        ("DELETE", "/login", "POST"),
        ("POST", "/.well-known/jwks.json", "GET"),
    ] {
        let answer = Answer::of(app.request(method, path)).await;
        assert_eq!(
            (answer.outcome().as_str(), &answer.headers["allow"]),
            ("method_not_allowed", &allow.parse().unwrap())
        );
    }
    insta::assert_snapshot!(Answer::of(app.request("GET", "/login")).await.snapshot(), @r#"
    405
    allow: POST
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "method_not_allowed",
      "detail": "该接口不支持这种请求方法。",
      "requestId": "[requestId]",
      "status": 405,
      "title": "Method not allowed",
      "type": "urn:problem-type:method_not_allowed"
    }
    "#);
}

#[tokio::test]
async fn a_path_with_a_slash_at_its_end_is_unknown() {
    let app = TestApp::start().await;
    for route in local::routes() {
        let path = format!("{}/", route.path);
        let answer = Answer::of(app.request(route.method.as_str(), &path)).await;
        assert_eq!(answer.outcome(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn an_object_that_is_nested_too_deep_is_told_so() {
    let app = TestApp::start().await;
    let nested = |levels: usize| format!(r#"{{"a":{}1{}}}"#, "[".repeat(levels), "]".repeat(levels));
    for (levels, told) in [(100, "手机号"), (1000, "127")] {
        let answer = Answer::of(app.request("POST", "/send-code").body(nested(levels))).await;
        assert_eq!(answer.outcome(), "invalid_request");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{levels}: {detail}");
    }
}

#[tokio::test]
async fn a_body_over_four_kib_is_refused_and_one_of_four_is_read() {
    let app = TestApp::start().await;
    for path in ["/send-code", "/exchange-code", "/login"] {
        let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        let answer = Answer::of(app.request("POST", path).body(padded(4096))).await;
        assert!(matches!(answer.outcome().as_str(), "invalid_request" | "ticket_required"), "{answer:?}");
        let answer = Answer::of(app.request("POST", path).body(padded(4097))).await;
        assert_eq!(answer.outcome(), "payload_too_large");
        let answer = Answer::of(app.request("POST", path).body(padded(11 << 20))).await;
        assert_eq!(answer.outcome(), "payload_too_large");
    }
}

#[tokio::test]
async fn json_is_read_whatever_its_content_type_and_in_base64() {
    let app = TestApp::start().await;
    // API Gateway passes bodies of types other than text and JSON in base64.
    for content_type in
        ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "x/y"]
    {
        let request = app.request("POST", "/exchange-code").header("content-type", content_type);
        let answer = Answer::of(request.body(r#"{"code":"alice","more":{"is":"ignored"}}"#)).await;
        assert_eq!(answer.status, 200, "{content_type}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_call_with_a_token_and_read_when_to_retry() {
    let app = TestApp::start().await;
    let asks = app.request("OPTIONS", "/account").header("origin", "http://localhost:5173");
    let asks = asks.header("access-control-request-method", "DELETE");
    let asks = asks.header("access-control-request-headers", "authorization,content-type");
    let allowed = asks.send().await.unwrap();
    // `*` means any header except `Authorization`.
    assert_eq!(
        allowed.headers()["access-control-allow-headers"],
        "content-type,accept-language,authorization"
    );
    assert_eq!(allowed.headers()["access-control-allow-methods"], "POST,GET,DELETE");
    let answer =
        Answer::of(app.request("POST", "/elsewhere").header("origin", "http://localhost:5173")).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert_eq!(answer.headers["access-control-expose-headers"], "retry-after,www-authenticate");
}

#[tokio::test]
async fn the_first_page_says_what_this_is() {
    let app = TestApp::start().await;
    let page = app.request("GET", "/").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Phone login") && page.contains("/exchange-code"));
}

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_and_run_nothing_inline() {
    let app = TestApp::start().await;
    let page = app.request("GET", "/").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn messages_are_listed_with_their_carrier_number_and_time() {
    let app = TestApp::start().await;
    let code = app.texted("13800138000").await;
    let list = Answer::of(app.request("GET", "/_local/sms")).await;
    assert_eq!(
        list.body,
        serde_json::json!([{
            "carrier": "sns",
            "to": "+8613800138000",
            "text": format!("您的验证码是 {code}，5 分钟内有效。请勿告诉他人。"),
            "at": "2099-01-15T12:00:00Z",
        }])
    );
}

#[tokio::test]
async fn the_console_is_told_each_body_as_it_was_sent() {
    let app = TestApp::start().await;
    let sent = r#"{"verifyCode": "123456", "phoneNumber":"1", "openid":"o"}"#;
    let answer = app.request("POST", "/login").body(sent).send().await.unwrap().text().await.unwrap();
    let mut events = app.request("GET", "/_local/events").send().await.unwrap();
    let mut told = String::new();
    let exchange = loop {
        told += std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap();
        let exchange = told.split_once("event: exchange\ndata: ").and_then(|(_, data)| data.split_once('\n'));
        if let Some((exchange, _)) = exchange {
            break serde_json::from_str::<serde_json::Value>(exchange).unwrap();
        }
    };
    assert_eq!((&exchange["request"], &exchange["answer"]), (&sent.into(), &answer.into()));
}
