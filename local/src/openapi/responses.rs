//! Answers and problems as responses of the description.

use serde_json::{Map, Value, json};
use shared::problem::{Language, Problem, ProblemCode};

pub(super) const JSON: &str = "application/json";

const REQUEST_ID: &str = "5a9ab8a6-6c38-4f3b-8f4c-6f4a5ae5a6c1";

/// A success: description, type and example.
pub(super) fn answered((description, schema, example): (&str, &str, &Value)) -> Value {
    json!({
        "description": description,
        "headers": { "Cache-Control": { "$ref": "#/components/headers/NoStore" } },
        "content": { JSON: {
            "schema": { "$ref": format!("#/components/schemas/{schema}") },
            "example": example,
        } },
    })
}

/// A response for each status of these problems.
pub(super) fn problems(codes: &[ProblemCode]) -> Value {
    let mut responses = Map::new();
    for code in codes {
        let alike: Vec<_> = codes.iter().copied().filter(|other| other.status() == code.status()).collect();
        responses.entry(code.status().to_string()).or_insert_with(|| response(&alike));
    }
    responses.into()
}

/// The problems of one status.
fn response(codes: &[ProblemCode]) -> Value {
    let names: Vec<_> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
    let mut headers = json!({ "Cache-Control": { "$ref": "#/components/headers/NoStore" } });
    if codes.iter().any(|code| retry_after(*code).is_some() || retries_at_times(*code)) {
        headers["Retry-After"] = json!({ "$ref": "#/components/headers/RetryAfter" });
    }
    if codes.iter().any(|code| matches!(code, ProblemCode::TokenRequired | ProblemCode::TokenInvalid)) {
        headers["WWW-Authenticate"] = json!({ "$ref": "#/components/headers/Challenge" });
    }
    if codes.contains(&ProblemCode::MethodNotAllowed) {
        headers["Allow"] = json!({ "$ref": "#/components/headers/Allow" });
    }
    json!({ "description": names.join(", "), "headers": headers, "content": problem_content(codes) })
}

/// A problem's body: one of these, each with an example.
pub(super) fn problem_content(codes: &[ProblemCode]) -> Value {
    let names: Vec<_> = codes.iter().map(|code| code.name()).collect();
    let examples: Map<_, _> = codes.iter().map(|code| (code.name().to_owned(), example(*code))).collect();
    json!({ "application/problem+json": {
        "schema": {
            "allOf": [{ "$ref": "#/components/schemas/Problem" }],
            "properties": { "code": { "enum": names } },
        },
        "examples": examples,
    } })
}

/// The problem in Chinese, with the English text as its summary.
fn example(code: ProblemCode) -> Value {
    let mut problem = Problem::from(code);
    if let Some(seconds) = retry_after(code) {
        problem = problem.retry_after(seconds);
    }
    if code == ProblemCode::CodeIncorrect {
        problem = problem.attempts_left(4);
    }
    let body = |language| serde_json::to_value(problem.body(language, REQUEST_ID)).unwrap_or_default();
    json!({ "summary": body(Language::English)["detail"], "value": body(Language::Chinese) })
}

/// Seconds, for the problems that say when to retry.
fn retry_after(code: ProblemCode) -> Option<u64> {
    match code {
        ProblemCode::ServiceUnavailable => Some(5),
        ProblemCode::ResendTooSoon => Some(42),
        ProblemCode::IpLimitReached => Some(1800),
        ProblemCode::PhoneLimitReached
        | ProblemCode::OpenidLimitReached
        | ProblemCode::SmsBudgetExhausted => Some(43_200),
        _ => None,
    }
}

/// Whether it sometimes says when to retry: if the day's guesses are used up, or a message may have been sent.
fn retries_at_times(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::TooManyAttempts | ProblemCode::SmsUnavailable)
}
