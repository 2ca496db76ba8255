//! Reads a person's account and today's wrong guesses before a login by SMS, in one request.

use shared::{aws::AwsFailure, clock::Timestamp, identity::Vouched};

use crate::{
    accounts::{Person, keys},
    batch,
    function::Login,
    guesses::Guessed,
};

/// A person's account and wrong guesses, as stored.
pub(crate) struct Known {
    pub(crate) person: Person,
    pub(crate) guessed: Guessed,
}

impl Login {
    /// Reads both tables in one round trip.
    pub(crate) async fn known(&self, vouched: &Vouched, now: Timestamp) -> Result<Known, AwsFailure> {
        let today = (self.guesses.table.as_str(), self.guesses.key(&vouched.person, now));
        let person = keys(vouched).into_iter().map(|pk| (self.accounts.table.as_str(), pk));
        let items: Vec<_> = [today].into_iter().chain(person).collect();
        let mut items = batch::read_all(&self.dynamodb, &items).await?.into_iter();
        let guessed = Guessed::read(items.next().flatten().as_ref());
        Ok(Known { person: Person::read(items), guessed })
    }
}
