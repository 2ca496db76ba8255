//! The list of providers. Each is a variant in this file and a case in `check.rs`.

use std::sync::Arc;

use shared::{
    aws::Aws,
    clock::Clock,
    codes::VerifyCode,
    config::{Env, Setting},
    phone::{Country, PhoneNumber},
    random::Random,
};

use super::{
    SmsError,
    aliyun::{self, Aliyun},
    sns::{self, Sns},
    tencent::{self, Tencent},
};

/// A provider, as a route names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Sns,
    Tencent,
    Aliyun,
}

impl Name {
    /// All providers.
    pub(super) const ALL: [Self; 3] = [Self::Sns, Self::Tencent, Self::Aliyun];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sns => sns::NAME,
            Self::Tencent => tencent::NAME,
            Self::Aliyun => aliyun::NAME,
        }
    }

    /// The secrets that may be stored in Secrets Manager.
    pub(super) const fn secrets(self) -> &'static [Setting] {
        match self {
            Self::Sns => &[],
            Self::Tencent => &tencent::SECRETS,
            Self::Aliyun => &aliyun::SECRETS,
        }
    }

    /// Its name in `AWS_ENDPOINT_URL_…`, if it is an AWS service.
    pub(super) const fn aws_service(self) -> Option<&'static str> {
        match self {
            Self::Sns => Some(sns::SERVICE),
            Self::Tencent | Self::Aliyun => None,
        }
    }

    /// Reads its settings, for codes that live `ttl` seconds and go to numbers of `countries`.
    pub(super) fn settings(self, env: &mut Env, ttl: u64, countries: &[Country]) -> Option<Settings> {
        match self {
            Self::Sns => sns::Settings::read(env, ttl).map(Settings::Sns),
            Self::Tencent => tencent::Settings::read(env, ttl).map(Settings::Tencent),
            Self::Aliyun => aliyun::Settings::read(env, ttl, countries).map(Settings::Aliyun),
        }
    }
}

/// A provider's settings.
#[derive(Debug, Clone)]
pub(super) enum Settings {
    Sns(sns::Settings),
    Tencent(tencent::Settings),
    Aliyun(aliyun::Settings),
}

/// A provider, with a client.
pub(super) enum Provider {
    Sns(Sns),
    Tencent(Tencent),
    Aliyun(Aliyun),
}

impl Provider {
    pub(super) fn new(
        settings: Settings,
        aws: &Aws,
        clock: &Arc<dyn Clock>,
        random: &Arc<dyn Random>,
    ) -> Self {
        match settings {
            Settings::Sns(settings) => Self::Sns(Sns::new(settings, aws)),
            Settings::Tencent(settings) => Self::Tencent(Tencent::new(settings, aws, clock.clone())),
            Settings::Aliyun(settings) => {
                Self::Aliyun(Aliyun::new(settings, aws, clock.clone(), random.clone()))
            }
        }
    }

    pub(super) const fn name(&self) -> Name {
        match self {
            Self::Sns(_) => Name::Sns,
            Self::Tencent(_) => Name::Tencent,
            Self::Aliyun(_) => Name::Aliyun,
        }
    }

    /// Sends `code` to `number`. `Ok` means that the provider accepted it, not that it arrived.
    pub(super) async fn send(&self, number: &PhoneNumber, code: &VerifyCode) -> Result<(), SmsError> {
        match self {
            Self::Sns(sns) => sns.send(number, code).await,
            Self::Tencent(tencent) => tencent.send(number, code).await,
            Self::Aliyun(aliyun) => aliyun.send(number, code).await,
        }
    }
}
