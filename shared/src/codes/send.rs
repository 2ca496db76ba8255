//! `send-code`'s half: a new code in place of the old one, and the way back.

use std::iter::zip;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::{Codes, Item, Update, n, number, timestamp, update};
use crate::{
    aws::AwsFailure,
    clock::Timestamp,
    code::VerifyCode,
    phone::PhoneNumber,
    problem::{Code, Failure, Problem},
};

/// What one send writes, and what taking it back restores; the day's count apart.
const SENT: [&str; 5] = ["code", "send_id", "sent_at", "expires", "attempts"];

/// How many days' counts an update clears away. An item that is left alone for longer is the TTL's.
const PAST_DAYS: u64 = 3;

/// A code that stands in the table, and what it replaced.
#[derive(Debug)]
pub struct Sent {
    key: String,
    send_id: String,
    today: String,
    before: Item,
    /// Seconds until the code expires.
    pub expires_in: u64,
    /// Seconds until the number may have its next code.
    pub resend_after: u64,
}

/// Why a number gets no code now.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Within the cooldown.
    #[error("the last code was sent a moment ago")]
    TooSoon {
        /// Seconds until the cooldown ends.
        retry_after: u64,
    },
    /// All of the day's codes were sent.
    #[error("the number has had all its codes for today")]
    DailyLimit {
        /// Seconds until the next UTC day.
        retry_after: u64,
    },
    /// The table could not be written.
    #[error("the code could not be stored")]
    Storage(#[from] AwsFailure),
}

impl Failure for SendError {
    fn problem(&self) -> Problem {
        match self {
            Self::TooSoon { retry_after } => Problem::from(Code::ResendTooSoon).retry_after(*retry_after),
            Self::DailyLimit { retry_after } => {
                Problem::from(Code::PhoneLimitReached).retry_after(*retry_after)
            }
            Self::Storage(failure) => failure.problem().into(),
        }
    }
}

impl Codes {
    /// Stores `code` as the number's only one, if the cooldown and the day's limit allow. `send_id` is this send's own.
    pub async fn send(
        &self,
        number: &PhoneNumber,
        code: &VerifyCode,
        send_id: String,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let key = self.pepper.number_key(number);
        let today = day_attribute(now.day());
        let expires = now.plus(self.policy.ttl);
        // The item is kept for as long as anything in it counts: the code, the cooldown, the day's count.
        let kept_until = expires.max(now.plus(self.policy.cooldown)).max(now.next_day());
        let past: Vec<_> =
            (1..=PAST_DAYS).map(|days| day_attribute(now.day().saturating_sub(days))).collect();
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(key.clone()))
            .condition_expression(
                "(attribute_not_exists(#sent_at) OR #sent_at <= :latest) \
                 AND (attribute_not_exists(#today) OR #today < :limit)",
            )
            .update_expression(
                "SET #code = :code, #send_id = :send_id, #sent_at = :now, #expires = :expires, #attempts = :none, \
                 #today = if_not_exists(#today, :zero) + :one, #ttl = :ttl REMOVE #past1, #past2, #past3",
            )
            .set_expression_attribute_names(Some(
                names(&SENT)
                    .chain([("#today".into(), today.clone()), ("#ttl".into(), "ttl".into())])
                    .chain(zip(["#past1", "#past2", "#past3"].map(String::from), past))
                    .collect(),
            ))
            .expression_attribute_values(":latest", n(now.minus(self.policy.cooldown).as_unix()))
            .expression_attribute_values(":limit", n(self.policy.daily_limit))
            .expression_attribute_values(
                ":code",
                AttributeValue::B(self.pepper.code(number, code).as_bytes().to_vec().into()),
            )
            .expression_attribute_values(":send_id", AttributeValue::S(send_id.clone()))
            .expression_attribute_values(":now", n(now.as_unix()))
            .expression_attribute_values(":expires", n(expires.as_unix()))
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .expression_attribute_values(":ttl", n(kept_until.as_unix()))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let before = match update(answer)? {
            Update::Done(before) => before.unwrap_or_default(),
            // The write went through, its answer was lost, and the SDK sent it again: what refused it is itself.
            Update::Refused(Some(item)) if is_of_send(&item, &send_id) => Item::new(),
            Update::Refused(item) => return Err(self.refusal(&item.unwrap_or_default(), now)),
        };
        Ok(Sent {
            key,
            send_id,
            today,
            before,
            expires_in: self.policy.ttl,
            resend_after: self.policy.cooldown,
        })
    }

    fn refusal(&self, item: &Item, now: Timestamp) -> SendError {
        if number(item, &day_attribute(now.day())) >= Some(self.policy.daily_limit) {
            return SendError::DailyLimit { retry_after: now.seconds_until(now.next_day()) };
        }
        let sent_at = timestamp(item, "sent_at").unwrap_or(now).min(now);
        SendError::TooSoon { retry_after: now.seconds_until(sent_at.plus(self.policy.cooldown)).max(1) }
    }

    /// Undoes a send whose SMS failed: the code before it, its cooldown and the day's count are back. If another send
    /// has come since, there is nothing to undo.
    pub async fn take_back(&self, sent: Sent) -> Result<(), AwsFailure> {
        let (kept, gone): (Vec<&str>, Vec<&str>) =
            SENT.iter().partition(|name| sent.before.contains_key(**name));
        let restored: Vec<_> = kept.iter().map(|name| format!(", #{name} = :{name}")).collect();
        let removed: Vec<_> = gone.iter().map(|name| format!("#{name}")).collect();
        let removal =
            if removed.is_empty() { String::new() } else { format!(" REMOVE {}", removed.join(", ")) };
        let expression = format!("SET #today = #today - :one{}{removal}", restored.concat());
        let values =
            kept.iter().filter_map(|name| Some((format!(":{name}"), sent.before.get(*name)?.clone())));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(sent.key))
            .condition_expression("#send_id = :mine")
            .update_expression(expression)
            .set_expression_attribute_names(Some(
                names(&SENT).chain([("#today".into(), sent.today)]).collect(),
            ))
            .set_expression_attribute_values(Some(
                values
                    .chain([(":one".into(), n(1)), (":mine".into(), AttributeValue::S(sent.send_id))])
                    .collect(),
            ))
            .send()
            .await;
        update(answer).map(drop)
    }
}

fn is_of_send(item: &Item, send_id: &str) -> bool {
    item.get("send_id").is_some_and(|stored| stored.as_s().is_ok_and(|stored| stored == send_id))
}

/// The attribute that counts one UTC day's sends. A count of another day has another name, so it cannot count today.
fn day_attribute(day: u64) -> String {
    format!("day{day}")
}

/// `#name` for each name: some are among `DynamoDB`'s several hundred reserved words.
fn names(names: &[&str]) -> impl Iterator<Item = (String, String)> {
    names.iter().map(|name| (format!("#{name}"), (*name).to_owned()))
}
