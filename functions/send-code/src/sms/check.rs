//! Checks the providers without sending a message.

use aws_sdk_sns::{Client, error::ProvideErrorMetadata};
use secrecy::{ExposeSecret, SecretString};
use shared::{
    aws::{Aws, AwsFailure},
    check::{Check, Checking, Examined, PATIENCE},
    net::JsonError,
};

use super::{aliyun, endpoint::Endpoint, provider::Name, routes::Routes, sns, tencent};

/// SNS's default spend limit, in dollars a month.
const DEFAULT_LIMIT: f64 = 1.0;

/// Checks each provider that a route names and whose settings can be read.
pub(crate) fn checks(routes: &Routes, examined: &Examined) -> Vec<Checking> {
    let Some(aws) = &examined.aws else { return Vec::new() };
    let of = |name| match name {
        Name::Sns => of_sns(aws),
        Name::Tencent => vec![of_vendor(aws, tencent::NAME, examined.part(tencent::identity))],
        Name::Aliyun => vec![of_vendor(aws, aliyun::NAME, examined.part(aliyun::identity))],
    };
    routes.names().flat_map(of).collect()
}

/// The address of a provider without an SDK, and its key.
pub(super) struct Identity {
    endpoint: Endpoint,
    /// The key's id, and the prefix of such ids.
    id: String,
    prefix: &'static str,
    /// Whether the key's secret has only letters, digits and signs.
    is_word: bool,
}

impl Identity {
    pub(super) fn new(endpoint: Endpoint, id: String, prefix: &'static str, secret: &SecretString) -> Self {
        let is_word = secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
        Self { endpoint, id, prefix, is_word }
    }
}

/// SNS: whether the account is in the sandbox, and its limit; both belong to account and region.
fn of_sns(aws: &Aws) -> Vec<Checking> {
    let config = aws.of(sns::SERVICE);
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    if region.starts_with("cn-") {
        let none = format!("SNS has no SMS in {region}: use tencent or aliyun in SMS_ROUTES");
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
                    "in {region} the account is in the SMS sandbox, so messages go to verified numbers only: ask AWS Support to move it out"
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
            "the spend limit of SNS in {region} is ${dollars} a month, which is a few messages; beyond it SNS accepts messages \
             and sends none: ask AWS Support for a higher limit, then aws sns set-sms-attributes --attributes MonthlySpendLimit=…"
        ));
    }
    let log = if log {
        "its delivery log is on"
    } else {
        "its delivery log is off, so no alarm sounds when the limit is reached: docs/operations.md, The delivery log of SNS"
    };
    Ok(format!("the spend limit of SNS in {region} is ${dollars} a month; {log}"))
}

fn refused(region: &str, right: &str, code: Option<&str>, failure: &AwsFailure) -> String {
    match code {
        Some("AuthorizationError" | "AccessDenied" | "AccessDeniedException") => {
            format!("the function's role lacks {right}: deploy the current template.yaml")
        }
        _ if failure.is_transient() => format!("SNS in {region} did not answer ({failure}): try again"),
        _ => format!(
            "SNS in {region} refused to answer ({failure}): check whether this region has SMS, \
             https://docs.aws.amazon.com/sns/latest/dg/sns-supported-regions-countries.html"
        ),
    }
}

/// Tencent Cloud, Aliyun: whether they are reachable, and whether the key is well-formed. The key may only send
/// messages, so only a message can show whether it is accepted.
fn of_vendor(aws: &Aws, name: &'static str, identity: Option<Identity>) -> Checking {
    let http = aws.json();
    Check::begin(name, async move {
        let Some(Identity { endpoint, id, prefix, is_word }) = identity else {
            return Err("not checked, because its settings cannot be read".to_owned());
        };
        if !id.starts_with(prefix) {
            return Err(format!(
                "its key's id does not begin with {prefix}: check that it is the id of a key"
            ));
        }
        if !is_word {
            return Err(
                "its key has a space, a line end or another wrong character in it: store it again".to_owned()
            );
        }
        let host = endpoint.host().to_owned();
        match http.get(endpoint.url(), PATIENCE).await {
            Ok(_) | Err(JsonError::NotJson(_)) => Ok(format!(
                "{host} is reachable, and the key is well-formed. Only a message shows whether key, signature, template, balance \
                 and this function's address are accepted: send one to yourself"
            )),
            Err(error) => Err(format!(
                "{host} gives no answer ({error}): check the provider's status page and, in a VPC, its route to the Internet"
            )),
        }
    })
}
