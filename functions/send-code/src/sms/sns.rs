//! Amazon SNS: <https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html>.

use aws_sdk_sns::{
    Client, Config,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::ProvideErrorMetadata,
    types::MessageAttributeValue,
};
use shared::{
    aws::{Aws, AwsFailure},
    codes::VerifyCode,
    config::{Env, Setting},
    phone::PhoneNumber,
};

use super::{PATIENCE, SmsError, text::SmsText};

/// Its name in `SMS_ROUTES`, in the log and in the metrics.
pub(super) const NAME: &str = "sns";

/// Its name in `AWS_ENDPOINT_URL_…`.
pub(super) const SERVICE: &str = "SNS";

/// The optional attributes that are texts, and SNS's names for them.
const ATTRIBUTES: [(&Setting, &str); 4] = [
    (
        &Setting::optional("SMS_SENDER_ID").about(
            "The sender that the phone shows, in countries that allow one.",
            "手机上显示的发送方（国家允许时）。",
        ),
        "AWS.SNS.SMS.SenderID",
    ),
    (
        &Setting::optional("SMS_ORIGINATION_NUMBER")
            .about("Your number that messages come from, in E.164.", "短信的发出号码（E.164 格式）。"),
        "AWS.MM.SMS.OriginationNumber",
    ),
    (
        &Setting::optional("SMS_ENTITY_ID")
            .about("The entity id of a registered sender (India).", "已报备发送方的实体 ID（印度）。"),
        "AWS.MM.SMS.EntityId",
    ),
    (
        &Setting::optional("SMS_TEMPLATE_ID")
            .about("The id of a registered template (China, India).", "已报备模板的 ID（中国、印度）。"),
        "AWS.MM.SMS.TemplateId",
    ),
];

const MAX_PRICE: Setting = Setting::optional("SMS_MAX_PRICE_USD").about(
    "The highest price of one message, in US dollars, such as `0.05`.",
    "一条短信最多花多少美元，例如 `0.05`。",
);

/// The settings that begin with `SMS_`.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    text: SmsText,
    /// The optional attributes of a message, under SNS's names.
    attributes: Vec<(&'static str, &'static str, String)>,
}

impl Settings {
    /// Reads them, for codes that live `ttl` seconds.
    pub(super) fn read(env: &mut Env, ttl: u64) -> Option<Self> {
        let text = SmsText::read(env, ttl);
        // SNS's default, Promotional, is delayed at night and dropped first under load.
        let mut attributes = vec![("AWS.SNS.SMS.SMSType", "String", "Transactional".to_owned())];
        for (setting, name) in ATTRIBUTES {
            attributes.extend(env.optional(setting).map(|value| (name, "String", value)));
        }
        match env.optional(&MAX_PRICE).map(|price| (price.parse::<f64>(), price)) {
            None => {}
            Some((Ok(usd), price)) if usd.is_finite() && usd > 0.0 => {
                attributes.push(("AWS.SNS.SMS.MaxPrice", "Number", price));
            }
            Some(_) => return env.wrong("SMS_MAX_PRICE_USD must be a price such as 0.05".to_owned()),
        }
        Some(Self { text: text?, attributes })
    }
}

/// Uses the deployment's credentials and its own time limit. `Publish` is not idempotent: a retry after a lost answer may
/// send and charge a second message, so nothing is retried.
fn config(aws: &Aws) -> Config {
    let timeouts =
        TimeoutConfig::builder().operation_timeout(PATIENCE).disable_operation_attempt_timeout().build();
    aws_sdk_sns::config::Builder::from(&aws.of(SERVICE))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        .build()
}

pub(super) struct Sns {
    client: Client,
    settings: Settings,
}

impl Sns {
    pub(super) fn new(settings: Settings, aws: &Aws) -> Self {
        Self { client: Client::from_conf(config(aws)), settings }
    }

    pub(super) async fn send(&self, number: &PhoneNumber, code: &VerifyCode) -> Result<(), SmsError> {
        let Settings { text, attributes } = &self.settings;
        let mut request = self.client.publish().phone_number(number.as_e164()).message(text.with(code));
        for (name, data_type, value) in attributes {
            let value = MessageAttributeValue::builder().data_type(*data_type).string_value(value).build();
            let value =
                value.map_err(|error| SmsError::Misconfigured(AwsFailure::not_built(error).into()))?;
            request = request.message_attributes(*name, value);
        }
        request.send().await.map(drop).map_err(|error| {
            let failure = AwsFailure::new(&error);
            let (is_unanswered, is_transient) = (failure.is_unanswered(), failure.is_transient());
            let cause = Box::new(failure);
            if refuses_number(&error) {
                SmsError::NumberRefused(cause)
            } else if is_unanswered {
                SmsError::InDoubt(cause)
            } else if is_transient {
                SmsError::Refused(cause)
            } else {
                SmsError::Misconfigured(cause)
            }
        })
    }
}

/// Whether the number is at fault. `InvalidParameter` may also mean our own setting, so the message decides.
fn refuses_number(error: &(impl ProvideErrorMetadata + ?Sized)) -> bool {
    match error.code() {
        Some("OptedOut") => true,
        Some("InvalidParameter" | "ParameterValueInvalid") => error
            .message()
            .is_some_and(|message| message.contains("PhoneNumber") || message.contains("phone number")),
        _ => false,
    }
}
