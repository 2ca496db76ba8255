//! The phone: what a person does and reads.

use tests::wrong;

use crate::page::visit;

#[tokio::test]
async fn a_new_user_logs_in_and_comes_back() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "0")], async |page| {
        page.see("#live", "live").await;
        page.look("empty").await;

        page.by_sms().await;
        page.look("by-sms").await;
        page.take_code().await;
        page.look("code-sent").await;
        page.click("#submit").await;
        page.see("#welcome", "Account created").await;
        page.see("#welcome .badge", "new user").await;
        page.see("#welcome .claims", &page.app.local.wechat.openid("alice")[..16]).await;
        page.see("#exchanges details[open] .path", "/login").await;
        page.look("new-user").await;

        page.click("#log-out").await;
        page.see("#message", "You are logged out").await;
        let marked = "return document.querySelectorAll('#overview [data-last]').length";
        assert_eq!(page.ask(marked).await, 0, "a new flow begins");
        page.take_code().await;
        page.click("#submit").await;
        page.see("#welcome", "Welcome back").await;
        page.see("#welcome .badge", "returning user").await;
        page.look("returning-user").await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_says_how_many_attempts_are_left_at_its_field() {
    visit(&[], async |page| {
        page.take_code().await;
        page.fill("#code", &wrong(&page.app.last_code())).await;
        page.click("#submit").await;
        page.see("#message", "Attempts left: 4").await;
        assert_eq!(page.ask("return document.activeElement.id").await, "code");
        assert_eq!(page.ask("return document.activeElement.getAttribute('aria-invalid')").await, "true");
        page.look("wrong-code").await;

        page.click("[data-language=zh]").await;
        page.click("#submit").await;
        page.see("#message", "还可以尝试 3 次").await;
        page.look("wrong-code-zh").await;
    })
    .await;
}

#[tokio::test]
async fn the_countdown_is_the_numbers_own_and_ends() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "4")], async |page| {
        page.by_sms().await;
        page.click("#send").await;
        page.see("#send", "Again in").await;
        assert_eq!(page.ask("return document.querySelector('#send').disabled").await, true);
        page.look("countdown").await;

        page.fill("#number", "13900139000").await;
        page.see("#send", "Get code").await;
        page.fill("#number", "13800138000").await;
        page.see("#send", "Get code").await;

        // The server's clock stands still, so it refuses and says when to try again.
        page.click("#send").await;
        page.see("#message", "try again in 4 seconds").await;
        page.see("#send", "Again in").await;
        let last = "#exchanges details[open] .steps li:last-child";
        page.see(last, "undoes the send or its counts").await;
        page.look("too-soon").await;
        page.app.clock.turn(4);
        page.see("#send", "Get code").await;
        page.click("#send").await;
        page.see("#message", "The code was sent").await;
        assert_eq!(page.app.local.phones.sent().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn wechat_that_is_down_or_blocks_a_person_lets_nobody_in() {
    visit(&[], async |page| {
        page.take_code().await;
        page.click("[value='http-500']").await;
        page.click("#submit").await;
        page.see("#message", "WeChat could not be reached").await;
        page.see("#exchanges details[open] .steps .wechat", "HTTP 500").await;
        page.look("wechat-down").await;

        page.click("[value='err-40226']").await;
        page.click("#submit").await;
        page.see("#message", "has blocked its login").await;
        page.see("#exchanges details[open] .steps .wechat", "errcode 40226").await;
        page.look("blocked").await;

        // None of this used up the code.
        page.click("[value='alice']").await;
        page.click("#submit").await;
        page.see("#welcome", "Account created").await;
    })
    .await;
}

#[tokio::test]
async fn an_invalid_number_is_marked_and_another_persons_is_refused() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "0")], async |page| {
        page.by_sms().await;
        page.fill("#number", "123").await;
        page.click("#send").await;
        page.see("#message", "valid mobile number").await;
        assert_eq!(page.ask("return document.activeElement.id").await, "number");
        page.look("no-number").await;

        // The page itself reports an empty field.
        page.ask("document.querySelector('#number').value = ''").await;
        page.click("#send").await;
        page.see("#message", "enter your mobile number").await;
        assert_eq!(page.ask("return document.querySelector('#number').ariaInvalid").await, "true");
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges > li').length").await, 1);

        page.app.logged_in("alice", "13800138000").await;
        page.fill("#number", "13800138000").await;
        page.click("[value='bob']").await;
        page.take_code().await;
        page.click("#submit").await;
        page.see("#message", "belongs to another account").await;
    })
    .await;
}

#[tokio::test]
async fn a_code_from_the_inbox_comes_with_its_number() {
    visit(&[], async |page| {
        let code = page.app.texted("13900139000").await;
        page.see("#inbox .small", "Fill in").await;
        page.click("#inbox .small").await;
        assert_eq!(page.ask("return document.querySelector('#number').value").await, "13900139000");
        assert_eq!(page.ask("return document.querySelector('#code').value").await, code);
        page.click("#submit").await;
        page.see("#welcome", "Account created").await;
    })
    .await;
}

#[tokio::test]
async fn a_code_that_was_used_or_replaced_is_not_offered_after_a_reload() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "0")], async |page| {
        let offered = "return document.querySelectorAll('#inbox .small').length";
        page.take_code().await;
        page.click("#submit").await;
        page.see("#exchanges details[open] .path", "/login").await;
        assert_eq!(page.ask(offered).await, 0);
        for _ in 0..2 {
            page.app.texted("13900139000").await;
        }
        page.open("/").await;
        page.see("#live", "live").await;
        page.see("#exchanges li:nth-child(5) .path", "/send-code").await;
        page.by_sms().await;
        assert_eq!(page.text("#suggestion").await, "");
        assert_eq!(page.ask(offered).await, 1, "the newest of the other number");

        // A code that is still unused is offered again.
        page.app.texted("13800138000").await;
        page.see("#suggestion", &page.app.last_code()).await;
        page.open("/").await;
        page.by_sms().await;
        page.see("#suggestion", &page.app.last_code()).await;
    })
    .await;
}

#[tokio::test]
async fn keys_are_enough() {
    visit(&[], async |page| {
        // Skip link, links and languages come before it.
        page.ask("document.querySelector('[name=person]:checked').focus()").await;
        let (tab, right, enter) = ("\u{e004}", "\u{e014}", "\u{e007}");
        page.press(right).await;
        assert_eq!(page.ask("return document.querySelector('[name=person]:checked').value").await, "bob");
        page.press(tab).await;
        assert_eq!(page.ask("return document.activeElement.id").await, "one-tap");
        page.press(tab).await;
        page.press(enter).await;
        assert_eq!(page.ask("return document.activeElement.id").await, "number");
        page.press(tab).await;
        page.press(tab).await;
        page.press(enter).await;
        page.see("#suggestion", "Fill in").await;
        assert_eq!(page.ask("return document.activeElement.id").await, "code");
        page.press(&page.app.last_code()).await;
        page.press(enter).await;
        page.see("#welcome .claims", &page.app.local.wechat.openid("bob")[..16]).await;
        assert_eq!(page.ask("return document.activeElement.id").await, "welcome");
    })
    .await;
}
