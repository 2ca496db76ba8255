//! The codes' HTTP interface for the console and curl.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde_json::json;

use super::{SIMULATED, SIMULATED_PHONE_CODES, Wechat};

pub(crate) fn router(wechat: Arc<Wechat>) -> Router {
    Router::new()
        .route("/_local/wechat/codes", get(list))
        .route("/_local/wechat/uni-login", put(choose))
        .route("/_local/wechat/button", put(choose_number))
        .with_state(wechat)
}

async fn list(State(wechat): State<Arc<Wechat>>) -> Response {
    let list = json!({
        "uniLogin": wechat.visitor(), "simulated": SIMULATED,
        "button": wechat.visitor_number(), "simulatedPhoneCodes": SIMULATED_PHONE_CODES,
        "apps": wechat.app_ids(),
    });
    ([(CONTENT_TYPE, "application/json")], list.to_string()).into_response()
}

async fn choose(State(wechat): State<Arc<Wechat>>, code: String) -> Response {
    chosen(wechat.set_visitor(code.trim()))
}

async fn choose_number(State(wechat): State<Arc<Wechat>>, code: String) -> Response {
    chosen(wechat.set_visitor_number(code.trim()))
}

fn chosen(outcome: Result<(), impl std::error::Error>) -> Response {
    match outcome {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
