//! The audit trail: a line for each login that changes who is who, or that an owner may be asked about.

use shared::{
    identity::{Openid, WechatIdentity},
    phone::PhoneNumber,
    token::Claims,
};

use crate::accounts::{Account, AccountError, Entry};

/// Tells how a person who had proved `number` came to an account, or did not. `is_reviewer`: with a fixed code.
pub(crate) fn tell(
    account: &Result<Account, AccountError>,
    person: &WechatIdentity,
    number: &PhoneNumber,
    is_reviewer: bool,
) {
    let openid = &person.openid;
    match account {
        Ok(Account { user_id, entry, released, sid: _ }) => {
            if let Some(user_id) = released {
                tracing::info!(audit = "number_released", user_id, ?number, "an account has lost its number");
            }
            let audit = match entry {
                Entry::Created => Some("account_created"),
                Entry::NumberChanged => Some("number_changed"),
                Entry::Joined => Some("account_joined"),
                Entry::Left { joined } => {
                    tracing::info!(
                        audit = "account_left",
                        user_id = joined,
                        ?openid,
                        ?number,
                        "an account has changed"
                    );
                    Some("account_created")
                }
                Entry::Returned => None,
            };
            if let Some(audit) = audit {
                tracing::info!(audit, user_id, ?openid, ?number, "an account has changed");
            }
            if is_reviewer {
                tracing::info!(
                    audit = "reviewer_login",
                    user_id,
                    ?openid,
                    ?number,
                    "a reviewer has logged in"
                );
            }
        }
        Err(AccountError::PhoneTaken) => {
            tracing::info!(audit = "phone_taken", ?openid, ?number, "a login was refused by a conflict");
        }
        Err(AccountError::Contended | AccountError::Storage(_)) => {}
    }
}

/// Tells that a person has ended their sessions.
pub(crate) fn logged_out(claims: &Claims, everywhere: bool) {
    let (user_id, openid) = (&claims.sub, Openid::parse(&claims.openid));
    tracing::info!(audit = "logged_out", user_id, ?openid, everywhere, "a person has logged out");
}

/// Tells that a person has deleted their account, or has left that of another.
pub(crate) fn deleted(claims: &Claims, audit: &'static str) {
    let (user_id, openid) = (&claims.sub, Openid::parse(&claims.openid));
    tracing::info!(audit, user_id, ?openid, "a person has deleted what is theirs");
}
