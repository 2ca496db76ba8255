//! A check: the attempt is appended, then the list is judged.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::{
    Attempt, CodesTable, LiveCode, Update, VerifyCode, n, update,
    verdict::{CheckError, judge},
};
use crate::{clock::Timestamp, identity::WechatIdentity, phone::PhoneNumber};

/// A successful attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// Whether the code is a fixed one, which is never sent.
    pub is_fixed: bool,
}

impl CodesTable {
    /// Counts this attempt and judges it, in one atomic write: parallel guesses cannot exceed the limit.
    ///
    /// A right guess at a fixed code is not counted, since many people may use that code.
    pub async fn check(
        &self,
        number: &PhoneNumber,
        code: &VerifyCode,
        person: &WechatIdentity,
        max_attempts: usize,
        now: Timestamp,
    ) -> Result<Accepted, CheckError> {
        let attempt = Attempt {
            guess: self.pepper.code(number, code),
            by: self.pepper.person(&person.app_id, &person.openid),
        };
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pepper.number_key(number)))
            .condition_expression(
                "#expires > :now AND size(#attempts) < :limit AND (attribute_not_exists(placed) OR #code <> :code)",
            )
            .update_expression("SET #attempts = list_append(#attempts, :attempt)")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_names("#attempts", "attempts")
            .expression_attribute_names("#code", "code")
            .expression_attribute_values(":now", n(now.as_unix()))
            .expression_attribute_values(":limit", n(max_attempts as u64))
            .expression_attribute_values(":code", attempt.guess.write())
            .expression_attribute_values(":attempt", AttributeValue::L(vec![attempt.write()]))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let (item, counted) = match update(answer)? {
            Update::Done(item) => (item, true),
            Update::Refused(item) => (item, false),
        };
        let live = item.as_ref().and_then(LiveCode::read).filter(|live| live.expires > now);
        judge(live.as_ref(), &attempt, counted, max_attempts)?;
        Ok(Accepted { is_fixed: live.is_some_and(|live| live.is_fixed) })
    }
}
