//! A send: replaces the old code with a new one, and restores the old one if the message was not sent.

use std::{iter::zip, time::Duration};

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use tokio::time::timeout;

use super::{CodePolicy, CodesTable, Item, Update, VerifyCode, n, number, timestamp, update};
use crate::{
    aws::AwsFailure,
    clock::Timestamp,
    phone::PhoneNumber,
    problem::{Failure, Problem, ProblemCode},
};

/// The attributes that a send replaces and an undo restores, apart from the day's count. A send keeps each old value as
/// `was_…`.
const SENT: [&str; 5] = ["code", "send_id", "sent_at", "expires", "attempts"];

/// How many past days' counts a send deletes. TTL deletes items that are not used for longer.
const PAST: [&str; 3] = ["#past1", "#past2", "#past3"];

/// The same for sends without a ticket.
const PAST_OPEN: [&str; 3] = ["#open1", "#open2", "#open3"];

/// Restores the attributes from before the send.
const RESTORED: &str = "SET #code = was_code, #send_id = was_send_id, #sent_at = was_sent_at, #expires = was_expires, \
                        #attempts = was_attempts";

/// The time limit of an undo's two requests: a send ends within eight seconds (docs/adr/0008-time-outs.md).
const UNDO: Duration = Duration::from_millis(1400);

/// A stored code.
#[derive(Debug)]
pub struct Sent {
    key: String,
    send_id: String,
    today: String,
    /// The attribute that counts today's sends without a ticket, if this send had none.
    open: Option<String>,
    /// Seconds until the code expires.
    pub expires_in: u64,
    /// Seconds until the number may have its next code.
    pub resend_after: u64,
}

impl Sent {
    fn open_name(&self) -> Option<(String, String)> {
        self.open.as_ref().map(|open| ("#open".into(), open.clone()))
    }
}

/// Why a number gets no code now.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Within the cooldown.
    #[error("the last code was sent recently")]
    TooSoon {
        /// Seconds until the cooldown ends.
        retry_after: u64,
    },
    /// The number has reached the day's limit.
    #[error("the number has reached today's limit of codes")]
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
            Self::TooSoon { retry_after } => {
                Problem::from(ProblemCode::ResendTooSoon).retry_after(*retry_after)
            }
            Self::DailyLimit { retry_after } => {
                Problem::from(ProblemCode::PhoneLimitReached).retry_after(*retry_after)
            }
            Self::Storage(failure) => failure.problem(),
        }
    }
}

impl CodesTable {
    /// Stores `code` as the number's only code, if the cooldown and the day's limit allow it. `send_id` identifies this send.
    pub async fn send(
        &self,
        number: &PhoneNumber,
        code: &VerifyCode,
        send_id: String,
        policy: &CodePolicy,
        is_open: bool,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let mut sent = self.sent(number, send_id, policy, now);
        sent.open = is_open.then(|| open_attribute(now.day()));
        let past = zip(PAST, 1..).zip(PAST_OPEN).flat_map(|((name, days), open)| {
            let day = now.day().saturating_sub(days);
            [(name.into(), day_attribute(day)), (open.into(), open_attribute(day))]
        });
        let [room, counted] = match sent.open {
            Some(_) => [
                " AND (attribute_not_exists(#open) OR #open < :open_limit)",
                ", #open = if_not_exists(#open, :zero) + :one",
            ],
            None => ["", ""],
        };
        let mut values = self.values(&sent, number, code, now);
        values.extend(sent.open.iter().map(|_| (":open_limit".into(), n(policy.open_limit))));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(sent.key.clone()))
            .condition_expression(format!(
                "(attribute_not_exists(#sent_at) OR #sent_at <= :latest) \
                 AND (attribute_not_exists(#today) OR #today < :limit) \
                 AND (attribute_not_exists(#send_id) OR #send_id <> :send_id){room}"
            ))
            .update_expression(format!(
                "SET #code = :code, was_code = if_not_exists(#code, :nothing), \
                 #send_id = :send_id, was_send_id = if_not_exists(#send_id, :nothing), \
                 #sent_at = :now, was_sent_at = if_not_exists(#sent_at, :zero), \
                 #expires = :expires, was_expires = if_not_exists(#expires, :zero), \
                 #attempts = :none, was_attempts = if_not_exists(#attempts, :none), \
                 #today = if_not_exists(#today, :zero) + :one{counted}, #ttl = :ttl REMOVE placed, {}, {}",
                PAST.join(", "),
                PAST_OPEN.join(", ")
            ))
            .set_expression_attribute_names(Some(
                names(&SENT)
                    .chain([("#today".into(), sent.today.clone()), ("#ttl".into(), "ttl".into())])
                    .chain(past)
                    .chain(sent.open_name())
                    .collect(),
            ))
            .set_expression_attribute_values(Some(values))
            .expression_attribute_values(":latest", n(now.minus(policy.cooldown).as_unix()))
            .expression_attribute_values(":limit", n(policy.daily_limit))
            .expression_attribute_values(":nothing", AttributeValue::Null(true))
            .expression_attribute_values(":zero", n(0))
            .expression_attribute_values(":one", n(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match update(answer) {
            Ok(Update::Done(_)) => Ok(sent),
            // The write succeeded, its answer was lost, and the SDK's retry met our own item.
            Ok(Update::Refused(Some(item))) if is_of_send(&item, &sent.send_id) => Ok(sent),
            Ok(Update::Refused(item)) => Err(refusal(&item.unwrap_or_default(), policy, is_open, now)),
            Err(failure) => {
                if failure.is_in_doubt() {
                    // The write may have succeeded. Without an undo, a code that was never sent blocks the number for
                    // the cooldown.
                    self.undo(&sent).await;
                }
                Err(failure.into())
            }
        }
    }

    /// Stores a fixed `code`, regardless of cooldown and day's limit, and counts nothing. A live code keeps its
    /// attempts: requesting a fixed code again must not give more guesses.
    pub async fn place(
        &self,
        number: &PhoneNumber,
        code: &VerifyCode,
        send_id: String,
        policy: &CodePolicy,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let sent = self.sent(number, send_id, policy, now);
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(sent.key.clone()))
            .condition_expression("attribute_not_exists(placed) OR #expires <= :now OR #code <> :code")
            .update_expression(
                "SET #code = :code, #send_id = :send_id, #sent_at = :now, #expires = :expires, #attempts = :none, \
                 #ttl = :ttl, placed = :placed",
            )
            .set_expression_attribute_names(Some(
                names(&SENT).chain([("#ttl".into(), "ttl".into())]).collect(),
            ))
            .set_expression_attribute_values(Some(self.values(&sent, number, code, now)))
            .expression_attribute_values(":placed", AttributeValue::Bool(true))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match update(answer)? {
            Update::Done(_) => Ok(sent),
            Update::Refused(item) => {
                let expires = item.as_ref().and_then(|item| timestamp(item, "expires")).unwrap_or(now);
                Ok(Sent { expires_in: now.seconds_until(expires), ..sent })
            }
        }
    }

    fn sent(&self, number: &PhoneNumber, send_id: String, policy: &CodePolicy, now: Timestamp) -> Sent {
        Sent {
            key: self.pepper.number_key(number),
            send_id,
            today: day_attribute(now.day()),
            open: None,
            expires_in: policy.ttl,
            resend_after: policy.cooldown,
        }
    }

    /// The values that both ways of storing a code write.
    fn values(&self, sent: &Sent, number: &PhoneNumber, code: &VerifyCode, now: Timestamp) -> Item {
        let expires = now.plus(sent.expires_in);
        // The item is kept until code, cooldown and day have all ended.
        let kept_until = expires.max(now.plus(sent.resend_after)).max(now.next_day());
        let code = self.pepper.code(number, code).write();
        [
            (":code", code),
            (":send_id", AttributeValue::S(sent.send_id.clone())),
            (":now", n(now.as_unix())),
            (":expires", n(expires.as_unix())),
            (":none", AttributeValue::L(Vec::new())),
            (":ttl", n(kept_until.as_unix())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Undoes a send that failed: restores the code before it and its cooldown. Does nothing if another send followed, or if
    /// this one was never stored.
    ///
    /// The day's count is restored, too, unless somebody has already guessed at the code: otherwise failed sends would
    /// give unlimited guesses.
    pub async fn undo(&self, sent: &Sent) {
        let untried = self
            .restoring(sent)
            .condition_expression("#send_id = :mine AND size(#attempts) = :zero")
            .update_expression(match sent.open {
                Some(_) => format!("{RESTORED}, #today = #today - :one, #open = #open - :one"),
                None => format!("{RESTORED}, #today = #today - :one"),
            })
            .set_expression_attribute_names(Some(
                names(&SENT).chain([("#today".into(), sent.today.clone())]).chain(sent.open_name()).collect(),
            ))
            .expression_attribute_values(":one", n(1));
        let tried = self
            .restoring(sent)
            .condition_expression("#send_id = :mine AND size(#attempts) > :zero")
            .update_expression(RESTORED);
        let undo = async {
            match update(untried.send().await) {
                Ok(Update::Refused(_)) => update(tried.send().await),
                outcome => outcome,
            }
        };
        match timeout(UNDO, undo).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => tracing::error!(%failure, "a code that was not sent could not be undone"),
            Err(_) => tracing::error!("a code that was not sent could not be undone in time"),
        }
    }

    /// The part that both forms of the undo share.
    fn restoring(&self, sent: &Sent) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(sent.key.clone()))
            .set_expression_attribute_names(Some(names(&SENT).collect()))
            .expression_attribute_values(":mine", AttributeValue::S(sent.send_id.clone()))
            .expression_attribute_values(":zero", n(0))
    }
}

fn refusal(item: &Item, policy: &CodePolicy, is_open: bool, now: Timestamp) -> SendError {
    let day = now.day();
    let is_open_full = is_open && number(item, &open_attribute(day)) >= Some(policy.open_limit);
    if is_open_full || number(item, &day_attribute(day)) >= Some(policy.daily_limit) {
        return SendError::DailyLimit { retry_after: now.seconds_until(now.next_day()) };
    }
    let sent_at = timestamp(item, "sent_at").unwrap_or(now).min(now);
    SendError::TooSoon { retry_after: now.seconds_until(sent_at.plus(policy.cooldown)).max(1) }
}

fn is_of_send(item: &Item, send_id: &str) -> bool {
    item.get("send_id").is_some_and(|stored| stored.as_s().is_ok_and(|stored| stored == send_id))
}

/// The attribute that counts one UTC day's sends. Each day has its own name, so an old count never counts today.
fn day_attribute(day: u64) -> String {
    format!("day{day}")
}

/// The attribute that counts a UTC day's sends without a ticket.
fn open_attribute(day: u64) -> String {
    format!("open{day}")
}

/// `#name` for each name, since some are reserved words of `DynamoDB`.
fn names(names: &[&str]) -> impl Iterator<Item = (String, String)> {
    names.iter().map(|name| (format!("#{name}"), (*name).to_owned()))
}
