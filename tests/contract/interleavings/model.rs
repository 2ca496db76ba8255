//! What the contract says that a request is answered, and the state that it leaves.

use std::collections::BTreeMap;

use super::{ATTEMPTS, Act, COOLDOWN, Conflict, DAILY, DAILY_GUESSES, LASTS, RELEASE, TTL};

/// What the contract says that the system has to be in.
#[derive(Default)]
pub(super) struct Model {
    conflict: Conflict,
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
    /// The number, and when it was proved last.
    pub(super) number: Option<(usize, u64)>,
    owner: usize,
    /// When each of its people proved it last; who has logged out since, never.
    pub(super) people: BTreeMap<usize, Option<u64>>,
    /// Whether an operator has disabled it.
    pub(super) disabled: bool,
}

impl Model {
    pub(super) fn new(conflict: Conflict) -> Self {
        Self { conflict, ..Self::default() }
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
    pub(super) fn settle(&self, person: usize, number: usize, now: u64) -> Settled {
        let mine = self.of(person);
        let has = |account: &Account| account.number.is_some_and(|(owned, _)| owned == number);
        let owner = self.accounts.iter().position(has);
        let is_silent = |owner: usize| {
            let (_, proved) = self.accounts[owner].number.unwrap_or_default();
            self.conflict == Conflict::Release && !self.accounts[owner].disabled && now >= proved + RELEASE
        };
        match (mine, owner) {
            (Some(mine), _) if self.accounts[mine].disabled => Settled::Disabled,
            (Some(mine), Some(owner)) if mine == owner => {
                let proved = self.accounts[mine].people[&person];
                if proved.is_some_and(|proved| now < proved + 86_400) {
                    Settled::Known
                } else {
                    Settled::Proves(mine)
                }
            }
            (None, Some(owner)) if self.conflict == Conflict::Link => {
                if self.accounts[owner].disabled {
                    Settled::JoinsDisabled
                } else {
                    Settled::Joins(owner)
                }
            }
            (_, Some(owner)) if !is_silent(owner) => Settled::Taken,
            (Some(mine), _) if self.accounts[mine].belongs_to(person) => Settled::Moves(mine, owner),
            (Some(mine), _) => Settled::Leaves(mine, owner),
            (None, _) => Settled::Creates(owner),
        }
    }

    pub(super) fn log_in(&mut self, person: usize, number: usize, now: u64) -> &'static str {
        let mut proves = Some((number, now));
        let settled = self.settle(person, number, now);
        if let Settled::Moves(_, Some(old)) | Settled::Leaves(_, Some(old)) | Settled::Creates(Some(old)) =
            settled
        {
            self.accounts[old].number = None;
        }
        match settled {
            Settled::Known => proves = None,
            Settled::Proves(mine) | Settled::Moves(mine, _) => self.accounts[mine].number = proves,
            Settled::Leaves(joined, _) => {
                self.accounts[joined].people.remove(&person);
                self.accounts.push(Account::new(proves, person));
            }
            Settled::Creates(_) => {
                self.accounts.push(Account::new(proves, person));
            }
            Settled::Joins(owner) => self.accounts[owner].number = proves,
            Settled::Taken => return "phone_taken",
            Settled::Disabled | Settled::JoinsDisabled => return "account_disabled",
        }
        if proves.is_some() {
            let mine = self.accounts.iter_mut().find(|account| account.number == proves);
            if let Some(account) = mine {
                account.people.insert(person, Some(now));
            }
        }
        "200"
    }

    pub(super) fn renew(&self, person: usize, now: u64) -> &'static str {
        if self.is_disabled(person) {
            return "account_disabled";
        }
        let proved = self.of(person).and_then(|mine| self.accounts[mine].people[&person]);
        if proved.is_some_and(|proved| now < proved + LASTS) { "200" } else { "login_required" }
    }

    /// What the last token that the person got is answered.
    pub(super) fn token(&self, person: usize) -> &'static str {
        match (self.is_logged_in(person), self.is_disabled(person)) {
            (false, _) => "token_invalid",
            (true, true) => "account_disabled",
            (true, false) => "200",
        }
    }

    fn is_disabled(&self, person: usize) -> bool {
        self.of(person).is_some_and(|mine| self.accounts[mine].disabled)
    }

    /// Whether a login or renewal, and no logout since, has let the person in.
    fn is_logged_in(&self, person: usize) -> bool {
        self.of(person).is_some_and(|mine| self.accounts[mine].people[&person].is_some())
    }

    pub(super) fn log_out(&mut self, person: usize, everywhere: bool) {
        let Some(mine) = self.of(person) else { return };
        for (who, proved) in &mut self.accounts[mine].people {
            if everywhere || *who == person {
                *proved = None;
            }
        }
    }

    pub(super) fn delete(&mut self, person: usize) {
        let Some(mine) = self.of(person) else { return };
        if self.accounts[mine].belongs_to(person) {
            self.accounts.remove(mine);
        } else {
            self.accounts[mine].people.remove(&person);
        }
    }

    pub(super) fn operate(&mut self, person: usize, act: Act) {
        let Some(mine) = self.of(person) else { return };
        match act {
            Act::Disable => self.accounts[mine].disabled = true,
            Act::Enable => self.accounts[mine].disabled = false,
            Act::SignOut => self.log_out(person, true),
            Act::Delete => _ = self.accounts.remove(mine),
        }
    }

    /// The account that the person is in.
    pub(super) fn of(&self, person: usize) -> Option<usize> {
        self.accounts.iter().position(|account| account.people.contains_key(&person))
    }
}

impl Account {
    fn new(number: Option<(usize, u64)>, owner: usize) -> Self {
        Self { number, owner, people: BTreeMap::new(), disabled: false }
    }

    fn belongs_to(&self, person: usize) -> bool {
        self.owner == person || self.people.keys().eq([&person])
    }
}

/// The account that a login leads to, and the one that loses its number to it.
pub(super) enum Settled {
    Known,
    Proves(usize),
    Moves(usize, Option<usize>),
    Leaves(usize, Option<usize>),
    Creates(Option<usize>),
    Joins(usize),
    Taken,
    /// The person's account is disabled.
    Disabled,
    /// So is the one that they would join.
    JoinsDisabled,
}
