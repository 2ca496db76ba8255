//! A function's calls: a row for each, and the way from a request to its row.

use std::pin::Pin;

use lambda_http::{Body, Request, Response, http::Method};

use super::{Call, RequestError};

/// A call of the function `F`: a row of its table.
pub struct Route<F> {
    /// The method that it is asked by.
    pub method: Method,
    /// The path that it is asked at.
    pub path: &'static str,
    handler: Handler<F>,
}

/// What answers a call: `|function, call| Box::pin(call.answer(…))`.
type Handler<F> = for<'call> fn(&'call F, &'call Call) -> Answering<'call>;

/// An answer under way.
type Answering<'call> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'call>>;

impl<F> Route<F> {
    /// A `GET`.
    #[must_use]
    pub const fn get(path: &'static str, handler: Handler<F>) -> Self {
        Self { method: Method::GET, path, handler }
    }

    /// A `POST`.
    #[must_use]
    pub const fn post(path: &'static str, handler: Handler<F>) -> Self {
        Self { method: Method::POST, path, handler }
    }
}

/// Answers a request by the row that it is for. A stage or base path in front of a row's path (`/prod/login`) is overlooked:
/// which one there is, is the deployment's business.
pub async fn serve<F>(function: &F, routes: &'static [Route<F>], request: Request) -> Response<Body> {
    let call = Call::new(request);
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
