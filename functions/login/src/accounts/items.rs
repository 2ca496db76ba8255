//! The items of the users table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::identity::WechatIdentity;

use super::s;

pub(super) type Item = HashMap<String, AttributeValue>;

/// A person: which account is theirs, and that account's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenidItem {
    /// The account.
    pub(super) user_id: String,
    /// The account's number in E.164; an account that a reviewers' number has made has none.
    pub(super) phone: Option<String>,
}

/// An account: the keys of the openids that belong to it, and of the one that made it.
pub(super) struct UserItem {
    pub(super) openids: Vec<String>,
    owner: Option<String>,
}

impl OpenidItem {
    pub(crate) fn read(item: &Item) -> Option<Self> {
        Some(Self { user_id: user_id(item)?, phone: text(item, "phone") })
    }
}

impl UserItem {
    pub(super) fn read(item: &Item) -> Option<Self> {
        Some(Self { openids: item.get("openids")?.as_ss().ok()?.clone(), owner: text(item, "owner") })
    }

    /// Whether the account is this openid's to move: it has made it, or is alone in it.
    pub(super) fn belongs_to(&self, openid: &str) -> bool {
        self.owner.as_deref() == Some(openid) || self.openids == [openid]
    }
}

/// The account that an item names.
pub(super) fn user_id(item: &Item) -> Option<String> {
    text(item, "user_id")
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

/// The key of a person's item: an openid means something within its mini program only.
pub(crate) fn openid_key(person: &WechatIdentity) -> String {
    format!("openid#{}#{}", person.app_id, person.openid.as_str())
}

/// The key of a number's item.
pub(super) fn phone_key(e164: &str) -> String {
    format!("phone#{e164}")
}

/// The key of an account's item.
pub(super) fn user_key(user_id: &str) -> String {
    format!("user#{user_id}")
}

pub(super) fn key(pk: String) -> Item {
    [("pk".to_owned(), s(pk))].into()
}
