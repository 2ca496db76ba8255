//! What carries messages to phones.
//!
//! A provider is a file beside `sns.rs`: it reads its settings and secrets, speaks to its service, and says which
//! [`SmsError`] a refusal is. Here it is a variant of [`Provider`].

use shared::{
    aws::Aws,
    config::Env,
    phone::PhoneNumber,
    problem::{Failure, Problem, ProblemCode},
};

mod sns;
mod text;

use sns::Sns;
pub use text::SmsText;

/// The connections that the first message takes, by service.
pub(crate) const CONNECTIONS: (&str, usize) = sns::CONNECTIONS;

/// What the provider is told by the settings.
#[derive(Debug, Clone)]
pub struct SmsSettings(sns::Settings);

impl SmsSettings {
    /// Reads them.
    pub fn read(env: &mut Env) -> Option<Self> {
        sns::Settings::read(env).map(Self)
    }
}

/// Carries messages to phones.
pub struct Sms(Provider);

enum Provider {
    Sns(Sns),
}

/// What a provider said to its refusal, or how the line to it broke: no number, no text, no secret.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Refused for the number: it opted out, is invalid or blocked. Nothing was sent.
    #[error("the provider refuses the number")]
    NumberRefused(#[source] Cause),
    /// Refused for us: the provider is down, throttles, or has spent its limit. Nothing was sent.
    #[error("the provider did not take the message")]
    Refused(#[source] Cause),
    /// There was no answer: the message may have been sent.
    #[error("the provider did not say whether it took the message")]
    InDoubt(#[source] Cause),
}

impl Failure for SmsError {
    fn problem(&self) -> Problem {
        match self {
            Self::NumberRefused(_) => ProblemCode::SmsRejected,
            Self::Refused(_) | Self::InDoubt(_) => ProblemCode::SmsUnavailable,
        }
        .into()
    }
}

impl Sms {
    /// By these settings.
    #[must_use]
    pub fn new(SmsSettings(settings): SmsSettings, aws: &Aws) -> Self {
        Self(Provider::Sns(Sns::new(settings, aws)))
    }

    /// Sends `text` to `number`. `Ok` means that the provider has accepted it, not that it has arrived.
    pub async fn send(&self, number: &PhoneNumber, text: String) -> Result<(), SmsError> {
        match &self.0 {
            Provider::Sns(sns) => sns.send(number, text).await,
        }
    }
}
