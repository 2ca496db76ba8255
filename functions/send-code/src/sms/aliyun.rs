//! Aliyun: `SendSms` of Dysmsapi (<https://help.aliyun.com/document_detail/419273.html>) and, for owners without a signature of
//! their own, `SendSmsVerifyCode` of Dypnsapi (<https://help.aliyun.com/document_detail/2840570.html>).

use std::sync::Arc;

use shared::{
    aws::Aws,
    clock::Clock,
    codes::VerifyCode,
    config::{Env, Setting},
    net::{JsonAnswer, JsonClient},
    phone::{Country, PhoneNumber},
    random::{self, Random},
};

use super::{
    PATIENCE, SmsError,
    check::Identity,
    endpoint::{Endpoint, headers},
    error::{Meaning, Window},
    signing::{Signed, encoded, sha256},
};

mod params;
mod signature;

use params::Params;
use signature::Key;

/// Its name in `SMS_ROUTES`, in the log and in the metrics.
pub(super) const NAME: &str = "aliyun";

/// The secrets that may be stored in Secrets Manager.
pub(super) const SECRETS: [Setting; 1] = [KEY_SECRET];

const KEY_ID: Setting = Setting::required("ALIYUN_SMS_ACCESS_KEY_ID")
    .about(
        "Aliyun's AccessKey ID, of a RAM user that is allowed `dysms:SendSms` or `dypns:SendSmsVerifyCode`.",
        "阿里云的 AccessKey ID，所属 RAM 用户须有 `dysms:SendSms` 或 `dypns:SendSmsVerifyCode` 权限。",
    )
    .only(ONLY);
const KEY_SECRET: Setting = Setting::secret("ALIYUN_SMS_ACCESS_KEY_SECRET", 1)
    .about("The secret of that AccessKey.", "对应的 AccessKey Secret。")
    .only(ONLY);
const SIGN_NAME: Setting = Setting::required("ALIYUN_SMS_SIGN_NAME")
    .about("The approved signature, without its brackets.", "审核通过的签名名称，不带【】。")
    .only(ONLY);
const TEMPLATE_CODE: Setting = Setting::required("ALIYUN_SMS_TEMPLATE_CODE")
    .about(
        "The code of the approved template, such as `SMS_154950909`.",
        "审核通过的模板 CODE，例如 `SMS_154950909`。",
    )
    .only(ONLY);
const PARAMS: Setting = Setting::text("ALIYUN_SMS_TEMPLATE_PARAMS", r#"{"code":"{code}"}"#).about(
    "The template's parameters: a JSON object of texts, with `{code}` and, if the template has it, `{minutes}`; for \
     Dypnsapi's templates `{\"code\":\"{code}\",\"min\":\"{minutes}\"}`.",
    "模板的变量：值都是字符串的 JSON 对象，其中写 `{code}`，模板里有分钟数时加上 `{minutes}`；号码认证服务的模板用 \
     `{\"code\":\"{code}\",\"min\":\"{minutes}\"}`。",
);
const API: Setting = Setting::choice("ALIYUN_SMS_API", &["sms", "verify"]).about(
    "`sms`: `SendSms`. `verify`: `SendSmsVerifyCode` of Dypnsapi, for owners without a registered signature; sends to +86 only.",
    "`sms`：短信服务的 `SendSms`。`verify`：号码认证服务的 `SendSmsVerifyCode`，不需要自己的签名，只能发到 +86。",
);
const ENDPOINT: Setting = Setting::text("ALIYUN_SMS_ENDPOINT", DYSMSAPI).about(
    "The address of Aliyun's service; with `ALIYUN_SMS_API=verify`, `https://dypnsapi.aliyuncs.com` by default.",
    "阿里云服务的地址；`ALIYUN_SMS_API=verify` 时默认是 `https://dypnsapi.aliyuncs.com`。",
);

const ONLY: [&str; 2] = ["if a route names `aliyun`", "路由用到 `aliyun` 时"];
const DYSMSAPI: &str = "https://dysmsapi.aliyuncs.com";
const DYPNSAPI: &str = "https://dypnsapi.aliyuncs.com";
/// The date of both services' versions.
const VERSION: &str = "2017-05-25";
/// The content type of the empty body: all parameters are in the query. Aliyun's SDK sends the same.
const FORM: &str = "application/x-www-form-urlencoded";

/// The settings that begin with `ALIYUN_SMS_`.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    key: Key,
    sign_name: String,
    template_code: String,
    params: Params,
    api: Api,
    endpoint: Endpoint,
}

/// Which of Aliyun's APIs sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    SendSms,
    SendSmsVerifyCode,
}

impl Settings {
    /// Reads them, for codes that live `ttl` seconds and go to numbers of `countries`.
    pub(super) fn read(env: &mut Env, ttl: u64, countries: &[Country]) -> Option<Self> {
        let id = env.required(&KEY_ID);
        let secret = env.secret(&KEY_SECRET);
        let sign_name = env.required(&SIGN_NAME);
        let template_code = env.required(&TEMPLATE_CODE);
        let params = match Params::parse(&env.text(&PARAMS), ttl) {
            Ok(params) => Some(params),
            Err(error) => env.wrong(format!("{} {error}", PARAMS.name)),
        };
        let api = Api::read(env, countries);
        let public = if api == Some(Api::SendSmsVerifyCode) { DYPNSAPI } else { DYSMSAPI };
        let endpoint = Endpoint::read(env, &ENDPOINT, public);
        Some(Self {
            key: Key { id: id?, secret: secret? },
            sign_name: sign_name?,
            template_code: template_code?,
            params: params?,
            api: api?,
            endpoint: endpoint?,
        })
    }
}

/// The settings that a check needs.
pub(super) fn identity(env: &mut Env) -> Option<Identity> {
    let (id, secret) = (env.required(&KEY_ID), env.secret(&KEY_SECRET));
    let public = if env.text(&API).trim() == "verify" { DYPNSAPI } else { DYSMSAPI };
    let endpoint = Endpoint::read(env, &ENDPOINT, public);
    Some(Identity::new(endpoint?, id?, "LTAI", &secret?))
}

impl Api {
    fn read(env: &mut Env, countries: &[Country]) -> Option<Self> {
        match env.text(&API).trim() {
            "sms" => Some(Self::SendSms),
            "verify" => match countries.iter().map(Country::to_string).find(|country| country != "CN") {
                None => Some(Self::SendSmsVerifyCode),
                Some(country) => env.wrong(format!(
                    "ALIYUN_SMS_API=verify sends to CN only, but SMS_ROUTES sends {country} through aliyun"
                )),
            },
            _ => env.wrong("ALIYUN_SMS_API must be sms or verify".to_owned()),
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::SendSms => "SendSms",
            Self::SendSmsVerifyCode => "SendSmsVerifyCode",
        }
    }

    /// The parameter that holds the number.
    fn number(self) -> &'static str {
        match self {
            Self::SendSms => "PhoneNumbers",
            Self::SendSmsVerifyCode => "PhoneNumber",
        }
    }
}

/// Aliyun, with a client.
pub(super) struct Aliyun {
    settings: Settings,
    http: JsonClient,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Aliyun {
    pub(super) fn new(settings: Settings, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { settings, http: aws.json(), clock, random }
    }

    pub(super) async fn send(&self, number: &PhoneNumber, code: &VerifyCode) -> Result<(), SmsError> {
        let Settings { key, sign_name, template_code, params, api, endpoint } = &self.settings;
        let params = params.with(code);
        let to = as_aliyun_writes(number).map_err(|error| SmsError::Misconfigured(error.into()))?;
        // Sorted by name, as they are signed.
        let query = [
            (api.number(), to),
            ("SignName", sign_name),
            ("TemplateCode", template_code),
            ("TemplateParam", &params),
        ];
        let query = query.map(|(name, value)| format!("{name}={}", encoded(value))).join("&");
        let hash = sha256("");
        let date = self.clock.now().to_rfc3339();
        let nonce = random::uuid(&*self.random).to_string();
        let named = [
            ("content-type", FORM),
            ("host", endpoint.host()),
            ("x-acs-action", api.action()),
            ("x-acs-content-sha256", &hash),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &nonce),
            ("x-acs-version", VERSION),
        ];
        let request = Signed { path: endpoint.path(), query: &query, headers: &named, body: "" };
        let headers = headers(&named, &key.authorization(&request));
        let headers = headers.map_err(|error| SmsError::Misconfigured(error.into()))?;
        let answer = self.http.post(endpoint.with(&query), headers, String::new(), PATIENCE).await?;
        outcome(&answer)
    }
}

/// A number that Aliyun would misread.
#[derive(Debug, thiserror::Error)]
#[error(
    "aliyun would read this number of +1 as one of mainland China: route its country through another provider"
)]
struct ReadAsMainland;

/// Mainland numbers go without country code, others without the plus sign.
fn as_aliyun_writes(number: &PhoneNumber) -> Result<&str, ReadAsMainland> {
    let number = number.as_e164();
    match number.strip_prefix("+86") {
        Some(national) => Ok(national),
        // Aliyun reads eleven digits that begin with 1 as a mainland mobile number.
        None if number.starts_with("+1") && number.len() == "+1".len() + 10 => Err(ReadAsMainland),
        None => Ok(number.trim_start_matches('+')),
    }
}

/// Reads the answer about a message. Both APIs and the gateway in front of them use this form.
fn outcome(answer: &JsonAnswer) -> Result<(), SmsError> {
    let message = answer.body["Message"].as_str().unwrap_or_default();
    match answer.body["Code"].as_str() {
        Some("OK") => Ok(()),
        Some(code) => Err(SmsError::refused(NAME, code, meaning(code, message))),
        None => Err(SmsError::unclear(NAME, answer.status)),
    }
}

/// What an error code means: <https://help.aliyun.com/document_detail/101346.html>.
fn meaning(code: &str, message: &str) -> Meaning {
    match code {
        "isv.MOBILE_NUMBER_ILLEGAL" | "isv.BLACK_KEY_CONTROL_LIMIT" => Meaning::Number,
        "isv.BUSINESS_LIMIT_CONTROL" => Meaning::Limit(window(message)),
        // Dypnsapi's own interval between two codes.
        "biz.FREQUENCY" => Meaning::Limit(Window::Minute),
        "isp.SYSTEM_ERROR" | "ServiceUnavailable" | "InternalError" => Meaning::Passing,
        _ if code.starts_with("Throttling") => Meaning::Passing,
        // Money, signature, template, key, address; unknown codes.
        _ => Meaning::Ours,
    }
}

/// Only the message of `isv.BUSINESS_LIMIT_CONTROL` tells its window: `触发天级流控Permits:10`.
fn window(message: &str) -> Window {
    if message.contains("天级") {
        Window::Day
    } else if message.contains("小时级") {
        Window::Hour
    } else {
        Window::Minute
    }
}

#[cfg(test)]
mod tests {
    use shared::phone::Countries;

    use super::*;

    #[test]
    fn the_mainlands_numbers_go_without_their_country_code() {
        let countries = Countries::new(&["CN", "HK", "US"], "CN").unwrap();
        let written = |number| as_aliyun_writes(&countries.parse(number).unwrap()).ok().map(str::to_owned);
        assert_eq!(written("+8613800138000").as_deref(), Some("13800138000"));
        assert_eq!(written("+85251234567").as_deref(), Some("85251234567"));
        assert_eq!(written("+14155552671"), None, "1 415 555 2671 would be somebody's in China");
    }

    #[test]
    fn a_limits_message_tells_its_window() {
        for (message, told) in [
            ("触发分钟级流控Permits:1", Window::Minute),
            ("触发小时级流控Permits:5", Window::Hour),
            ("触发天级流控Permits:10", Window::Day),
            ("触发号码天级流控Permits:40", Window::Day),
            ("business limit", Window::Minute),
            ("", Window::Minute),
        ] {
            assert_eq!(window(message), told, "{message:?}");
        }
    }
}
