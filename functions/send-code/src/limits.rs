//! How many codes one address, one openid and the whole deployment may request.
//!
//! Each limit is counted in a fixed window, in items of the codes table that the TTL removes. A request is counted
//! before the number's item is written, so that nobody over a limit can replace another person's code. If no code is
//! sent, the counts are given back.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use aws_sdk_dynamodb::{
    Client, config::retry::RetryConfig, error::SdkError, operation::update_item::UpdateItemError,
    types::AttributeValue,
};
use futures_util::future::join_all;
use shared::{
    aws::AwsFailure,
    clock::{SECONDS_PER_DAY, Timestamp},
    codes::Pepper,
    identity::WechatIdentity,
    problem::{Failure, Problem, ProblemCode},
    random::Random,
};
use tokio::time::timeout;

mod allowances;

pub use allowances::Allowances;
use allowances::Share;

/// The time limit for giving back all counts of one request.
const GIVE_BACK: Duration = Duration::from_millis(1400);

/// How many shards of the budget a request tries. If there are more, the budget may end a few messages early.
const TRIES: usize = 4;

/// The time limit for counting one request, over all shards of the budget that it tries.
const WHOLE: Duration = Duration::from_secs(2);

/// A limit on codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Codes for one address in one hour.
    Address,
    /// Codes for one openid on one UTC day.
    Openid,
    /// Codes of the deployment on one UTC day.
    Budget,
}

impl Limit {
    /// A part of the counters' keys: a new name would reset all counts.
    const fn name(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::Openid => "Openid",
            Self::Budget => "Budget",
        }
    }

    /// The window's length in seconds.
    const fn window(self) -> u64 {
        match self {
            Self::Address => 60 * 60,
            Self::Openid | Self::Budget => SECONDS_PER_DAY,
        }
    }

    /// The key of a counter's item: a new one for each window. As an HMAC, it hides the address or openid.
    fn key(self, pepper: &Pepper, subject: &str, now: Timestamp) -> String {
        pepper.counter_key(self.name(), subject, now.as_unix() / self.window())
    }
}

/// Why a request was not counted.
#[derive(Debug, thiserror::Error)]
pub enum LimitError {
    /// The window's codes are used up.
    #[error("over the limit by {}", .limit.name())]
    Reached {
        /// Which limit.
        limit: Limit,
        /// Seconds until the next window.
        retry_after: u64,
    },
    /// The counters could not be written.
    #[error("the request could not be counted")]
    Storage(#[from] AwsFailure),
    /// The counters took too long.
    #[error("the request could not be counted in time")]
    TimedOut,
}

impl Failure for LimitError {
    fn problem(&self) -> Problem {
        match self {
            Self::Reached { limit, retry_after } => {
                let code = match limit {
                    Limit::Address => ProblemCode::IpLimitReached,
                    Limit::Openid => ProblemCode::OpenidLimitReached,
                    Limit::Budget => ProblemCode::SmsBudgetExhausted,
                };
                Problem::from(code).retry_after(*retry_after)
            }
            Self::Storage(failure) => failure.problem(),
            Self::TimedOut => ProblemCode::ServiceUnavailable.into(),
        }
    }
}

/// The items that counted one request.
#[derive(Debug, Default)]
#[must_use = "a request that sends no code gives its counts back"]
pub struct Taken(Vec<Key>);

/// The counters.
pub struct Limits {
    client: Client,
    table: String,
    pepper: Pepper,
    allowances: Allowances,
}

/// The counter of a limit in one window. A request is counted in the first of its items that has room.
struct Counter {
    limit: Limit,
    keys: Vec<Key>,
}

/// An item of a counter.
#[derive(Debug, Clone)]
struct Key {
    pk: String,
    allowed: u64,
    /// The limit for requests without a ticket, which are also counted separately. `None` for a request with a ticket.
    open: Option<u64>,
}

impl Limits {
    /// Counters in this table.
    #[must_use]
    pub fn new(client: Client, table: String, pepper: Pepper, allowances: Allowances) -> Self {
        Self { client, table, pepper, allowances }
    }

    /// Counts a request from `address` and, with a ticket, by `person`. If one count fails, gives the others back.
    pub async fn take(
        &self,
        address: Option<IpAddr>,
        person: Option<&WechatIdentity>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Taken, LimitError> {
        let counters = [
            address.map(|address| self.of_address(address, now)),
            person.map(|person| self.of_person(person, now)),
            Some(self.of_deployment(person.is_none(), now, random)),
        ];
        let counts = counters.iter().flatten().map(|counter| self.count(counter, now));
        let outcomes = timeout(WHOLE, join_all(counts)).await.map_err(|_| LimitError::TimedOut)?;

        let (taken, mut refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        let taken = Taken(taken.into_iter().flatten().collect());
        if refused.is_empty() {
            return Ok(taken);
        }
        self.give_back(taken).await;
        refused.swap_remove(0).map(|_| Taken::default())
    }

    /// Gives back the counts of a request that sent no code. If this fails, they stay until their windows end.
    pub async fn give_back(&self, taken: Taken) {
        let given_back = join_all(taken.0.into_iter().map(async |Key { pk, open, .. }| {
            let given_back = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(pk))
                .update_expression(if open.is_some() {
                    "ADD #count :less, #open :less"
                } else {
                    "ADD #count :less"
                })
                .condition_expression("#count > :zero")
                .set_expression_attribute_names(Some(names(open)))
                .expression_attribute_values(":less", AttributeValue::N("-1".into()))
                .expression_attribute_values(":zero", AttributeValue::N("0".into()))
                .customize()
                // No retries: after a lost answer, a retry could give back twice, and the limit would not hold.
                .config_override(
                    aws_sdk_dynamodb::config::Builder::new().retry_config(RetryConfig::disabled()),
                )
                .send()
                .await;
            if let Err(error) = given_back {
                tracing::warn!(failure = %AwsFailure::new(&error), "a count could not be given back");
            }
        }));
        if timeout(GIVE_BACK, given_back).await.is_err() {
            tracing::warn!("a count could not be given back in time");
        }
    }

    fn of_address(&self, address: IpAddr, now: Timestamp) -> Counter {
        self.counter(Limit::Address, &network(address), self.allowances.address, now)
    }

    fn of_person(&self, person: &WechatIdentity, now: Timestamp) -> Counter {
        let subject = format!("{}#{}", person.app_id, person.openid.as_str());
        self.counter(Limit::Openid, &subject, self.allowances.openid, now)
    }

    fn counter(&self, limit: Limit, subject: &str, allowed: u64, now: Timestamp) -> Counter {
        let pk = limit.key(&self.pepper, subject, now);
        Counter { limit, keys: vec![Key { pk, allowed, open: None }] }
    }

    /// The shards share the budget out evenly. Starts at a random shard and tries the next when one is full.
    fn of_deployment(&self, is_open: bool, now: Timestamp, random: &dyn Random) -> Counter {
        let keys = self.allowances.shares(random).take(TRIES).map(|(shard, Share { all, open })| Key {
            pk: Limit::Budget.key(&self.pepper, &shard.to_string(), now),
            allowed: all,
            open: is_open.then_some(open),
        });
        let has_room = |key: &Key| key.allowed > 0 && key.open != Some(0);
        Counter { limit: Limit::Budget, keys: keys.filter(has_room).collect() }
    }

    /// Adds one to the first of the counter's items that has room, and returns that item.
    async fn count(&self, counter: &Counter, now: Timestamp) -> Result<Key, LimitError> {
        let ends =
            Timestamp::from_unix((now.as_unix() / counter.limit.window() + 1) * counter.limit.window());
        for key in &counter.keys {
            let [add, room] = match key.open {
                Some(_) => [", #open :one", " AND (attribute_not_exists(#open) OR #open < :open)"],
                None => ["", ""],
            };
            let open = key.open.map(|open| (":open".to_owned(), AttributeValue::N(open.to_string())));
            let outcome = self
                .client
                .update_item()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(key.pk.clone()))
                .update_expression(format!("ADD #count :one{add} SET #ttl = :ends"))
                .condition_expression(format!("(attribute_not_exists(#count) OR #count < :allowed){room}"))
                .set_expression_attribute_names(Some(names(key.open)))
                .expression_attribute_names("#ttl", "ttl")
                .set_expression_attribute_values(Some(open.into_iter().collect()))
                .expression_attribute_values(":one", AttributeValue::N("1".into()))
                .expression_attribute_values(":ends", AttributeValue::N(ends.as_unix().to_string()))
                .expression_attribute_values(":allowed", AttributeValue::N(key.allowed.to_string()))
                .send()
                .await;
            match outcome {
                Ok(_) => return Ok(key.clone()),
                Err(error) if is_refusal(&error) => {}
                Err(error) => return Err(AwsFailure::new(&error).into()),
            }
        }
        Err(LimitError::Reached { limit: counter.limit, retry_after: now.seconds_until(ends) })
    }
}

/// The attributes that hold the counts.
fn names(open: Option<u64>) -> HashMap<String, String> {
    let open = open.map(|_| ("#open".to_owned(), "open".to_owned()));
    open.into_iter().chain([("#count".to_owned(), "count".to_owned())]).collect()
}

fn is_refusal(error: &SdkError<UpdateItemError>) -> bool {
    matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_)))
}

/// The part of an address that is limited: for IPv6 the /64, since one household or machine has a whole /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}/64", address.to_bits() >> 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_counts_on_where_the_last_one_stopped() {
        let (pepper, now) = (Pepper::new(&"a pepper".into()), Timestamp::from_unix(1_800_014_400));
        for (limit, subject, key) in [
            (Limit::Address, "192.0.2.1", "_VO_dmQAZElTC7-u1DhRf9P4S7OHNUARc4xWU7pNMQo"),
            (Limit::Openid, "wx0123#o-alice", "pZ_JSIe_NN19t4Hvav5GWrLmepXvCUediIOGH7uNOyc"),
            (Limit::Budget, "3", "3FyMc8fxUmhM8jSq1tlA3IY9ZhPqJ0_KN-dbMEqxqVo"),
        ] {
            assert_eq!(limit.key(&pepper, subject, now), key, "{limit:?}");
        }
    }

    #[test]
    fn ipv6_is_counted_by_network_and_ipv4_by_address() {
        let network = |address: &str| network(address.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
