//! The form of WeChat's answers: errors also have status 200.

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

pub(super) fn refuse(errcode: i64, errmsg: &str) -> Response {
    wechat_json(&json!({ "errcode": errcode, "errmsg": errmsg }))
}

/// JSON with WeChat's content type.
pub(super) fn wechat_json(answer: &Value) -> Response {
    ([(CONTENT_TYPE, "text/plain")], answer.to_string()).into_response()
}
