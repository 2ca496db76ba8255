//! A login's proof, and the stored items of its person.

use shared::{
    clock::Timestamp,
    identity::{Unionid, Vouched},
    phone::PhoneNumber,
    random::{self, Random},
};

use super::{
    OpenidItem,
    items::{openid_key, unionid_key},
};

/// How a number was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A code by SMS.
    Sms,
    /// WeChat: the ticket carries the number.
    Wechat,
    /// A reviewers' code, which was never sent and proves no number.
    FixedCode,
}

/// A login: the person, what they have proved, and the ids for items that it may create.
pub(crate) struct Proof<'login> {
    pub(crate) vouched: &'login Vouched,
    typed: &'login PhoneNumber,
    by: By,
    pub(super) now: Timestamp,
    pub(super) new_user: String,
    pub(super) new_sid: String,
}

/// A person's items in the table.
pub(crate) struct Person {
    /// The person within the mini program.
    pub(crate) openid: Option<OpenidItem>,
    /// The account of the person's unionid.
    pub(super) united_with: Option<String>,
}

impl<'login> Proof<'login> {
    pub(crate) fn new(
        vouched: &'login Vouched,
        number: &'login PhoneNumber,
        by: By,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        let id = || random::uuid(random).to_string();
        Self { vouched, typed: number, by, now, new_user: id(), new_sid: id() }
    }

    /// The number, if it was proved.
    pub(super) fn number(&self) -> Option<&'login PhoneNumber> {
        (self.by != By::FixedCode).then_some(self.typed)
    }

    /// The unionid, if a number was proved: a reviewers' account gets none.
    pub(super) fn unionid(&self) -> Option<&'login str> {
        let unionid = self.vouched.unionid.as_ref().filter(|_| self.by != By::FixedCode);
        unionid.map(Unionid::as_str)
    }

    pub(super) fn openid(&self) -> String {
        openid_key(&self.vouched.person.app_id, &self.vouched.person.openid)
    }

    /// The person's `sid` from now on: their current one, so that existing tokens stay valid.
    pub(super) fn sid(&self, known: &OpenidItem) -> String {
        known.sid.as_ref().unwrap_or(&self.new_sid).clone()
    }

    /// Whether WeChat named the number before the person's last logout. Such a ticket must not log them in again.
    pub(super) fn is_spent(&self, known: &OpenidItem) -> bool {
        self.by == By::Wechat && known.ended_at.is_some_and(|ended_at| self.vouched.at < ended_at)
    }
}

/// The keys of a person's items: the openid's, and the unionid's if there is one.
pub(crate) fn keys(vouched: &Vouched) -> Vec<String> {
    let unionid = vouched.unionid.as_ref().map(|unionid| unionid_key(unionid.as_str()));
    let openid = openid_key(&vouched.person.app_id, &vouched.person.openid);
    [openid].into_iter().chain(unionid).collect()
}
