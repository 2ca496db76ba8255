//! Sends messages to phones.
//!
//! Each provider is a file beside `sns.rs` and a variant in `provider.rs`. The file reads the settings and secrets,
//! calls the service, and maps refusals to [`SmsError`]. `SMS_ROUTES` says which provider serves which country.

use std::{sync::Arc, time::Duration};

use shared::{
    aws::Aws,
    clock::Clock,
    codes::VerifyCode,
    config::{Env, Setting},
    phone::{Countries, Country, PhoneNumber},
    random::Random,
    telemetry::Metric,
};
use tokio::time::{Instant, timeout};

mod aliyun;
mod check;
mod endpoint;
mod error;
mod provider;
mod routes;
mod signing;
mod sns;
mod tencent;
mod text;

pub(crate) use check::checks;
pub use error::{SmsError, Window};
use provider::{Name, Provider, Settings};
#[cfg(feature = "openapi")]
pub use routes::ALL_PROVIDERS;
pub use routes::Routes;

/// The time limit of all providers of a route together (docs/adr/0008-time-outs.md).
const PATIENCE: Duration = Duration::from_millis(2600);

/// The next provider is tried only if this much time is left. Connecting has a shorter limit, so that a host that is
/// down can be told from a lost answer.
const LEAST: Duration = Duration::from_millis(1300);

/// Counts accepted messages by provider. The total has the same name and is counted where the request is answered.
const CODES_SENT: Metric = Metric::named("CodesSent");

/// Counts a provider's failures, not refusals of the number; also if the next provider accepts the message.
const SMS_FAILURES: Metric = Metric::named("SmsFailures");

/// `SMS_ROUTES`, with the settings of the providers that it names.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    routes: Routes,
    providers: Vec<Settings>,
}

impl SmsSettings {
    /// Reads the settings of the providers that `routes` names, for codes that live `ttl` seconds.
    pub fn read(env: &mut Env, routes: Routes, countries: Option<&Countries>, ttl: u64) -> Option<Self> {
        let allowed = countries.map(Countries::allowed).unwrap_or_default();
        let served = |name| -> Vec<Country> {
            let served = |country: &Country| routes.of(*country).contains(&name);
            allowed.iter().copied().filter(served).collect()
        };
        let settings: Vec<_> = routes.names().map(|name| name.settings(env, ttl, &served(name))).collect();
        let providers = settings.into_iter().collect::<Option<_>>()?;
        Some(Self { routes, providers })
    }
}

impl Routes {
    /// The secrets of these providers.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Setting> {
        self.names().flat_map(|name| name.secrets().iter().copied())
    }

    /// How many connections the first message needs, by AWS service.
    pub(crate) fn connections(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.names().filter_map(Name::aws_service).map(|service| (service, 1))
    }
}

/// Carries messages to phones.
pub struct Sms {
    routes: Routes,
    providers: Vec<Provider>,
}

impl Sms {
    /// Creates the providers' clients.
    #[must_use]
    pub fn new(settings: SmsSettings, aws: &Aws, clock: &Arc<dyn Clock>, random: &Arc<dyn Random>) -> Self {
        let provider = |settings| Provider::new(settings, aws, clock, random);
        Self { routes: settings.routes, providers: settings.providers.into_iter().map(provider).collect() }
    }

    /// Sends `code` to `number` through the first provider of its route that accepts it.
    ///
    /// # Errors
    /// The last provider's error: another one is tried only if nothing was sent and the number is not the cause.
    pub async fn send(&self, number: &PhoneNumber, code: &VerifyCode) -> Result<(), SmsError> {
        let began = Instant::now();
        let mut outcome = Err(SmsError::NoRoute);
        for provider in self.providers(number) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            if left < LEAST {
                break;
            }
            let sent = timeout(left, provider.send(number, code)).await;
            outcome = sent.unwrap_or_else(|elapsed| Err(SmsError::InDoubt(elapsed.into())));
            match &outcome {
                Ok(()) => {
                    CODES_SENT.of_provider(provider.name().as_str()).count();
                    break;
                }
                Err(error) => note(provider.name(), error),
            }
            if outcome.as_ref().is_err_and(|error| !error.may_fail_over()) {
                break;
            }
        }
        outcome
    }

    /// The providers of a number's route, in order.
    fn providers(&self, number: &PhoneNumber) -> impl Iterator<Item = &Provider> {
        let provider = |name: &Name| self.providers.iter().find(|provider| provider.name() == *name);
        self.routes.of(number.country()).iter().filter_map(provider)
    }
}

/// Logs and counts a provider's failures. A refused number is logged in the request's own line.
fn note(provider: Name, error: &SmsError) {
    if !error.is_providers() {
        return;
    }
    let provider = provider.as_str();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    if matches!(error, SmsError::Misconfigured(_)) {
        tracing::error!(provider, %error, cause, "a provider cannot send until somebody fixes it");
    } else {
        tracing::warn!(provider, %error, cause, "a provider failed");
    }
    SMS_FAILURES.of_provider(provider).count();
}
