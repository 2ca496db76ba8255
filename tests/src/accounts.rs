//! The rules that the items of the users table always keep.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Each account's number, empty if it has none, and the keys of its openids.
pub type Accounts = BTreeSet<(String, BTreeSet<String>)>;

/// The accounts in a table's items (`DynamoDB`'s JSON). Panics if the items contradict each other.
#[must_use]
pub fn judged(items: &Value) -> Accounts {
    let items: BTreeMap<&str, &Value> =
        items.as_array().unwrap().iter().map(|item| (item["pk"]["S"].as_str().unwrap(), item)).collect();
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let of_kind = |kind: &str| items.iter().filter(|(pk, _)| pk.starts_with(kind)).collect::<Vec<_>>();

    let mut accounts: Accounts = BTreeSet::new();
    let mut united = 0;
    for (pk, user) in of_kind("user#") {
        let id = pk.trim_start_matches("user#");
        let phone = text(user, "phone");
        if !phone.is_empty() {
            let owner = text(items[format!("phone#{phone}").as_str()], "user_id");
            assert_eq!(owner, id, "a number is its account's");
        }
        let unionid = text(user, "unionid");
        if !unionid.is_empty() {
            let owner = text(items[format!("unionid#{unionid}").as_str()], "user_id");
            assert_eq!(owner, id, "a unionid is its account's");
            united += 1;
        }
        let openids = user["openids"]["SS"].as_array().unwrap().iter().map(|pk| pk.as_str().unwrap());
        for openid in openids.clone() {
            assert_eq!(text(items[openid], "user_id"), id, "an openid is its account's");
            assert_eq!(text(items[openid], "phone"), phone, "an openid knows its account's number");
            assert_eq!(items[openid]["disabled"], user["disabled"], "an openid knows whether it is disabled");
        }
        accounts.insert((phone, openids.map(str::to_owned).collect()));
    }
    let openids: usize = accounts.iter().map(|(_, openids)| openids.len()).sum();
    assert_eq!(of_kind("openid#").len(), openids, "each openid has one account");
    assert_eq!(of_kind("unionid#").len(), united, "each unionid has one account");
    let numbers = accounts.iter().filter(|(phone, _)| !phone.is_empty()).count();
    assert_eq!(of_kind("phone#").len(), numbers, "each number has one account");
    accounts
}
