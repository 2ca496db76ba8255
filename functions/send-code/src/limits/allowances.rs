//! How many codes are allowed, and how the deployment's budget is spread over items.

use shared::{
    codes::OpenShare,
    config::{Env, Setting},
    random::Random,
};

/// The budget's counter is spread over this many items at least.
const FEWEST_SHARDS: u64 = 4;

/// The most codes that one item counts. If the whole budget is sent within five minutes, that is 250 writes a second, a
/// quarter of an item's limit in `DynamoDB`.
const MOST_OF_A_SHARD: u64 = 5 * 60 * 250;

const ADDRESS: Setting = Setting::number("IP_HOURLY_LIMIT", 60, 1, 1_000_000).about(
    "How many codes one address gets per hour; for IPv6, a /64 counts as one address.",
    "同一地址每小时的验证码条数；IPv6 以 /64 为一个地址。",
);
const OPENID: Setting = Setting::number("OPENID_DAILY_LIMIT", 10, 1, 1000).about(
    "How many codes one openid gets per UTC day, for requests with a ticket.",
    "同一 openid 每天（UTC）的验证码条数（请求带 `ticket` 时）。",
);
const BUDGET: Setting = Setting::number("SMS_DAILY_BUDGET", 10_000, 0, 1_000_000_000)
    .about("How many codes the whole deployment sends per UTC day.", "整个部署每天（UTC）的验证码条数。");

/// `IP_HOURLY_LIMIT`, `OPENID_DAILY_LIMIT`, `SMS_DAILY_BUDGET`.
#[derive(Debug, Clone)]
pub struct Allowances {
    pub(super) address: u64,
    pub(super) openid: u64,
    budget: u64,
    /// The part of the budget that requests without a ticket may use.
    open_budget: u64,
}

impl Allowances {
    /// Reads them from the settings.
    pub fn read(env: &mut Env, open: Option<OpenShare>) -> Option<Self> {
        let (address, openid, budget) = (env.number(&ADDRESS), env.number(&OPENID), env.number(&BUDGET));
        let (budget, open) = (budget?, open?);
        Some(Self { address: address?, openid: openid?, budget, open_budget: open.of(budget) })
    }

    /// The budget's items in order, starting at a random one, each with its share.
    pub(super) fn shares(&self, random: &dyn Random) -> impl Iterator<Item = (u64, Share)> {
        let Self { budget, open_budget, .. } = *self;
        let shards = shards(budget);
        let mut first = [0; 4];
        random.fill(&mut first);
        let first = u64::from(u32::from_le_bytes(first));
        let part = move |of: u64, shard| of / shards + u64::from(shard < of % shards);
        (0..shards).map(move |nth| {
            let shard = (first + nth) % shards;
            (shard, Share { all: part(budget, shard), open: part(open_budget, shard) })
        })
    }
}

/// The limits of one item of the budget.
pub(super) struct Share {
    /// Codes for all requests.
    pub all: u64,
    /// Codes for requests without a ticket.
    pub open: u64,
}

/// How many items the budget is spread over.
fn shards(budget: u64) -> u64 {
    budget.div_ceil(MOST_OF_A_SHARD).max(FEWEST_SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shard_takes_over_250_writes_a_second_if_the_budget_is_sent_within_five_minutes() {
        for budget in [0_u64, 1, 10_000, 300_000, 300_001, 36_000_000, 1_000_000_000] {
            let rate = budget.div_ceil(shards(budget)).div_ceil(5 * 60);
            assert!(rate <= 250, "{budget}: {rate}");
        }
        assert_eq!([0, 300_000, 300_001, 36_000_000, 1_000_000_000].map(shards), [4, 4, 5, 480, 13_334]);
    }
}
