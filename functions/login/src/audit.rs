//! The audit trail: a line for each login that changes an account or that its owner may ask about, and for each operator's
//! act.

use shared::{
    identity::{Openid, WechatIdentity},
    phone::PhoneNumber,
    telemetry::{AUDIT, chain},
    token::Claims,
};
use tracing::Level;

use crate::{
    accounts::{Account, AccountError, By, Change, Entry, Whom},
    operators::{Act, OperatorError},
};

/// Records the outcome of a login by a person who had proved `number`, by a code or one tap.
pub(crate) fn tell(
    account: &Result<Account, AccountError>,
    person: &WechatIdentity,
    number: &PhoneNumber,
    by: By,
) {
    let openid = &person.openid;
    let means = match by {
        By::Sms => "sms",
        By::Wechat => "wechat",
        By::FixedCode => "fixed_code",
    };
    match account {
        Ok(Account { user_id, entry, released, sid: _ }) => {
            if let Some(user_id) = released {
                tracing::info!(target: AUDIT, audit = "number_released",
                    user_id,
                    ?number,
                    by = means,
                    "an account has lost its number"
                );
            }
            let audit = match entry {
                Entry::Created => Some("account_created"),
                Entry::NumberChanged => Some("number_changed"),
                Entry::Joined => Some("account_joined"),
                Entry::Left { joined } => {
                    tracing::info!(target: AUDIT, audit = "account_left",
                        user_id = joined,
                        ?openid,
                        ?number,
                        by = means,
                        "an account has changed"
                    );
                    Some("account_created")
                }
                Entry::Returned => None,
            };
            if let Some(audit) = audit {
                tracing::info!(target: AUDIT, audit, user_id, ?openid, ?number, by = means, "an account has changed");
            }
            if by == By::FixedCode {
                tracing::info!(target: AUDIT, audit = "reviewer_login",
                    user_id,
                    ?openid,
                    ?number,
                    "a reviewer has logged in"
                );
            }
        }
        Err(AccountError::PhoneTaken) => {
            tracing::info!(target: AUDIT, audit = "phone_taken",
                ?openid,
                ?number,
                by = means,
                "a login was refused because of a conflict"
            );
        }
        Err(
            AccountError::Disabled
            | AccountError::TicketSpent
            | AccountError::Contended
            | AccountError::Storage(_),
        ) => {}
    }
}

/// Records that a person has ended their sessions.
pub(crate) fn logged_out(claims: &Claims, everywhere: bool) {
    let (user_id, openid) = (&claims.sub, masked(claims));
    tracing::info!(target: AUDIT, audit = "logged_out", user_id, openid, everywhere, "a person has logged out");
}

/// Records that a person has deleted their account, or has left another person's.
pub(crate) fn deleted(claims: &Claims, audit: &'static str) {
    let (user_id, openid) = (&claims.sub, masked(claims));
    tracing::info!(target: AUDIT, audit, user_id, openid, "a person has deleted their account");
}

/// A token's openid as logs show it.
fn masked(claims: &Claims) -> Option<String> {
    Openid::parse(&claims.openid).map(|openid| format!("{openid:?}"))
}

/// Records what an operator has done to which account. `CloudTrail` has the operator's name under the request's id.
pub(crate) fn operated(act: &Act, user_id: Option<&str>, request_id: &str) {
    let audit = match act {
        Act::Find(_) => "operator_find",
        Act::Change(Change::Disable, _) => "operator_disable",
        Act::Change(Change::Enable, _) => "operator_enable",
        Act::Change(Change::SignOut, _) => "operator_sign_out",
        Act::Change(Change::Delete, _) => "operator_delete",
    };
    let (_, number, openid) = whom(act);
    tracing::info!(target: AUDIT, audit, request_id, user_id, number, openid, "an operator has acted");
}

/// Records an operator's request that was refused, and why.
pub(crate) fn operator_refused(act: Option<&Act>, error: &OperatorError, request_id: &str) {
    let (user_id, number, openid) = act.map(whom).unwrap_or_default();
    let (audit, operator) = ("operator_refused", act.map(Act::name));
    let cause = chain(error);
    macro_rules! write_at {
        ($level:expr) => {
            tracing::event!(
                target: AUDIT,
                $level,
                audit,
                request_id,
                operator,
                user_id,
                number,
                openid,
                cause,
                "an operator was refused"
            )
        };
    }
    if let OperatorError::Account(_) = error { write_at!(Level::ERROR) } else { write_at!(Level::INFO) }
}

/// The account, masked number and masked openid that an act names.
fn whom(act: &Act) -> (Option<&str>, Option<String>, Option<String>) {
    match act {
        Act::Find(Whom::User(user_id)) | Act::Change(_, user_id) => (Some(user_id), None, None),
        Act::Find(Whom::Number(number)) => (None, Some(format!("{number:?}")), None),
        Act::Find(Whom::Openid { openid, .. }) => (None, None, Some(format!("{openid:?}"))),
    }
}
