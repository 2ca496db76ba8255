//! What is known of a person before a login: their account and their wrong guesses of the day, by one request.

use shared::{aws::AwsFailure, clock::Timestamp, identity::WechatIdentity};

use crate::{
    accounts::{OpenidItem, openid_key},
    batch,
    function::Login,
    guesses::Guessed,
};

/// What the tables hold of a person.
pub(crate) struct Known {
    pub(crate) account: Option<OpenidItem>,
    pub(crate) guessed: Guessed,
}

impl Login {
    /// Reads it from both tables in one round trip.
    pub(crate) async fn known(&self, person: &WechatIdentity, now: Timestamp) -> Result<Known, AwsFailure> {
        let account = (self.accounts.table.as_str(), openid_key(&person.app_id, &person.openid));
        let guesses = (self.guesses.table.as_str(), self.guesses.key(person, now));
        let [account, guesses] = batch::read(&self.dynamodb, [account, guesses]).await?;
        Ok(Known {
            account: account.as_ref().and_then(OpenidItem::read),
            guessed: Guessed::read(guesses.as_ref()),
        })
    }
}
