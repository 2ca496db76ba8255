//! The limits that AWS and WeChat publish, and the times of calls. AWS can raise its limits, except for an item's.

use super::line::Units;

/// Units a second of an item, and of all items with the same partition key; cannot be raised.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
pub const ITEM: Units = Units { writes: 1_000.0, reads: 3_000.0 };

/// Units a second of a new on-demand table. Later its limit is twice its last peak; a faster rise within half an hour
/// may be throttled.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html>
pub const NEW_TABLE: Units = Units { writes: 4_000.0, reads: 12_000.0 };

/// Units a second of a table, until the quota is raised.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub const TABLE: Units = Units { writes: 40_000.0, reads: 40_000.0 };

/// Concurrent executions of all functions in an account, until the quota is raised.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>
pub const EXECUTIONS: f64 = 1_000.0;

/// Requests a second that a function may answer, for each execution that it may have.
/// <https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html>
pub const REQUESTS_PER_EXECUTION: f64 = 10.0;

/// How many executions a function may add within ten seconds, on the same page.
pub const EXECUTIONS_MORE: f64 = 1_000.0;

/// Requests a second to all APIs of an account, until the quota is raised; in some regions 2,500.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const API: f64 = 10_000.0;

/// Messages a second by SNS, until the quota is raised.
/// <https://docs.aws.amazon.com/general/latest/gr/sns.html>
pub const SNS: f64 = 20.0;

/// Requests for an access token a minute, for each mini program; an execution makes one in two hours.
/// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>
pub const WECHAT_TOKENS: f64 = 10_000.0;

/// How long a call takes, in milliseconds: an estimate, not a limit. `DynamoDB` promises single-digit milliseconds for
/// an item; a transaction takes two rounds.
pub fn milliseconds(operation: &str) -> f64 {
    match operation {
        "GetItem" | "UpdateItem" => 5.0,
        "BatchGetItem" => 7.0,
        "TransactWriteItems" => 12.0,
        sms if sms.ends_with("/sns/") => 100.0,
        _wechat => 60.0,
    }
}

/// How long a function computes for a request at 256 MB, in milliseconds: the medians of bench/RESULTS.md with that
/// share of a processor, rounded up.
pub fn computes(function: &str) -> f64 {
    match function {
        "send-code" => 15.0,
        "login" => 5.0,
        _ => 1.0,
    }
}
