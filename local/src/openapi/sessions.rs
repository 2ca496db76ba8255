//! What comes after a login.

use serde_json::{Value, json};
use shared::problem::ProblemCode;

use super::{
    COMMON, TICKET, TOKEN, USER, call, needed,
    responses::{answered, problems},
};

/// What a call by a token refuses with.
const BEARER: &[ProblemCode] =
    &[ProblemCode::TokenRequired, ProblemCode::TokenInvalid, ProblemCode::ServiceUnavailable];

const TICKETS: &[ProblemCode] =
    &[ProblemCode::TicketRequired, ProblemCode::TicketInvalid, ProblemCode::TicketExpired];

pub(super) fn renew() -> Value {
    call(
        ("renew", "Get a new token without an SMS, by WeChat's word alone"),
        &json!({ "type": "object", "required": ["ticket"], "properties": { "ticket": ticket() } }),
        &json!({ "ticket": TICKET }),
        (
            "The person is still logged in.",
            "RenewAnswer",
            &json!({ "token": TOKEN, "tokenType": "Bearer", "expiresIn": 7200, "userId": USER }),
        ),
        &[
            TICKETS,
            &[ProblemCode::LoginRequired, ProblemCode::AccountDisabled, ProblemCode::ServiceUnavailable],
        ]
        .concat(),
    )
}

pub(super) fn logout() -> Value {
    let everywhere = json!({
        "type": ["boolean", "null"],
        "description": "Whether all openids of the account are logged out.",
    });
    let mut logout = of_the_token(
        (
            "logout",
            "Log out: the openid's tokens are good no more, and nothing is renewed until its next login",
        ),
        &[COMMON, BEARER].concat(),
    );
    logout["requestBody"] = json!({ "description": "4 KiB at most.", "content": { "application/json": {
        "schema": { "type": "object", "properties": { "everywhere": everywhere } },
        "example": { "everywhere": true },
    } } });
    logout["responses"]["204"] = nothing("The person is logged out; also where they were already.");
    logout
}

pub(super) fn account() -> Value {
    let problems =
        [BEARER, &[ProblemCode::AccountDisabled, ProblemCode::MethodNotAllowed, ProblemCode::Internal]]
            .concat();
    let mut account = of_the_token(("account", "Whose a token is, and whether it is still good"), &problems);
    let example = json!({
        "userId": USER,
        "phoneNumber": "+86138****8000",
        "createdAt": "2026-11-25T08:00:00Z",
        "provedAt": "2026-11-25T08:00:00Z",
    });
    account["responses"]["200"] = answered(("The token is good.", "AccountAnswer", &example));
    account
}

pub(super) fn delete_account() -> Value {
    let refusals = [TICKETS, &[ProblemCode::OpenidMismatch, ProblemCode::AccountDisabled]].concat();
    let mut delete = of_the_token(
        ("deleteAccount", "Delete the account, its number and its openids; who had joined it leaves it"),
        &[COMMON, BEARER, &refusals].concat(),
    );
    delete["requestBody"] = json!({
        "required": true,
        "description": "4 KiB at most.",
        "content": { "application/json": {
            "schema": { "type": "object", "required": ["ticket"], "properties": { "ticket": ticket() } },
            "example": { "ticket": TICKET },
        } },
    });
    delete["responses"]["204"] = nothing("The account is gone; also where it was already.");
    delete
}

/// A call by a token.
fn of_the_token((id, summary): (&str, &str), refusals: &[ProblemCode]) -> Value {
    json!({
        "operationId": id,
        "summary": summary,
        "security": [{ "Token": [] }],
        "parameters": [{ "$ref": "#/components/parameters/AcceptLanguage" }],
        "responses": problems(refusals),
    })
}

fn nothing(description: &str) -> Value {
    json!({
        "description": description,
        "headers": { "Cache-Control": { "$ref": "#/components/headers/NoStore" } },
    })
}

fn ticket() -> Value {
    needed("A ticket of `/exchange-code`.")
}
