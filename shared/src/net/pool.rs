//! The connection pools, and the SDK's client over one of them.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper::rt::{Sleep, Timer};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, ResponseFuture, connect::HttpConnector as TcpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use lambda_http::http::{HeaderMap, Request, Response, Uri};
use rustls::ClientConfig;
use tokio::time::timeout;
use tower_service::Service;

use crate::clock::{Clock, Timestamp};

/// The time limit of a TCP connection to AWS (docs/adr/0008-time-outs.md).
const CONNECT: Duration = Duration::from_millis(800);

/// The time limit of a whole connection: DNS, TCP and TLS.
const REACH: Duration = Duration::from_millis(1200);

/// An older idle connection takes no request that must not be sent twice. Amazon's SDK for Java drops idle connections
/// after five seconds (docs/adr/0012-https.md).
const IDLE: Duration = Duration::from_secs(4);

/// Open connections, by peer.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    client: legacy::Client<Connector, SdkBody>,
    note: Option<fn(&mut HeaderMap)>,
}

impl Pool {
    /// For requests that may be sent again: a connection that the peer closed silently costs a second attempt.
    pub(crate) fn new(tls: ClientConfig) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new()).build(connector(tls));
        Self { client, note: None }
    }

    /// For requests that must not be sent twice: they never use connections that were idle for [`IDLE`] by `clock`.
    pub(crate) fn unrepeated(tls: ClientConfig, clock: Arc<dyn Clock>) -> Self {
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder.pool_idle_timeout(IDLE).pool_timer(Ages::by(clock));
        Self { client: builder.build(connector(tls)), note: None }
    }

    /// The same connections; `note` may add headers to each request, after it is signed.
    pub(crate) fn noting(self, note: fn(&mut HeaderMap)) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The SDK's view of the pool.
    pub(crate) fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// Sends a request. The error tells whether there was no connection.
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

    /// Opens a connection to `url` and leaves it in the pool, if that succeeds in time.
    pub(crate) async fn connect(&self, url: Uri) {
        let answered = async {
            let mut request = Request::new(SdkBody::empty());
            *request.uri_mut() = url;
            // A connection returns to the pool once its answer has been read.
            self.client.request(request).await.ok()?.into_body().collect().await.ok()
        };
        // If this fails, the first request opens its own connection.
        _ = timeout(CONNECT, answered).await;
    }
}

fn connector(tls: ClientConfig) -> Connector {
    let mut tcp = TcpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    Connector(
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp),
    )
}

/// Opens a connection within the time limit: DNS, TCP and TLS. If it fails, nothing was sent.
#[derive(Debug, Clone)]
struct Connector(HttpsConnector<TcpConnector>);

impl Service<Uri> for Connector {
    type Response = <HttpsConnector<TcpConnector> as Service<Uri>>::Response;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let connection = self.0.call(url);
        Box::pin(async move { timeout(REACH, connection).await.unwrap_or_else(|late| Err(late.into())) })
    }
}

/// How long a connection has been idle.
///
/// `Instant` may stand still while Lambda freezes the machine, and the clock may be set back: the longer one counts.
#[derive(Clone)]
struct Ages {
    clock: Arc<dyn Clock>,
    began: (Instant, Timestamp),
}

impl Ages {
    fn by(clock: Arc<dyn Clock>) -> Self {
        let began = (Instant::now(), clock.now());
        Self { clock, began }
    }
}

impl Timer for Ages {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        TokioTimer::new().sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(self.now()))
    }

    fn now(&self) -> Instant {
        let (instant, time) = self.began;
        let by_clock = Duration::from_secs(time.seconds_until(self.clock.now()));
        instant + instant.elapsed().max(by_clock)
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

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::{config::Env, net};

    struct TurnedClock(Mutex<Timestamp>);

    impl TurnedClock {
        fn turn(&self, seconds: u64) {
            let mut now = self.0.lock().unwrap();
            *now = now.plus(seconds);
        }
    }

    impl Clock for TurnedClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    /// A service that answers every request, and counts its connections.
    async fn service() -> (Uri, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    let mut request = [0; 1024];
                    while connection.read(&mut request).await.unwrap() > 0 {
                        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
                    }
                });
            }
        });
        (url, connections)
    }

    #[tokio::test]
    async fn requests_that_must_not_be_sent_twice_use_a_young_connection() {
        let clock = Arc::new(TurnedClock(Mutex::new(Timestamp::from_unix(1))));
        let tls = net::read(&mut Env::new([])).unwrap();
        for (pool, connections_in_the_end) in
            [(Pool::new(tls.clone()), 1), (Pool::unrepeated(tls, clock.clone()), 2)]
        {
            let (url, connections) = service().await;
            for _ in 0..3 {
                pool.connect(url.clone()).await;
                clock.turn(1);
            }
            assert_eq!(connections.load(Ordering::Relaxed), 1);
            clock.turn(4);
            pool.connect(url).await;
            assert_eq!(connections.load(Ordering::Relaxed), connections_in_the_end);
        }
    }
}
