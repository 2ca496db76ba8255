//! The codes table on an embedded DynamoDB, through the real SDK over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use shared::{
    clock::Timestamp,
    code::VerifyCode,
    codes::{CodePolicy, Codes, SendError, Sent, Verdict},
    openid::Openid,
    pepper::Pepper,
    phone::{Countries, PhoneNumber},
    ticket::WechatIdentity,
};

const POLICY: CodePolicy = CodePolicy { ttl: 300, cooldown: 60, daily_limit: 3, max_attempts: 5 };
/// Noon UTC.
const NOON: Timestamp = Timestamp::from_unix(1_800_014_400);

struct TestTable {
    codes: Arc<Codes>,
    client: Client,
}

impl TestTable {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::for_tests())
            .endpoint_url(endpoint)
            .build();
        let client = Client::from_conf(config);
        client
            .create_table()
            .table_name("codes")
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(
                KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap(),
            )
            .attribute_definitions(
                AttributeDefinition::builder()
                    .attribute_name("pk")
                    .attribute_type(ScalarAttributeType::S)
                    .build()
                    .unwrap(),
            )
            .send()
            .await
            .unwrap();
        let pepper = Pepper::new(&"a pepper for tests".into());
        Self { codes: Arc::new(Codes::new(client.clone(), "codes".into(), pepper, POLICY)), client }
    }

    async fn send(&self, code: &str, send_id: &str, now: Timestamp) -> Result<Sent, SendError> {
        self.codes.send(&number(), &verify_code(code), send_id.to_owned(), now).await
    }

    async fn check(&self, code: &str, openid: &str, now: Timestamp) -> Verdict {
        self.codes.check(&number(), &verify_code(code), &person(openid), now).await.unwrap()
    }

    async fn written(&self) -> String {
        format!("{:?}", self.client.scan().table_name("codes").send().await.unwrap().items())
    }
}

fn number() -> PhoneNumber {
    Countries::new(&["CN"], "CN").unwrap().parse("13800138000").unwrap()
}

fn verify_code(code: &str) -> VerifyCode {
    VerifyCode::parse(code).unwrap()
}

fn person(openid: &str) -> WechatIdentity {
    WechatIdentity { app_id: "wx0123".into(), openid: Openid::parse(openid).unwrap() }
}

#[tokio::test]
async fn a_code_lets_its_person_in_again_and_nobody_else() {
    let table = TestTable::start().await;
    table.send("123456", "1", NOON).await.unwrap();
    assert_eq!(table.check("000000", "alice", NOON).await, Verdict::Incorrect { attempts_left: 4 });
    assert_eq!(table.check("123456", "alice", NOON).await, Verdict::Accepted);
    assert_eq!(table.check("123456", "alice", NOON.plus(9)).await, Verdict::Accepted);
    assert_eq!(table.check("123456", "mallory", NOON.plus(9)).await, Verdict::Used);
    assert_eq!(table.check("000000", "alice", NOON).await, Verdict::Incorrect { attempts_left: 0 });
    assert_eq!(
        table.check("123456", "alice", NOON).await,
        Verdict::Accepted,
        "the list is full, the retry is hers"
    );
    assert_eq!(table.check("000000", "alice", NOON).await, Verdict::TooManyAttempts);
}

#[tokio::test]
async fn an_expired_code_that_ttl_has_not_deleted_lets_nobody_in() {
    let table = TestTable::start().await;
    assert_eq!(table.check("123456", "alice", NOON).await, Verdict::Expired, "never sent");
    table.send("123456", "1", NOON).await.unwrap();
    assert_eq!(table.check("123456", "alice", NOON.plus(299)).await, Verdict::Accepted);
    assert_eq!(table.check("123456", "alice", NOON.plus(300)).await, Verdict::Expired);
}

#[tokio::test]
async fn of_a_hundred_parallel_wrong_guesses_five_are_judged() {
    let table = TestTable::start().await;
    table.send("123456", "1", NOON).await.unwrap();
    let guesses: Vec<_> = (0..100)
        .map(|guess| {
            let codes = table.codes.clone();
            tokio::spawn(async move {
                let code = verify_code(&format!("{guess:06}"));
                codes.check(&number(), &code, &person("mallory"), NOON).await.unwrap()
            })
        })
        .collect();
    let mut judged = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Verdict::Incorrect { .. } => judged += 1,
            verdict => assert_eq!(verdict, Verdict::TooManyAttempts),
        }
    }
    assert_eq!(judged, 5);
    assert_eq!(table.check("123456", "mallory", NOON).await, Verdict::TooManyAttempts);
}

#[tokio::test]
async fn a_number_waits_between_codes_and_until_tomorrow_after_its_last() {
    let table = TestTable::start().await;
    table.send("111111", "1", NOON).await.unwrap();
    let early = table.send("222222", "2", NOON.plus(59)).await.unwrap_err();
    assert!(matches!(early, SendError::TooSoon { retry_after: 1 }), "{early:?}");
    assert_eq!(
        table.check("111111", "alice", NOON.plus(59)).await,
        Verdict::Accepted,
        "the live code stands"
    );

    table.send("222222", "2", NOON.plus(60)).await.unwrap();
    assert_eq!(table.check("111111", "alice", NOON.plus(60)).await, Verdict::Incorrect { attempts_left: 4 });
    table.send("333333", "3", NOON.plus(120)).await.unwrap();
    let last = table.send("444444", "4", NOON.plus(180)).await.unwrap_err();
    assert!(matches!(last, SendError::DailyLimit { retry_after: 43_020 }), "{last:?}");
    table.send("444444", "4", NOON.next_day()).await.unwrap();
}

#[tokio::test]
async fn of_parallel_sends_to_one_number_one_goes_out() {
    let table = TestTable::start().await;
    let sends: Vec<_> = (0..50)
        .map(|n| {
            let codes = table.codes.clone();
            tokio::spawn(async move {
                codes.send(&number(), &verify_code("123456"), n.to_string(), NOON).await.is_ok()
            })
        })
        .collect();
    let mut sent = 0;
    for send in sends {
        sent += u32::from(send.await.unwrap());
    }
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_send_that_is_taken_back_leaves_what_was_there() {
    let table = TestTable::start().await;
    let first = table.send("111111", "1", NOON).await.unwrap();
    table.codes.take_back(first).await.unwrap();
    assert_eq!(table.check("111111", "alice", NOON).await, Verdict::Expired, "its code is gone");

    table.send("222222", "2", NOON).await.unwrap();
    table.check("000000", "alice", NOON).await;
    let failed = table.send("333333", "3", NOON.plus(60)).await.unwrap();
    table.codes.take_back(failed).await.unwrap();
    assert_eq!(
        table.check("000000", "alice", NOON.plus(61)).await,
        Verdict::Incorrect { attempts_left: 3 },
        "the code before it is back, with its attempts"
    );
    assert_eq!(table.check("222222", "alice", NOON.plus(61)).await, Verdict::Accepted);
    for (nth, send_id) in ["4", "5"].into_iter().enumerate() {
        let now = NOON.plus(61 + 60 * nth as u64);
        table.send("444444", send_id, now).await.expect("nothing taken back counts");
    }
}

#[tokio::test]
async fn a_send_that_another_one_followed_is_not_taken_back() {
    let table = TestTable::start().await;
    let first = table.send("111111", "1", NOON).await.unwrap();
    table.send("222222", "2", NOON.plus(60)).await.unwrap();
    table.codes.take_back(first).await.unwrap();
    assert_eq!(table.check("222222", "alice", NOON.plus(60)).await, Verdict::Accepted);
}

#[tokio::test]
async fn a_write_that_the_sdk_repeats_after_a_lost_answer_is_one_send() {
    let table = TestTable::start().await;
    table.send("111111", "1", NOON).await.unwrap();
    let repeated = table.send("111111", "1", NOON).await.unwrap();
    assert_eq!(table.check("111111", "alice", NOON).await, Verdict::Accepted);
    table.codes.take_back(repeated).await.unwrap();
    assert_eq!(table.check("111111", "alice", NOON).await, Verdict::Expired);
}

#[tokio::test]
async fn the_table_holds_no_number_no_code_and_no_openid() {
    let table = TestTable::start().await;
    table.send("123456", "1", NOON).await.unwrap();
    table.check("654321", "o-alice", NOON).await;
    let written = table.written().await;
    let bytes = |text: &str| format!("{:?}", text.as_bytes()).trim_matches(['[', ']']).to_owned();
    for secret in ["13800138000", "123456", "654321", "o-alice"] {
        assert!(!written.contains(secret) && !written.contains(&bytes(secret)), "{secret} is in {written}");
    }
    assert!(written.contains("send_id"));
}
