//! A function's routing table.

use std::{pin::Pin, sync::Arc};

use lambda_http::{Body, Request, Response, http::Method};

use super::{Call, RequestError};
use crate::random::Random;

/// A row of the routing table of the function `F`.
pub struct Route<F> {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: &'static str,
    handler: Handler<F>,
}

/// The handler: `|function, call| Box::pin(call.answer(…))`.
type Handler<F> = for<'call> fn(&'call F, &'call Call) -> Answering<'call>;

/// An answer in progress.
type Answering<'call> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'call>>;

impl<F> Route<F> {
    /// A `GET`.
    #[must_use]
    pub const fn get(path: &'static str, handler: Handler<F>) -> Self {
        Self { method: Method::GET, path, handler }
    }

    /// A `DELETE`.
    #[must_use]
    pub const fn delete(path: &'static str, handler: Handler<F>) -> Self {
        Self { method: Method::DELETE, path, handler }
    }

    /// A `POST`.
    #[must_use]
    pub const fn post(path: &'static str, handler: Handler<F>) -> Self {
        Self { method: Method::POST, path, handler }
    }
}

/// Answers a request by its row. A stage or base path before a row's path (`/prod/login`) is ignored, since it depends on
/// the deployment.
pub async fn serve<F>(
    function: &F,
    routes: &'static [Route<F>],
    random: &Arc<dyn Random>,
    request: Request,
) -> Response<Body> {
    let call = Call::new(request, random.clone());
    match find(routes, &call) {
        Ok(route) => (route.handler)(function, &call).await,
        Err(error) => call.answer(async { Err(error) }).await,
    }
}

fn find<F>(routes: &'static [Route<F>], call: &Call) -> Result<&'static Route<F>, RequestError> {
    let here = || routes.iter().filter(|route| call.is_for(route.path));
    let found = here().next().ok_or(RequestError::NotFound)?;
    call.log.route(found.path);
    here().find(|route| route.method == *call.method()).ok_or_else(|| {
        let methods: Vec<_> = here().map(|route| route.method.as_str()).collect();
        RequestError::MethodNotAllowed { allow: methods.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        future::{Ready, ready},
    };

    use super::*;
    use crate::{http::Reply, random::SystemRandom};

    struct Account;

    static ROUTES: [Route<Account>; 2] = [
        Route::get("/account", |_, call| Box::pin(call.answer(said("shown")))),
        Route::post("/account", |_, call| Box::pin(call.answer(said("changed")))),
    ];

    fn said(what: &str) -> Ready<Result<Reply, Infallible>> {
        ready(Ok(Reply::json(&what)))
    }

    async fn asked(method: Method, path: &'static str) -> Response<Body> {
        let mut request = Request::new(Body::Empty);
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        serve(&Account, &ROUTES, &random, request).await
    }

    #[tokio::test]
    async fn a_path_and_a_method_lead_to_a_row() {
        for path in ["/account", "/prod/account"] {
            assert_eq!(asked(Method::GET, path).await.body().as_ref(), b"\"shown\"");
            assert_eq!(asked(Method::POST, path).await.body().as_ref(), b"\"changed\"");
        }
        for path in ["/", "/accounts", "/an-account", "/account/"] {
            assert_eq!(asked(Method::GET, path).await.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn an_unsupported_method_is_answered_with_the_supported_ones() {
        let answer = asked(Method::DELETE, "/account").await;
        assert_eq!(answer.status(), 405);
        assert_eq!(answer.headers()["allow"], "GET, POST");
    }
}
