//! The pool of connections, and the SDK's view of it.

use std::time::Duration;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, ResponseFuture, connect::HttpConnector as TcpConnector},
    rt::TokioExecutor,
};
use lambda_http::http::{HeaderMap, Request, Response, Uri};
use rustls::ClientConfig;
use tokio::time::timeout;

/// The longest that a TCP connection to AWS is waited for (docs/adr/0008-time-outs.md).
const CONNECT: Duration = Duration::from_millis(800);

/// The connections to AWS and others: one pool, whoever asks for one.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    client: legacy::Client<HttpsConnector<TcpConnector>, SdkBody>,
    note: Option<fn(&mut HeaderMap)>,
}

impl Pool {
    pub(crate) fn new(tls: ClientConfig) -> Self {
        let mut tcp = TcpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        Self { client: legacy::Client::builder(TokioExecutor::new()).build(https), note: None }
    }

    /// The same connections; `note` writes into the headers of each request, which is signed by then.
    pub(crate) fn noting(self, note: fn(&mut HeaderMap)) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The SDK's view of it.
    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Sends a request; its error tells whether there was no connection.
    pub(crate) async fn request(
        &self,
        request: Request<SdkBody>,
    ) -> Result<Response<SdkBody>, legacy::Error> {
        Ok(self.send(request).await?.map(SdkBody::from_body_1_x))
    }

    fn send(&self, mut request: Request<SdkBody>) -> ResponseFuture {
        if let Some(note) = self.note {
            note(request.headers_mut());
        }
        self.client.request(request)
    }

    /// Leaves an open connection to `url` in the pool, if there can be one in time.
    pub(crate) async fn connect(&self, url: Uri) {
        let answered = async {
            let mut request = Request::new(SdkBody::empty());
            *request.uri_mut() = url;
            // A connection goes back to the pool when its answer has been read.
            self.client.request(request).await.ok()?.into_body().collect().await.ok()
        };
        // Without a connection now, the first request makes its own.
        _ = timeout(CONNECT, answered).await;
    }
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let answer = self.send(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
