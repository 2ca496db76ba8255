//! The generated pages `docs/settings.md` and `docs/errors.md`, in both languages.

use std::{collections::BTreeMap, sync::Arc};

use shared::{
    aws::Aws,
    clock::SystemClock,
    config::{Env, Form, Setting},
    problem::{Language, ProblemCode},
};

const MADE: [&str; 2] = [
    "<!-- Generated from the code by `cargo run -p local -- pages docs`. -->",
    "<!-- 由 `cargo run -p local -- pages docs` 根据代码生成。 -->",
];

/// A setting with the functions that read it.
#[derive(Debug)]
pub struct Row {
    /// The setting.
    pub setting: Setting,
    /// The packages of the functions.
    pub functions: Vec<&'static str>,
}

/// Every setting, in the order in which the functions read them.
#[must_use]
pub fn settings() -> Vec<Row> {
    let functions = [
        ("send-code", asked(send_code::Config::read)),
        ("exchange-code", asked(exchange_code::Config::read)),
        ("login", asked(login::Config::read)),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for (function, settings) in functions {
        for setting in settings {
            match rows.iter_mut().find(|row| row.setting == setting) {
                Some(row) => row.functions.push(function),
                None => rows.push(Row { setting, functions: vec![function] }),
            }
        }
    }
    rows
}

/// The settings of a function with every provider in its routes, without the SDK's own variables, which have no description.
fn asked<T>(read: impl FnOnce(&mut Env) -> Option<T>) -> Vec<Setting> {
    let routes = ("SMS_ROUTES".to_owned(), send_code::sms::ALL_PROVIDERS.to_owned());
    let mut settings = Env::new([routes]).asked(|env| read(env).zip(Aws::read(env, Arc::new(SystemClock))));
    settings.retain(|setting| !setting.about[0].is_empty());
    settings
}

/// Each page, by file name.
#[must_use]
pub fn pages() -> BTreeMap<&'static str, String> {
    [
        ("settings.md", settings_page(Language::English)),
        ("settings.zh-CN.md", settings_page(Language::Chinese)),
        ("errors.md", errors_page(Language::English)),
        ("errors.zh-CN.md", errors_page(Language::Chinese)),
    ]
    .into()
}

fn settings_page(language: Language) -> String {
    let nth = nth(language);
    let intro = [
        "# Settings\n\nEnglish | [中文](settings.zh-CN.md)\n\n\
         Settings are environment variables, read once at start; an empty one counts as unset. If any is missing or wrong, the function \
         does not start, and one message names all of them. A secret may also be given as the ARN or the name of a Secrets Manager secret, in \
         `NAME_SECRET_ARN`. Region, credentials and endpoints are the SDK's own variables (`AWS_REGION`, \
         `AWS_ENDPOINT_URL_DYNAMODB`, …); Lambda sets the first two.\n\n\
         | variable | functions | default | meaning |\n",
        "# 设置\n\n[English](settings.md) | 中文\n\n\
         都是环境变量，启动时读取一次，空值视为未设置。缺少或写错时拒绝启动，并一次列出所有有问题的变量。密钥也可以放在 Secrets Manager 里，\
         用 `NAME_SECRET_ARN` 给出它的 ARN 或名称。区域、凭证和端点用 AWS SDK 自己的变量（`AWS_REGION`、`AWS_ENDPOINT_URL_DYNAMODB` 等），\
         前两样由 Lambda 设置。\n\n\
         | 变量 | 函数 | 默认值 | 含义 |\n",
    ][nth];
    let row = |Row { setting, functions }: Row| {
        let all = functions.len() == 3;
        let functions = if all { ["all", "全部"][nth].to_owned() } else { functions.join(", ") };
        let (name, default, about) = (setting.name, default(&setting, nth), setting.about[nth]);
        format!("| `{name}` | {functions} | {default} | {about} |\n")
    };
    let rows: String = settings().into_iter().map(row).collect();
    format!("{}\n\n{intro}| --- | --- | --- | --- |\n{rows}", MADE[nth])
}

fn default(setting: &Setting, nth: usize) -> String {
    match setting.form {
        Form::Required | Form::Secret(_) => match setting.only {
            None => ["required", "必填"][nth].to_owned(),
            Some([english, chinese]) => {
                if nth == 0 {
                    format!("required {english}")
                } else {
                    format!("{chinese}必填")
                }
            }
        },
        Form::Optional => ["unset", "不设置"][nth].to_owned(),
        Form::Text(default) => format!("`{default}`"),
        Form::Choice(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Form::Number { default, min, max } => {
            format!("{default}{}{min}–{max}{}", [" (", "（"][nth], [")", "）"][nth])
        }
    }
}

fn errors_page(language: Language) -> String {
    let nth = nth(language);
    let intro = [
        "# Errors\n\nEnglish | [中文](errors.zh-CN.md)\n\n\
         Errors are RFC 9457 problems, `application/problem+json`. Programs read `code`, which is stable; \
         people read `detail`, in Chinese or, if `Accept-Language` prefers it, in English. `{retryAfter}` is a number of \
         seconds, `{attemptsLeft}` a number of attempts. If one field of the request is at fault, `field` names it. \
         The metrics are in the namespace of `METRICS_NAMESPACE`.\n\n\
         | code | status | text for people | metric |\n",
        "# 错误\n\n[English](errors.md) | 中文\n\n\
         错误的格式是 RFC 9457 定义的 problem，`application/problem+json`。程序看 `code`，它不会变；人看 `detail`，默认是中文，\
         `Accept-Language` 更偏好英文时是英文。`{retryAfter}` 是秒数，`{attemptsLeft}` 是次数。\
         问题出在某个字段时，`field` 是它的名字。指标在 `METRICS_NAMESPACE` 命名空间里。\n\n\
         | code | 状态码 | 提示 | 指标 |\n",
    ][nth];
    let row = |code: &ProblemCode| {
        let entry = code.entry();
        let metric = entry.metric.map(|metric| format!("`{metric}`")).unwrap_or_default();
        let text = [entry.english, entry.chinese][nth];
        format!("| `{}` | {} | {text} | {metric} |\n", entry.name, entry.status)
    };
    let rows: String = ProblemCode::ALL.iter().map(row).collect();
    format!("{}\n\n{intro}| --- | --- | --- | --- |\n{rows}", MADE[nth])
}

fn nth(language: Language) -> usize {
    match language {
        Language::English => 0,
        Language::Chinese => 1,
    }
}
