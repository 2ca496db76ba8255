//! After the login: the calls with the token, and what the page shows of them.

use serde_json::json;

use crate::page::{Page, visit};

/// The newest request's steps: the call and its purpose.
const STEPS: &str = "return [...document.querySelectorAll('#exchanges details[open] .steps li')].slice(1)
    .map((it) => `${it.querySelector('.call').innerText}: ${it.querySelector('.purpose').innerText}`)";

async fn log_in(page: &Page) {
    page.take_code().await;
    page.click("#submit").await;
    page.see("#welcome", "Log out").await;
    page.see("#exchanges details[open] .path", "POST /login").await;
}

#[tokio::test]
async fn a_session_is_renewed_looked_at_and_ended() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "0")], async |page| {
        log_in(page).await;
        let token = "return document.querySelector('#held .raw').textContent";
        let first = page.ask(token).await;
        page.click("#renew").await;
        page.see("#told", "without an SMS").await;
        page.see("#exchanges details[open] .path", "POST /renew").await;
        assert_eq!(
            page.ask(STEPS).await,
            json!(["DynamoDB GetItem: reads the person’s account, and when its number was last proved"])
        );
        let second = page.ask(token).await;
        assert_ne!(second, first);
        assert_eq!(page.app.local.phones.sent().len(), 1);

        page.click("#account").await;
        page.see("#of-account", "+86138****8000").await;
        page.see("#exchanges details[open] .path", "GET /account").await;
        assert_eq!(
            page.ask(STEPS).await,
            json!(["DynamoDB BatchGetItem: one read: whether the token is still valid, and its account"])
        );
        page.look("account").await;

        page.click("#log-out").await;
        page.see("#message", "You are logged out").await;
        page.see("#exchanges details[open] .path", "POST /logout").await;
        assert_eq!(
            page.ask(STEPS).await,
            json!(["DynamoDB UpdateItem: ends the session: its tokens are revoked"])
        );
        page.see("#exchanges details[open] .tables .badge", "changed").await;
        for token in [first, second] {
            assert_eq!(page.app.account(token.as_str().unwrap()).await.outcome(), "token_invalid");
        }
        page.look("logged-out").await;
    })
    .await;
}

#[tokio::test]
async fn an_account_is_deleted_by_its_person_alone() {
    visit(&[], async |page| {
        log_in(page).await;
        page.click("[value=bob]").await;
        page.click("#delete").await;
        page.see("#exchanges details[open] .summed", "openid_mismatch").await;
        assert_ne!(page.text("#told").await, "");
        page.look("not-theirs").await;

        page.click("[value=alice]").await;
        page.click("[data-language=zh]").await;
        page.click("#delete").await;
        page.see("#message", "账号已注销").await;
        page.see("#exchanges details[open] .path", "DELETE /account").await;
        page.see("#exchanges details[open] .steps li:last-child", "一个事务：删除账号").await;
        let gone = "return document.querySelectorAll('#exchanges details[open] .tables .gone').length";
        assert_eq!(page.ask(gone).await, 3, "the account, its number and its openid");
        assert_eq!(page.app.local.dynamodb.items("users").await.unwrap(), json!([]));
        page.look("deleted-zh").await;
    })
    .await;
}

#[tokio::test]
async fn a_person_who_was_logged_out_elsewhere_reads_it_at_the_form() {
    visit(&[], async |page| {
        log_in(page).await;
        let token = page.ask("return document.querySelector('#held .raw').textContent").await;
        assert_eq!(page.app.log_out(token.as_str().unwrap()).await.status, 204);
        page.click("#renew").await;
        page.see("#message", "log in with your phone number again").await;
        assert_eq!(page.text("#welcome").await, "");
    })
    .await;
}
