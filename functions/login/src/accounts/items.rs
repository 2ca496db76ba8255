//! The items of the users table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{clock::Timestamp, identity::Openid};

pub(super) type Item = HashMap<String, AttributeValue>;

/// A person: which account is theirs, that account's number, and how they are logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenidItem {
    /// The account.
    pub(crate) user_id: String,
    /// The account's number in E.164; an account that a reviewers' number has made has none.
    pub(super) phone: Option<String>,
    /// Which tokens are good: those with this `sid`. After a logout none.
    pub(crate) sid: Option<String>,
    /// When the person last logged in by a code. After a logout never.
    pub(crate) proved_at: Option<Timestamp>,
    /// When the person was last logged out: a ticket from before lets nobody in by its number.
    pub(super) ended_at: Option<Timestamp>,
    /// The unionid that came with the last login that was noted.
    pub(crate) unionid: Option<String>,
    /// Whether an operator has disabled the account.
    pub(crate) disabled: bool,
}

/// An account: its number, the keys of the openids that belong to it, and of the one that made it.
pub(crate) struct UserItem {
    pub(crate) phone: Option<String>,
    /// The unionid of whose the account is.
    pub(super) unionid: Option<String>,
    pub(super) openids: Vec<String>,
    owner: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    /// Whether an operator has disabled it; its openids' items say the same.
    pub(crate) disabled: bool,
}

/// A number: whose it is, and since when nobody has proved it.
pub(super) struct PhoneItem {
    pub(super) user_id: String,
    pub(super) proved_at: Option<Timestamp>,
}

impl OpenidItem {
    pub(crate) fn read(item: &Item) -> Option<Self> {
        Some(Self {
            user_id: text(item, "user_id")?,
            phone: text(item, "phone"),
            sid: text(item, "sid"),
            proved_at: timestamp(item, "proved_at"),
            ended_at: timestamp(item, "ended_at"),
            unionid: text(item, "unionid"),
            disabled: item.contains_key("disabled"),
        })
    }
}

impl UserItem {
    pub(super) fn read(item: &Item) -> Option<Self> {
        Some(Self {
            phone: text(item, "phone"),
            unionid: text(item, "unionid"),
            openids: item.get("openids")?.as_ss().ok()?.clone(),
            owner: text(item, "owner"),
            created_at: timestamp(item, "created_at"),
            disabled: item.contains_key("disabled"),
        })
    }

    /// Whether the account is this openid's to move and to delete: it has made it, is alone in it, or is of the person whose
    /// unionid the account has.
    pub(super) fn belongs_to(&self, openid: &str, person: &OpenidItem) -> bool {
        let is_united = self.unionid.is_some() && self.unionid == person.unionid;
        is_united || self.owner.as_deref() == Some(openid) || self.openids == [openid]
    }
}

impl PhoneItem {
    pub(super) fn read(item: &Item) -> Option<Self> {
        Some(Self { user_id: text(item, "user_id")?, proved_at: timestamp(item, "proved_at") })
    }
}

/// The account that an item names.
pub(super) fn named(item: &Item) -> Option<String> {
    text(item, "user_id")
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

fn timestamp(item: &Item, name: &str) -> Option<Timestamp> {
    item.get(name)?.as_n().ok()?.parse().ok().map(Timestamp::from_unix)
}

/// The key of a person's item: an openid means something within its mini program only.
pub(crate) fn openid_key(app_id: &str, openid: &Openid) -> String {
    openid_key_of(app_id, openid.as_str())
}

/// The same, of a token's claims.
pub(super) fn openid_key_of(app_id: &str, openid: &str) -> String {
    format!("openid#{app_id}#{openid}")
}

/// What an openid's key was made of.
pub(super) fn openid_of_key(pk: &str) -> Option<(&str, &str)> {
    pk.strip_prefix("openid#")?.split_once('#')
}

/// The key of a number's item.
pub(super) fn phone_key(e164: &str) -> String {
    format!("phone#{e164}")
}

/// The key of a unionid's item.
pub(super) fn unionid_key(unionid: &str) -> String {
    format!("unionid#{unionid}")
}

/// The key of an account's item.
pub(super) fn user_key(user_id: &str) -> String {
    format!("user#{user_id}")
}

pub(super) fn key(pk: String) -> Item {
    [("pk".to_owned(), s(pk))].into()
}

pub(super) fn s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn at(moment: Timestamp) -> AttributeValue {
    AttributeValue::N(moment.as_unix().to_string())
}
