//! What AWS and the others bear, as their pages say, and what they take. All but an item's limit can be raised.

use super::line::Units;

/// Of an item, and of all items that begin with the same partition key: cannot be raised.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
pub const ITEM: Units = Units { writes: 1_000.0, reads: 3_000.0 };

/// Of a new on-demand table at once. Later it bears twice its last peak; what goes beyond within half an hour may be throttled.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html>
pub const NEW_TABLE: Units = Units { writes: 4_000.0, reads: 12_000.0 };

/// Of a table, until the quota is raised.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub const TABLE: Units = Units { writes: 40_000.0, reads: 40_000.0 };

/// Executions at once in an account, of all functions, until the quota is raised.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html>
pub const EXECUTIONS: f64 = 1_000.0;

/// Requests a second that a function answers for each execution that it may have.
/// <https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html>
pub const REQUESTS_PER_EXECUTION: f64 = 10.0;

/// Executions that a function may have more after ten seconds, on the same page.
pub const EXECUTIONS_MORE: f64 = 1_000.0;

/// Requests a second to all APIs of an account, until the quota is raised; in some regions 2,500.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const API: f64 = 10_000.0;

/// Messages a second by SNS, until the quota is raised.
/// <https://docs.aws.amazon.com/general/latest/gr/sns.html>
pub const SNS: f64 = 20.0;

/// Requests for an access token a minute and mini program; an execution makes one in two hours.
/// <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>
pub const WECHAT_TOKENS: f64 = 10_000.0;

/// What an answer takes on its way, in milliseconds: an estimate, not a limit. `DynamoDB` promises single-digit milliseconds
/// for an item; a transaction is two rounds of it.
pub fn milliseconds(operation: &str) -> f64 {
    match operation {
        "GetItem" | "UpdateItem" => 5.0,
        "BatchGetItem" => 7.0,
        "TransactWriteItems" => 12.0,
        sms if sms.ends_with("/sns/") => 100.0,
        _wechat => 60.0,
    }
}

/// What a function computes for a request at 256 MB, in milliseconds (bench/RESULTS.md, the medians with that share of a
/// processor, rounded up).
pub fn computes(function: &str) -> f64 {
    match function {
        "send-code" => 15.0,
        "login" => 5.0,
        _ => 1.0,
    }
}
