//! The items of the users table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{clock::Timestamp, identity::Openid};

pub(super) type Item = HashMap<String, AttributeValue>;

/// A person: their account, its number, and their session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenidItem {
    /// The account.
    pub(crate) user_id: String,
    /// The account's number in E.164; an account that was made with a reviewers' number has none.
    pub(super) phone: Option<String>,
    /// The session: tokens with this `sid` are valid. None after a logout.
    pub(crate) sid: Option<String>,
    /// When the person last proved a number. None after a logout.
    pub(crate) proved_at: Option<Timestamp>,
    /// When the person last logged out: an older ticket with a number logs nobody in.
    pub(super) ended_at: Option<Timestamp>,
    /// The unionid of the last recorded login.
    pub(crate) unionid: Option<String>,
    /// Whether an operator has disabled the account.
    pub(crate) disabled: bool,
}

/// An account: its number, the keys of its openids, and the key of the openid that created it.
pub(crate) struct UserItem {
    pub(crate) phone: Option<String>,
    /// The unionid of the account's owner.
    pub(super) unionid: Option<String>,
    pub(super) openids: Vec<String>,
    owner: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    /// Whether an operator has disabled it. The items of its openids repeat this.
    pub(crate) disabled: bool,
}

/// A number: its account, and when it was last proved.
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

    /// Whether this openid may move and delete the account: it created it, is its only one, or belongs to the person whose unionid
    /// the account has.
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

/// The key of a person's item: an openid belongs to one mini program.
pub(crate) fn openid_key(app_id: &str, openid: &Openid) -> String {
    openid_key_of(app_id, openid.as_str())
}

/// The same, from a token's claims.
pub(super) fn openid_key_of(app_id: &str, openid: &str) -> String {
    format!("openid#{app_id}#{openid}")
}

/// The parts of an openid's key.
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
