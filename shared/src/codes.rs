//! Verification codes: drawn at random, stored under a pepper, judged by the list of attempts.
//!
//! The codes table has one item per phone number: a send replaces it, and each attempt is appended to it.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client, error::SdkError, operation::update_item::UpdateItemError, types::AttributeValue,
};

use crate::{
    aws::AwsFailure,
    clock::Timestamp,
    config::{Env, Setting},
};

mod check;
mod code;
mod pepper;
mod send;
mod verdict;

pub use check::Accepted;
pub use code::VerifyCode;
pub use pepper::{CODE_PEPPER, Pepper, Tag};
pub use send::{SendError, Sent};
pub use verdict::CheckError;

type Item = HashMap<String, AttributeValue>;

/// The table of the codes.
pub const CODES_TABLE: Setting = Setting::required("CODES_TABLE")
    .about("The DynamoDB table of codes and counters.", "验证码和计数器所在的 DynamoDB 表。");

/// How long codes live, and how many may be sent.
#[derive(Debug, Clone)]
pub struct CodePolicy {
    /// `CODE_TTL_SECONDS`: how long a code may be used.
    pub ttl: u64,
    /// `RESEND_COOLDOWN_SECONDS`: how long a number waits for its next code.
    pub cooldown: u64,
    /// `PHONE_DAILY_LIMIT`: codes for one number on one UTC day.
    pub daily_limit: u64,
    /// How many of them may be requested without a ticket.
    pub open_limit: u64,
}

/// `OPEN_SHARE_PERCENT`: the share of a limit that requests without a ticket may use, so that strangers without WeChat
/// cannot use it all.
#[derive(Debug, Clone, Copy)]
pub struct OpenShare(u64);

impl OpenShare {
    /// Reads it from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        env.number(&OPEN_SHARE).map(Self)
    }

    /// The share of a limit, rounded up, so at least one.
    #[must_use]
    pub fn of(self, limit: u64) -> u64 {
        (limit * self.0).div_ceil(100)
    }
}

const OPEN_SHARE: Setting = Setting::number("OPEN_SHARE_PERCENT", 50, 0, 100).about(
    "How many percent of `SMS_DAILY_BUDGET` and `PHONE_DAILY_LIMIT` requests without a ticket may use, rounded up. Requests \
     with a ticket may use all of it.",
    "不带 `ticket` 的请求最多能用掉 `SMS_DAILY_BUDGET` 和 `PHONE_DAILY_LIMIT` 的百分之几，向上取整。带 `ticket` 的请求可以用到全部。",
);

const TTL: Setting = Setting::number("CODE_TTL_SECONDS", 300, 30, CodePolicy::LONGEST_TTL)
    .about("How many seconds a code is valid.", "验证码的有效秒数。");
const COOLDOWN: Setting = Setting::number("RESEND_COOLDOWN_SECONDS", 60, 0, 3600)
    .about("How many seconds a number waits for its next code.", "同一号码再次获取验证码要等的秒数。");
const DAILY_LIMIT: Setting = Setting::number("PHONE_DAILY_LIMIT", 10, 1, 1000)
    .about("How many codes one number gets per UTC day.", "同一号码每天（UTC）的验证码条数。");

impl CodePolicy {
    /// The longest life of a code that NIST SP 800-63B and OWASP allow, in seconds.
    pub const LONGEST_TTL: u64 = 600;

    /// Reads it from the settings.
    pub fn read(env: &mut Env, open: Option<OpenShare>) -> Option<Self> {
        let (ttl, cooldown, daily_limit) =
            (env.number(&TTL), env.number(&COOLDOWN), env.number(&DAILY_LIMIT));
        let (daily_limit, open) = (daily_limit?, open?);
        Some(Self { ttl: ttl?, cooldown: cooldown?, daily_limit, open_limit: open.of(daily_limit) })
    }
}

/// The codes table, with the pepper that hides numbers, codes and openids in its items.
pub struct CodesTable {
    client: Client,
    table: String,
    pepper: Pepper,
}

impl CodesTable {
    /// The table with this name.
    #[must_use]
    pub fn new(client: Client, table: String, pepper: Pepper) -> Self {
        Self { client, table, pepper }
    }
}

/// The part of a number's item that a check needs. Malformed attributes read as no code.
#[derive(Debug)]
struct LiveCode {
    code: Tag,
    expires: Timestamp,
    attempts: Vec<Attempt>,
    /// Whether the code is fixed and was not sent: anybody who knows it may use it.
    is_fixed: bool,
}

/// One guess, and the person who made it.
#[derive(Debug, Clone)]
struct Attempt {
    guess: Tag,
    by: Tag,
}

impl LiveCode {
    fn read(item: &Item) -> Option<Self> {
        let attempts = item.get("attempts")?.as_l().ok()?.iter().map(Attempt::read).collect::<Option<_>>()?;
        let is_fixed = item.contains_key("placed");
        Some(Self { code: tag(item, "code")?, expires: timestamp(item, "expires")?, attempts, is_fixed })
    }
}

impl Attempt {
    fn read(value: &AttributeValue) -> Option<Self> {
        let fields = value.as_m().ok()?;
        Some(Self { guess: tag(fields, "guess")?, by: tag(fields, "by")? })
    }

    fn write(&self) -> AttributeValue {
        AttributeValue::M([("guess".into(), self.guess.write()), ("by".into(), self.by.write())].into())
    }
}

impl Tag {
    fn write(&self) -> AttributeValue {
        AttributeValue::B(self.as_bytes().to_vec().into())
    }
}

fn tag(item: &Item, name: &str) -> Option<Tag> {
    Some(Tag::from_bytes(item.get(name)?.as_b().ok()?.as_ref().to_vec()))
}

fn timestamp(item: &Item, name: &str) -> Option<Timestamp> {
    number(item, name).map(Timestamp::from_unix)
}

fn number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn n(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The outcome of a conditional update.
enum Update {
    /// Written; the attributes that the request asked for.
    Done(Option<Item>),
    /// Refused by its condition; the item as it is.
    Refused(Option<Item>),
}

type UpdateAnswer =
    Result<aws_sdk_dynamodb::operation::update_item::UpdateItemOutput, SdkError<UpdateItemError>>;

fn update(answer: UpdateAnswer) -> Result<Update, AwsFailure> {
    match answer {
        Ok(output) => Ok(Update::Done(output.attributes)),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Update::Refused(refusal.item().cloned()))
            }
            _ => Err(AwsFailure::new(&error)),
        },
    }
}
