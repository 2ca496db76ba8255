//! What carries messages to phones.
//!
//! A provider is a file beside `sns.rs`: it reads its settings and secrets, speaks to its service, and says which
//! [`SmsError`] a refusal is. In `provider.rs` it is a variant. `SMS_ROUTES` says which of them carry what.

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

/// All providers of a route together (docs/adr/0008-time-outs.md).
const PATIENCE: Duration = Duration::from_millis(2600);

/// What the next provider needs at least. A connection is given up sooner, so that a host that is down is told from an answer
/// that was lost.
const LEAST: Duration = Duration::from_millis(1300);

/// A provider took a message. The sum of them is counted where a request is answered, under the same name.
const CODES_SENT: Metric = Metric::named("CodesSent");

/// A provider did not take a message, and the number is not why. Also counted if the next provider took it.
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
    /// The secrets of the providers that are named.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Setting> {
        self.names().flat_map(|name| name.secrets().iter().copied())
    }

    /// The connections that the first message takes, by service of AWS's.
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
    /// By these settings.
    #[must_use]
    pub fn new(settings: SmsSettings, aws: &Aws, clock: &Arc<dyn Clock>, random: &Arc<dyn Random>) -> Self {
        let provider = |settings| Provider::new(settings, aws, clock, random);
        Self { routes: settings.routes, providers: settings.providers.into_iter().map(provider).collect() }
    }

    /// Sends `code` to `number`, by the first provider of its route that takes it.
    ///
    /// # Errors
    /// That of the provider that was asked last: another one is asked only where nothing was sent, and the number is not why.
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

/// Logs and counts what is the provider's failure; a number's refusal stands in the answer's line.
fn note(provider: Name, error: &SmsError) {
    if !error.is_providers() {
        return;
    }
    let provider = provider.as_str();
    let cause = std::error::Error::source(error).map(ToString::to_string);
    if matches!(error, SmsError::Misconfigured(_)) {
        tracing::error!(provider, %error, cause, "a provider sends nothing until somebody acts");
    } else {
        tracing::warn!(provider, %error, cause, "a provider failed");
    }
    SMS_FAILURES.of_provider(provider).count();
}
