//! The calls after a login.

use serde_json::{Value, json};
use shared::problem::ProblemCode;

use super::{
    COMMON, TICKET, TOKEN, USER, call, needed,
    responses::{answered, problems},
};

/// The problems of any call with a token.
const BEARER: &[ProblemCode] =
    &[ProblemCode::TokenRequired, ProblemCode::TokenInvalid, ProblemCode::ServiceUnavailable];

const TICKETS: &[ProblemCode] =
    &[ProblemCode::TicketRequired, ProblemCode::TicketInvalid, ProblemCode::TicketExpired];

pub(super) fn renew() -> Value {
    call(
        ("renew", "Get a new token with a ticket alone, without an SMS"),
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
        "description": "`true` logs out all openids of the account.",
    });
    let mut logout = of_the_token(
        ("logout", "Log out: the openid's tokens are revoked, and it cannot renew until its next login"),
        &[COMMON, BEARER].concat(),
    );
    logout["requestBody"] = json!({ "description": "4 KiB at most.", "content": { "application/json": {
        "schema": { "type": "object", "properties": { "everywhere": everywhere } },
        "example": { "everywhere": true },
    } } });
    logout["responses"]["204"] = nothing("The person is logged out, or was already.");
    logout
}

pub(super) fn account() -> Value {
    let problems =
        [BEARER, &[ProblemCode::AccountDisabled, ProblemCode::MethodNotAllowed, ProblemCode::Internal]]
            .concat();
    let mut account = of_the_token(
        ("account", "Show the token's account, and whether the token is still valid"),
        &problems,
    );
    let example = json!({
        "userId": USER,
        "phoneNumber": "+86138****8000",
        "createdAt": "2026-11-25T08:00:00Z",
        "provedAt": "2026-11-25T08:00:00Z",
    });
    account["responses"]["200"] = answered(("The token is valid.", "AccountAnswer", &example));
    account
}

pub(super) fn delete_account() -> Value {
    let refusals = [TICKETS, &[ProblemCode::OpenidMismatch, ProblemCode::AccountDisabled]].concat();
    let mut delete = of_the_token(
        (
            "deleteAccount",
            "Delete the account, its number and its openids; a person who only joined it leaves it",
        ),
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
    delete["responses"]["204"] = nothing("The account is deleted, or was already.");
    delete
}

/// A call with a token.
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
