//! What can be known of the providers without sending anything.

use aws_sdk_sns::{Client, error::ProvideErrorMetadata};
use secrecy::{ExposeSecret, SecretString};
use shared::{
    aws::{Aws, AwsFailure},
    check::{Check, Checking, Examined, PATIENCE},
    net::JsonError,
};

use super::{aliyun, endpoint::Endpoint, provider::Name, routes::Routes, sns, tencent};

/// Dollars a month that SNS spends for an account that has asked for no more.
const DEFAULT_LIMIT: f64 = 1.0;

/// The checks of the providers that a route names, with the settings that can be read.
pub(crate) fn checks(routes: &Routes, examined: &Examined) -> Vec<Checking> {
    let Some(aws) = &examined.aws else { return Vec::new() };
    let of = |name| match name {
        Name::Sns => of_sns(aws),
        Name::Tencent => vec![of_vendor(aws, tencent::NAME, examined.part(tencent::identity))],
        Name::Aliyun => vec![of_vendor(aws, aliyun::NAME, examined.part(aliyun::identity))],
    };
    routes.names().flat_map(of).collect()
}

/// Where a provider without an SDK is called, and by which key.
pub(super) struct Identity {
    endpoint: Endpoint,
    /// The public half of the key, and how the vendor begins such.
    id: String,
    prefix: &'static str,
    /// Whether its other half is of letters, digits and signs alone.
    is_word: bool,
}

impl Identity {
    pub(super) fn new(endpoint: Endpoint, id: String, prefix: &'static str, secret: &SecretString) -> Self {
        let is_word = secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
        Self { endpoint, id, prefix, is_word }
    }
}

/// SNS: the sandbox and the limit are the account's, of this region.
fn of_sns(aws: &Aws) -> Vec<Checking> {
    let config = aws.of(sns::SERVICE);
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    if region.starts_with("cn-") {
        let none = format!("SNS has no SMS in {region}: let SMS_ROUTES name tencent or aliyun");
        return vec![Check::begin("SNS", async { Err(none) })];
    }
    let (limit, sandbox) = (Client::new(&config), Client::new(&config));
    let here = region.clone();
    vec![
        Check::begin("SNS sandbox", async move {
            let answer = sandbox.get_sms_sandbox_account_status().send().await;
            let answer = answer.map_err(|error| {
                refused(&region, "sns:GetSMSSandboxAccountStatus", error.code(), &AwsFailure::new(&error))
            })?;
            if answer.is_in_sandbox {
                Err(format!(
                    "in {region} the account is in the SMS sandbox, so messages go to verified numbers alone: ask Support to leave it"
                ))
            } else {
                Ok(format!("in {region} the account is out of the SMS sandbox"))
            }
        }),
        Check::begin("SNS spend limit", async move {
            let asked = limit
                .get_sms_attributes()
                .attributes("MonthlySpendLimit")
                .attributes("DeliveryStatusIAMRole");
            let answer = asked.send().await.map_err(|error| {
                refused(&here, "sns:GetSMSAttributes", error.code(), &AwsFailure::new(&error))
            })?;
            let attributes = answer.attributes.unwrap_or_default();
            let log = attributes.get("DeliveryStatusIAMRole").is_some_and(|role| !role.is_empty());
            spend_limit(&here, attributes.get("MonthlySpendLimit").map(String::as_str), log)
        }),
    ]
}

fn spend_limit(region: &str, limit: Option<&str>, log: bool) -> Result<String, String> {
    let dollars = limit.and_then(|limit| limit.parse::<f64>().ok()).unwrap_or(DEFAULT_LIMIT);
    if dollars <= DEFAULT_LIMIT {
        return Err(format!(
            "SNS spends ${dollars} a month in {region}, some messages only, then takes messages and sends none: ask Support for a \
             higher limit, and then aws sns set-sms-attributes --attributes MonthlySpendLimit=…"
        ));
    }
    let log = if log {
        "its delivery log is on"
    } else {
        "its delivery log is off, so nobody is told when the limit is reached: docs/operations.md, The delivery log of SNS"
    };
    Ok(format!("SNS spends ${dollars} a month at most in {region}; {log}"))
}

fn refused(region: &str, right: &str, code: Option<&str>, failure: &AwsFailure) -> String {
    match code {
        Some("AuthorizationError" | "AccessDenied" | "AccessDeniedException") => {
            format!("the function's role has no {right}: deploy template.yaml as it is now")
        }
        _ if failure.is_transient() => format!("SNS in {region} did not say ({failure}): try again"),
        _ => format!(
            "SNS in {region} refused to say ({failure}): see whether this region has SMS, \
             https://docs.aws.amazon.com/sns/latest/dg/sns-supported-regions-countries.html"
        ),
    }
}

/// Tencent Cloud, Aliyun: whether they can be reached, and whether their key looks like one. Whether they take it shows at a
/// message alone: no other call is allowed to a key that may send and nothing else.
fn of_vendor(aws: &Aws, name: &'static str, identity: Option<Identity>) -> Checking {
    let http = aws.json();
    Check::begin(name, async move {
        let Some(Identity { endpoint, id, prefix, is_word }) = identity else {
            return Err("not looked at, since its settings cannot be read".to_owned());
        };
        if !id.starts_with(prefix) {
            return Err(format!(
                "its key's id does not begin with {prefix}: look whether it is the id of a key"
            ));
        }
        if !is_word {
            return Err("its key has other characters in it than letters, digits and signs, a space or a line end say: put it in again"
                .to_owned());
        }
        let host = endpoint.host().to_owned();
        match http.get(endpoint.url(), PATIENCE).await {
            Ok(_) | Err(JsonError::NotJson(_)) => Ok(format!(
                "{host} can be reached, and the key looks like one. Whether key, signature, template, money and this function's \
                 address are taken, only a message shows: send one to yourself"
            )),
            Err(error) => Err(format!(
                "{host} gives no answer ({error}): look at the provider's state and, in a VPC, at the way out"
            )),
        }
    })
}
