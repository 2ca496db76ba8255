//! The console: its pages, which need no build step, and its stream of events.

use std::{convert::Infallible, future::ready, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::sync::broadcast;

use crate::{openapi, phones::PhoneNetwork, timeline::Timeline};

/// The pages load only files that are served here, run nothing inline, and cannot be framed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

macro_rules! files {
    ($($kind:literal: $($name:literal)+;)+) => {
        &[$($(($name, $kind, include_str!(concat!("../console/", $name)))),+),+]
    };
}

/// Each file that the pages load, with its content type.
const FILES: &[(&str, &str, &str)] = files! {
    "text/css": "base.css" "page.css" "phone.css" "timeline.css" "docs.css";
    "text/javascript": "main.js" "dom.js" "busy.js" "notice.js" "texts.js" "language.js" "app.js" "calls.js" "codes.js" "countdown.js" "numbers.js" "phone.js" "entry.js" "tap.js"
        "session.js" "token.js" "inbox.js" "routes.js" "exchanges.js" "steps.js" "tables.js" "json.js" "overview.js" "docs.js" "reference.js";
    "image/svg+xml": "icon.svg";
};

pub(crate) fn router(phones: Arc<PhoneNetwork>, timeline: Arc<Timeline>) -> Router {
    let mut router = Router::new()
        .route("/", get(async || file(HTML, include_str!("../console/index.html"))))
        .route("/docs", get(async || file(HTML, include_str!("../console/docs.html"))))
        .route("/openapi.json", get(async || ([(CONTENT_TYPE, "application/json")], openapi::text())));
    for (name, kind, content) in FILES {
        router = router.route(&format!("/_local/console/{name}"), get(async || file(kind, content)));
    }
    router.merge(Router::new().route("/_local/events", get(events)).with_state((phones, timeline)))
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The next build may change the files.
        (CACHE_CONTROL, "no-cache"),
    ];
    (StatusCode::OK, headers, content).into_response()
}

/// Past events first, then new ones: `sms` and `exchange`. The stream starts with `start`, so that a page that reconnects
/// knows that all events are repeated.
async fn events(State((phones, timeline)): State<(Arc<PhoneNetwork>, Arc<Timeline>)>) -> impl IntoResponse {
    let start = stream::once(async { Event::default().event("start").data("{}") });
    let happenings =
        stream::select(happening("sms", phones.watch()), happening("exchange", timeline.watch()));
    let until_one_ends = happenings.take_while(|event| ready(event.is_some())).filter_map(ready);
    Sse::new(start.chain(until_one_ends).map(Ok::<_, Infallible>)).keep_alive(KeepAlive::default())
}

/// `None` ends the stream of a listener that is too slow. It reconnects and gets all events again.
fn happening<T: Serialize + Clone + Send + 'static>(
    name: &'static str,
    (past, live): (Vec<T>, broadcast::Receiver<T>),
) -> impl Stream<Item = Option<Event>> {
    let live = stream::unfold(live, async |mut live| Some((live.recv().await.ok()?, live)));
    let events = stream::iter(past).chain(live).map(move |it| {
        let data = serde_json::to_string(&it).unwrap_or_default();
        Some(Event::default().event(name).data(data))
    });
    events.chain(stream::iter([None]))
}
