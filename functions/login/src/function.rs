//! The function's dependencies, which all its calls share.

use std::sync::Arc;

use shared::{
    aws::Aws,
    clock::{Clock, Timestamp},
    codes::CodesTable,
    identity::{TicketError, TicketKey, Vouched},
    phone::Countries,
    random::Random,
};

use crate::{accounts::Accounts, config::Config, guesses::Guesses, token::Tokens};

/// The function with its dependencies.
pub struct Login {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) codes: CodesTable,
    pub(crate) max_attempts: usize,
    pub(crate) guesses: Guesses,
    pub(crate) accounts: Accounts,
    pub(crate) countries: Countries,
    pub(crate) ticket_key: TicketKey,
    pub(crate) tokens: Tokens,
    pub(crate) renewable_for: u64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

impl Login {
    /// Creates the function from its settings.
    #[must_use]
    pub fn new(config: Config, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
        let (table, pepper) = (config.codes_table, config.pepper);
        Self {
            guesses: Guesses::new(dynamodb.clone(), table.clone(), pepper.clone(), config.daily_guesses),
            codes: CodesTable::new(dynamodb.clone(), table, pepper),
            max_attempts: config.max_attempts,
            accounts: Accounts::new(dynamodb.clone(), config.users_table, config.conflict),
            dynamodb,
            countries: config.countries,
            ticket_key: config.ticket_key,
            tokens: Tokens::new(config.signing_keys, config.tokens),
            renewable_for: config.renewable_for,
            clock,
            random,
        }
    }

    /// The content of a request's ticket.
    pub(crate) fn vouched_for(&self, ticket: Option<&str>, now: Timestamp) -> Result<Vouched, TicketError> {
        self.ticket_key.verify(ticket.ok_or(TicketError::Required)?, now)
    }
}
