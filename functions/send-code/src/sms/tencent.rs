//! Tencent Cloud's `SendSms`, version 2021-01-11: <https://cloud.tencent.com/document/api/382/55981>.

use std::sync::Arc;

use serde_json::json;
use shared::{
    aws::Aws,
    clock::Clock,
    codes::VerifyCode,
    config::{Env, Setting},
    net::{JsonAnswer, JsonClient},
    phone::PhoneNumber,
};

use super::{
    PATIENCE, SmsError,
    check::Identity,
    endpoint::{Endpoint, headers},
    error::{Meaning, Window},
    signing::Signed,
    text::with_minutes,
};

mod signature;

use signature::Key;

/// Its name in `SMS_ROUTES`, in the log and in the metrics.
pub(super) const NAME: &str = "tencent";

/// The secrets that may be stored in Secrets Manager.
pub(super) const SECRETS: [Setting; 1] = [SECRET_KEY];

const SECRET_ID: Setting = Setting::required("TENCENT_SMS_SECRET_ID")
    .about(
        "Tencent Cloud's SecretId, of a sub-user that is allowed `sms:SendSms`.",
        "腾讯云的 SecretId，所属子用户须有 `sms:SendSms` 权限。",
    )
    .only(ONLY);
const SECRET_KEY: Setting = Setting::secret("TENCENT_SMS_SECRET_KEY", 1)
    .about("The SecretKey of that SecretId.", "对应的 SecretKey。")
    .only(ONLY);
const APP_ID: Setting = Setting::required("TENCENT_SMS_APP_ID")
    .about(
        "The SdkAppId of the application in Tencent's SMS console, such as `1400006666`.",
        "腾讯云短信控制台里应用的 SdkAppId，例如 `1400006666`。",
    )
    .only(ONLY);
const SIGN_NAME: Setting = Setting::required("TENCENT_SMS_SIGN_NAME")
    .about("The approved signature, without its brackets.", "审核通过的签名内容，不带【】。")
    .only(ONLY);
const TEMPLATE_ID: Setting = Setting::required("TENCENT_SMS_TEMPLATE_ID")
    .about("The id of the approved template.", "审核通过的模板 ID。")
    .only(ONLY);
const PARAMS: Setting = Setting::text("TENCENT_SMS_TEMPLATE_PARAMS", "{code},{minutes}").about(
    "The template's parameters in order, separated by commas: `{code}` and, if it has one, `{minutes}`.",
    "按顺序写模板的变量，用逗号分隔：`{code}`，模板里有分钟数时加上 `{minutes}`。",
);
const REGION: Setting = Setting::text("TENCENT_SMS_REGION", "ap-guangzhou")
    .about("Tencent Cloud's region of the SMS service.", "腾讯云短信服务的地域。");
const ENDPOINT: Setting = Setting::text("TENCENT_SMS_ENDPOINT", PUBLIC)
    .about("The address of Tencent Cloud's SMS service.", "腾讯云短信服务的地址。");

const ONLY: [&str; 2] = ["if a route names `tencent`", "路由用到 `tencent` 时"];
const PUBLIC: &str = "https://sms.tencentcloudapi.com";
const JSON: &str = "application/json; charset=utf-8";

/// The settings that begin with `TENCENT_SMS_`.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    key: Key,
    app_id: String,
    sign_name: String,
    template_id: String,
    params: Params,
    region: String,
    endpoint: Endpoint,
}

/// The settings that a check needs.
pub(super) fn identity(env: &mut Env) -> Option<Identity> {
    let (id, secret) = (env.required(&SECRET_ID), env.secret(&SECRET_KEY));
    let endpoint = Endpoint::read(env, &ENDPOINT, PUBLIC);
    Some(Identity::new(endpoint?, id?, "AKID", &secret?))
}

/// A template's parameters, with the minutes filled in.
#[derive(Debug, Clone)]
struct Params(Vec<String>);

impl Settings {
    /// Reads them, for codes that live `ttl` seconds.
    pub(super) fn read(env: &mut Env, ttl: u64) -> Option<Self> {
        let id = env.required(&SECRET_ID);
        let secret = env.secret(&SECRET_KEY);
        let app_id = env.required(&APP_ID);
        let sign_name = env.required(&SIGN_NAME);
        let template_id = env.required(&TEMPLATE_ID);
        let params = match Params::parse(&env.text(&PARAMS), ttl) {
            Some(params) => Some(params),
            None => env.wrong(format!("{} lacks {{code}}", PARAMS.name)),
        };
        let region = env.text(&REGION);
        let endpoint = Endpoint::read(env, &ENDPOINT, PUBLIC);
        Some(Self {
            key: Key { id: id?, secret: secret? },
            app_id: app_id?,
            sign_name: sign_name?,
            template_id: template_id?,
            params: params?,
            region,
            endpoint: endpoint?,
        })
    }
}

impl Params {
    fn parse(list: &str, ttl: u64) -> Option<Self> {
        let list = with_minutes(list, ttl);
        list.contains("{code}").then(|| Self(list.split(',').map(|param| param.trim().to_owned()).collect()))
    }

    fn with(&self, code: &VerifyCode) -> Vec<String> {
        self.0.iter().map(|param| param.replace("{code}", code.as_str())).collect()
    }
}

/// Tencent Cloud, with a client.
pub(super) struct Tencent {
    settings: Settings,
    http: JsonClient,
    clock: Arc<dyn Clock>,
}

impl Tencent {
    pub(super) fn new(settings: Settings, aws: &Aws, clock: Arc<dyn Clock>) -> Self {
        Self { settings, http: aws.json(), clock }
    }

    pub(super) async fn send(&self, number: &PhoneNumber, code: &VerifyCode) -> Result<(), SmsError> {
        let Settings { key, app_id, sign_name, template_id, params, region, endpoint } = &self.settings;
        let body = json!({
            "PhoneNumberSet": [number.as_e164()],
            "SmsSdkAppId": app_id,
            "SignName": sign_name,
            "TemplateId": template_id,
            "TemplateParamSet": params.with(code),
        })
        .to_string();
        let now = self.clock.now();
        let signed = [("content-type", JSON), ("host", endpoint.host())];
        let request = Signed { path: endpoint.path(), query: "", headers: &signed, body: &body };
        let authorization = key.authorization("sms", &request, now);
        let timestamp = now.as_unix().to_string();
        let [content_type, host] = signed;
        let named = [
            content_type,
            host,
            ("x-tc-action", "SendSms"),
            ("x-tc-version", "2021-01-11"),
            ("x-tc-timestamp", &timestamp),
            ("x-tc-region", region),
        ];
        let headers =
            headers(&named, &authorization).map_err(|error| SmsError::Misconfigured(error.into()))?;
        let answer = self.http.post(endpoint.url(), headers, body, PATIENCE).await?;
        outcome(&answer, number)
    }
}

/// Reads the answer about the message to `number`. Its HTTP status is always 200; it has an error for the whole request, or a
/// status for each number.
fn outcome(answer: &JsonAnswer, number: &PhoneNumber) -> Result<(), SmsError> {
    let response = &answer.body["Response"];
    let status = &response["SendStatusSet"][0];
    let of_this_number = (status["PhoneNumber"] == number.as_e164()).then_some(status);
    let code = response["Error"]["Code"].as_str().or_else(|| of_this_number?["Code"].as_str());
    match code {
        Some("Ok") => Ok(()),
        Some(code) => Err(SmsError::refused(NAME, code, meaning(code))),
        None => Err(SmsError::unclear(NAME, answer.status)),
    }
}

/// What an error code means: <https://cloud.tencent.com/document/api/382/55981#6.-.E9.94.99.E8.AF.AF.E7.A0.81>.
fn meaning(code: &str) -> Meaning {
    match code {
        "InvalidParameterValue.IncorrectPhoneNumber"
        | "FailedOperation.PhoneNumberInBlacklist"
        | "FailedOperation.PhoneNumberParseFail"
        // Misspelt in the documentation, but not in the SDK.
        | "UnsupportedOperation.UnsuportedRegion"
        | "UnsupportedOperation.UnsupportedRegion" => Meaning::Number,
        "LimitExceeded.PhoneNumberThirtySecondLimit" => Meaning::Limit(Window::HalfMinute),
        "LimitExceeded.PhoneNumberOneHourLimit" => Meaning::Limit(Window::Hour),
        "LimitExceeded.PhoneNumberDailyLimit" | "LimitExceeded.PhoneNumberSameContentDailyLimit" => {
            Meaning::Limit(Window::Day)
        }
        // More numbers in one request than allowed.
        "LimitExceeded.PhoneNumberCountLimit" => Meaning::Ours,
        "LimitExceeded.DeliveryFrequencyLimit" => Meaning::Limit(Window::Minute),
        // Time-outs inside Tencent Cloud.
        "InternalError.Timeout" | "InternalError.SendAndRecvFail" => Meaning::InDoubt,
        _ if code.starts_with("LimitExceeded.PhoneNumber") => Meaning::Limit(Window::Minute),
        _ if code.starts_with("InternalError") || code.starts_with("RequestLimitExceeded") => Meaning::Passing,
        // Money, signature, template, key; the application's own limits; unknown codes.
        _ => Meaning::Ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(list: &str) -> Option<Vec<String>> {
        Some(Params::parse(list, 300)?.with(&VerifyCode::parse("012345").unwrap()))
    }

    #[test]
    fn the_templates_parameters_stand_in_its_order() {
        assert_eq!(params("{code},{minutes}").unwrap(), ["012345", "5"]);
        assert_eq!(params("{minutes} , {code}").unwrap(), ["5", "012345"]);
        assert_eq!(params("{code}").unwrap(), ["012345"]);
        assert_eq!(params("{minutes}"), None);
    }
}
