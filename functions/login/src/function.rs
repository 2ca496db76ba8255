//! What the calls of this function work with.

use std::sync::Arc;

use shared::{
    aws::Aws, clock::Clock, codes::CodesTable, identity::TicketKey, phone::Countries, random::Random,
};

use crate::{accounts::Accounts, config::Config, token::Tokens};

/// The function, with all that it works with.
pub struct Login {
    pub(crate) codes: CodesTable,
    pub(crate) max_attempts: usize,
    pub(crate) accounts: Accounts,
    pub(crate) countries: Countries,
    pub(crate) ticket_key: TicketKey,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

impl Login {
    /// The function by its settings.
    #[must_use]
    pub fn new(config: Config, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
        Self {
            codes: CodesTable::new(dynamodb.clone(), config.codes_table, config.pepper),
            max_attempts: config.max_attempts,
            accounts: Accounts::new(dynamodb, config.users_table, config.conflict),
            countries: config.countries,
            ticket_key: config.ticket_key,
            tokens: Tokens::new(config.signing_keys, config.tokens),
            clock,
            random,
        }
    }
}
