//! One TLS set-up and one HTTP client under every AWS client.
//!
//! The SDK's own client reads the system's root certificates at each start, which takes as long as all the rest of it, and
//! brings HTTP/2, which `DynamoDB` and SNS do not speak (docs/adr/0012-https.md).

use std::{fs, time::Duration};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector as TcpConnector},
    rt::TokioExecutor,
};
pub use rustls::ClientConfig;
use rustls::{
    RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::config::Env;

/// The longest that a TCP connection to AWS is waited for (docs/adr/0008-time-outs.md).
const CONNECT: Duration = Duration::from_millis(800);

/// Reads whom TLS trusts from the settings: Mozilla's roots as they were when this was built, or those of the PEM file that
/// `SSL_CERT_FILE` names.
pub(crate) fn read(env: &mut Env) -> Option<ClientConfig> {
    let roots = match env.optional("SSL_CERT_FILE") {
        None => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
        Some(file) => match of_file(&file) {
            Some(roots) => roots,
            None => return env.wrong("SSL_CERT_FILE names no file of certificates in PEM".to_owned()),
        },
    };
    let versions = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions();
    // It fails where the provider knows no cipher suite of a version.
    Some(versions.ok()?.with_root_certificates(roots).with_no_client_auth())
}

fn of_file(file: &str) -> Option<RootCertStore> {
    let pem = fs::read(file).ok()?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.ok()?).ok()?;
    }
    (!roots.is_empty()).then_some(roots)
}

/// A client of the SDK: one pool of connections, whoever asks for it.
pub(crate) fn client(tls: ClientConfig) -> SharedHttpClient {
    let mut tcp = TcpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let https =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    let connector =
        SharedHttpConnector::new(Connector(legacy::Client::builder(TokioExecutor::new()).build(https)));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(legacy::Client<HttpsConnector<TcpConnector>, SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
