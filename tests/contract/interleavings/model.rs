//! What the contract says that a request is answered, and the state that it leaves.

use std::collections::{BTreeMap, BTreeSet};

use super::{ATTEMPTS, COOLDOWN, DAILY, DAILY_GUESSES, TTL};

/// What the contract says that the system has to be in.
#[derive(Default)]
pub(super) struct Model {
    link: bool,
    pub(super) codes: BTreeMap<usize, LiveCode>,
    sent_at: BTreeMap<usize, u64>,
    sent_on_day: BTreeMap<(usize, u64), u64>,
    guessed_on_day: BTreeMap<(usize, u64), u64>,
    pub(super) accounts: Vec<Account>,
}

pub(super) struct LiveCode {
    pub(super) code: String,
    expires: u64,
    attempts: Vec<(usize, bool)>,
}

/// Who made it moves it.
pub(super) struct Account {
    pub(super) number: usize,
    owner: usize,
    pub(super) people: BTreeSet<usize>,
}

impl Model {
    pub(super) fn new(link: bool) -> Self {
        Self { link, ..Self::default() }
    }

    pub(super) fn send(&mut self, number: usize, now: u64) -> &'static str {
        let today = (number, now / 86_400);
        if self.sent_on_day.get(&today) >= Some(&DAILY) {
            return "phone_limit_reached";
        }
        if self.sent_at.get(&number).is_some_and(|sent| now < sent + COOLDOWN) {
            return "resend_too_soon";
        }
        "200"
    }

    pub(super) fn sent(&mut self, number: usize, code: String, now: u64) {
        *self.sent_on_day.entry((number, now / 86_400)).or_default() += 1;
        self.sent_at.insert(number, now);
        self.codes.insert(number, LiveCode { code, expires: now + TTL, attempts: Vec::new() });
    }

    pub(super) fn guess(&mut self, person: usize, number: usize, right: bool, now: u64) -> &'static str {
        let judged = self.judge(person, number, right, now);
        let guessed = self.guessed_on_day.entry((person, now / 86_400)).or_default();
        if *guessed >= DAILY_GUESSES {
            return "too_many_attempts";
        }
        *guessed += u64::from(judged == "code_incorrect");
        judged
    }

    fn judge(&mut self, person: usize, number: usize, right: bool, now: u64) -> &'static str {
        let Some(live) = self.codes.get_mut(&number).filter(|live| now < live.expires) else {
            return "code_expired";
        };
        let counted = live.attempts.len() < ATTEMPTS;
        if counted {
            live.attempts.push((person, right));
        }
        match live.attempts.iter().find(|(_, right)| *right) {
            _ if !right && counted => "code_incorrect",
            _ if !right => "too_many_attempts",
            Some((winner, _)) if *winner == person => "200",
            Some(_) => "code_used",
            None => "too_many_attempts",
        }
    }

    /// Which account the person is let into, or none; and whether that takes a write.
    pub(super) fn settle(&self, person: usize, number: usize) -> Settled {
        let mine = self.accounts.iter().position(|account| account.people.contains(&person));
        let owner = self.accounts.iter().position(|account| account.number == number);
        match (mine, owner) {
            (Some(mine), Some(owner)) if mine == owner => Settled::Known,
            (Some(mine), None) if self.accounts[mine].belongs_to(person) => Settled::Moves(mine),
            (Some(mine), None) => Settled::Leaves(mine),
            (None, None) => Settled::Creates,
            (None, Some(owner)) if self.link => Settled::Joins(owner),
            (Some(_) | None, Some(_)) => Settled::Taken,
        }
    }

    pub(super) fn log_in(&mut self, person: usize, number: usize) -> &'static str {
        let made = Account { number, owner: person, people: [person].into() };
        match self.settle(person, number) {
            Settled::Known => {}
            Settled::Moves(mine) => self.accounts[mine].number = number,
            Settled::Leaves(joined) => {
                self.accounts[joined].people.remove(&person);
                self.accounts.push(made);
            }
            Settled::Creates => self.accounts.push(made),
            Settled::Joins(owner) => _ = self.accounts[owner].people.insert(person),
            Settled::Taken => return "phone_taken",
        }
        "200"
    }
}

impl Account {
    fn belongs_to(&self, person: usize) -> bool {
        self.owner == person || self.people == BTreeSet::from([person])
    }
}

pub(super) enum Settled {
    Known,
    Moves(usize),
    Leaves(usize),
    Creates,
    Joins(usize),
    Taken,
}
