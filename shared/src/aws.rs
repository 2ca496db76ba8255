//! Access to AWS: one configuration for every client, the secrets, and errors that are safe to log.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
    timeout::TimeoutConfig,
};
pub use aws_types::SdkConfig;
use futures_util::future::join_all;
use lambda_http::http::{HeaderMap, Uri};
use rustls::ClientConfig;

use crate::{
    clock::Clock,
    config::{Env, Setting},
    net::{self, JsonClient, Pool},
};

mod failure;
mod secrets;

pub use failure::AwsFailure;
pub(crate) use secrets::fetch;
pub use secrets::settings;

/// Services whose requests must not be sent twice: SNS would send, and charge for, a second message.
const UNREPEATED: [&str; 1] = ["SNS"];

/// The configuration that every AWS client here is made from.
///
/// Lambda passes region and credentials in the environment, and they are read only there: the SDK's own search (profiles,
/// instance metadata, single sign-on) is a seventh of a function's size (docs/adr/0011-aws-settings.md).
#[derive(Debug, Clone)]
pub struct Aws {
    shared: SdkConfig,
    /// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_…`, by variable name.
    endpoints: HashMap<String, String>,
    tls: ClientConfig,
    pool: Pool,
    /// Connections for requests that must not be sent twice.
    unrepeated: Pool,
}

impl Aws {
    /// Reads the SDK's own variables. `clock` measures the age of connections.
    pub fn read(env: &mut Env, clock: Arc<dyn Clock>) -> Option<Self> {
        let region = env.required(&Setting::required("AWS_REGION"));
        let key_id = env.required(&Setting::required("AWS_ACCESS_KEY_ID"));
        let secret_key = env.required(&Setting::required("AWS_SECRET_ACCESS_KEY"));
        let token = env.optional(&Setting::optional("AWS_SESSION_TOKEN"));
        let tls = net::read(env)?;
        let pool = Pool::new(tls.clone());
        let unrepeated = Pool::unrepeated(tls.clone(), clock);
        let credentials = Credentials::new(key_id?, secret_key?, token, None, "environment");
        // With these time-outs the longest flow still ends within a function's ten seconds (docs/adr/0008-time-outs.md).
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_millis(1800));
        let retries =
            RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50));
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region?))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(pool.client())
            .timeout_config(timeouts.build())
            .retry_config(retries);
        let endpoints = env.starting_with("AWS_ENDPOINT_URL");
        Some(Self { shared: shared.build(), endpoints, tls, pool, unrepeated })
    }

    /// Opens `connections` to a service, by its name in `AWS_ENDPOINT_URL_…`, ahead of the first request.
    async fn connect(&self, (service, connections): (&str, usize)) {
        let config = self.of(service);
        let region = config.region().map_or("", |region| region.as_ref());
        let url = config.endpoint_url().map_or_else(|| public_url(service, region), str::to_owned);
        let pool = if UNREPEATED.contains(&service) { &self.unrepeated } else { &self.pool };
        if let Ok(url) = url.parse::<Uri>() {
            join_all((0..connections).map(|_| pool.connect(url.clone()))).await;
        }
    }

    /// The same configuration, but `note` may add headers to each request, after it is signed. For tests that look at what the
    /// clients send.
    #[must_use]
    pub fn noting(mut self, note: fn(&mut HeaderMap)) -> Self {
        self.pool = self.pool.noting(note);
        self.unrepeated = self.unrepeated.noting(note);
        self.shared = self.shared.into_builder().http_client(self.pool.client()).build();
        self
    }

    /// The TLS configuration for all outgoing connections.
    #[must_use]
    pub fn tls(&self) -> &ClientConfig {
        &self.tls
    }

    /// A JSON client for services without an SDK here. Its connections are safe for requests that must not be sent twice.
    #[must_use]
    pub fn json(&self) -> JsonClient {
        JsonClient::new(self.unrepeated.clone())
    }

    /// The configuration of one service, by its name in `AWS_ENDPOINT_URL_…`: `DYNAMODB`, `SNS`, `SECRETS_MANAGER`.
    #[must_use]
    pub fn of(&self, service: &str) -> SdkConfig {
        let own = self.endpoints.get(&format!("AWS_ENDPOINT_URL_{service}"));
        let endpoint = own.or_else(|| self.endpoints.get("AWS_ENDPOINT_URL"));
        let mut config = self.shared.to_builder();
        config.set_endpoint_url(endpoint.cloned());
        if UNREPEATED.contains(&service) {
            config.set_http_client(Some(self.unrepeated.client()));
        }
        config.build()
    }
}

/// A service's endpoint in a region. China's regions have their own domain.
fn public_url(service: &str, region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://{}.{region}.{domain}", service.to_lowercase())
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

    use super::*;

    #[tokio::test]
    async fn connections_are_opened_to_where_the_sdk_sends_in_every_partition_that_the_template_is_for() {
        for region in ["us-east-1", "ap-southeast-1", "cn-north-1", "cn-northwest-1"] {
            let params = Params::builder().region(region).build().unwrap();
            let endpoint = DefaultResolver::new().resolve_endpoint(&params).await.unwrap();
            assert_eq!(public_url("DYNAMODB", region), endpoint.url());
        }
    }
}
