//! The other side: the inbox and the timeline.

use serde_json::json;

use crate::page::visit;

const STEPS: &str =
    "return [...document.querySelectorAll('#exchanges details[open] .call')].map((it) => it.innerText)";

#[tokio::test]
async fn what_another_program_does_shows_up_too() {
    visit(&[], async |page| {
        page.see("#inbox-empty", "No messages yet").await;
        page.see("#timeline-empty", "No requests yet").await;
        page.app.texted("13900139000").await;
        page.see("#inbox", "+8613900139000").await;
        page.see("#inbox", &page.app.last_code()).await;
        page.see("#exchanges details[open] .path", "POST /send-code").await;
        assert_eq!(
            page.ask(STEPS).await,
            json!(["DynamoDB UpdateItem", "DynamoDB UpdateItem", "DynamoDB UpdateItem", "SNS Publish"])
        );
        assert_eq!(page.text("#suggestion").await, "", "it is another phone's");

        page.app.log_in("alice", "13900139000", &page.app.last_code()).await;
        page.see("#exchanges details[open] .path", "POST /login").await;
        page.see("#exchanges details[open] .tables", "phone#+8613900139000").await;
        page.see("#exchanges details[open] .tables .badge", "changed").await;
        page.see("#exchanges details[open] .tables .fresh .badge", "new").await;

        // A page that is opened later is told everything again.
        page.open("/").await;
        page.see("#inbox", "+8613900139000").await;
        page.see("#exchanges details[open] .path", "POST /login").await;
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges > li').length").await, 3);
    })
    .await;
}

#[tokio::test]
async fn what_strangers_write_is_shown_as_text() {
    visit(&[], async |page| {
        let markup = "<img src=x onerror=document.title='owned'>";
        page.app.post("/exchange-code", &json!({ "code": markup })).await;
        page.see("#exchanges details[open] .bodies", &markup[..20]).await;
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges img').length").await, 0);
        assert_ne!(page.ask("return document.title").await, "owned");
    })
    .await;
}
