//! Tencent Cloud and Aliyun also answer at `/`, since their SDKs can set a host but no path.

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{post, post_service},
};
use lambda_http::tower::ServiceExt;

/// Both providers, each under its own path and at `/`, where the header with the call's name tells them apart.
pub(crate) fn router(tencent: Router, aliyun: Router) -> Router {
    let at_root = post(choose).with_state((tencent.clone(), aliyun.clone()));
    Router::new()
        .route("/_local/tencent", post_service(tencent))
        .route("/_local/aliyun", post_service(aliyun))
        .route("/", at_root)
}

async fn choose(State((tencent, aliyun)): State<(Router, Router)>, request: Request) -> Response {
    let headers = request.headers();
    let provider = if headers.contains_key("x-tc-action") {
        tencent
    } else if headers.contains_key("x-acs-action") {
        aliyun
    } else {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    };
    provider.oneshot(request).await.into_response()
}
