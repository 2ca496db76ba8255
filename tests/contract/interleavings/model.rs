//! The contract's answer to each request, and the state that it leaves.

use std::collections::BTreeMap;

use super::{ATTEMPTS, Act, COOLDOWN, Conflict, DAILY, DAILY_GUESSES, LASTS, PEOPLE, RELEASE, TTL};

/// The state that the contract requires.
#[derive(Default)]
pub(super) struct Model {
    conflict: Conflict,
    pub(super) codes: BTreeMap<usize, LiveCode>,
    sent_at: BTreeMap<usize, u64>,
    sent_on_day: BTreeMap<(usize, u64), u64>,
    guessed_on_day: BTreeMap<(usize, u64), u64>,
    /// How often the Open Platform account has changed; without one there are no unionids.
    platform: usize,
    pub(super) accounts: Vec<Account>,
}

pub(super) struct LiveCode {
    pub(super) code: String,
    expires: u64,
    attempts: Vec<(usize, bool)>,
}

/// A name's id at an Open Platform account.
type Unionid = (&'static str, usize);

/// An account. Its creator may move it to another number, from any mini program.
pub(super) struct Account {
    /// The number, and when it was last proved.
    pub(super) number: Option<(usize, u64)>,
    owner: usize,
    unionid: Option<Unionid>,
    pub(super) people: BTreeMap<usize, Person>,
    /// Whether an operator has disabled it.
    pub(super) disabled: bool,
}

/// A person in an account.
#[derive(Clone, Copy)]
pub(super) struct Person {
    /// When they last proved its number; `None` after a logout.
    proved: Option<u64>,
    /// The unionid at their last login.
    unionid: Option<Unionid>,
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

    pub(super) fn rebind(&mut self) {
        self.platform += 1;
    }

    /// The unionid that WeChat returns for the person.
    fn unionid(&self, person: usize) -> Option<Unionid> {
        let name = PEOPLE[person].split('@').next().unwrap_or_default();
        (self.platform > 0).then_some((name, self.platform))
    }

    /// How many unionids name an account.
    pub(super) fn unionids(&self) -> usize {
        self.accounts.iter().filter(|account| account.unionid.is_some()).count()
    }

    /// The account of the person's unionid.
    fn united_with(&self, person: usize) -> Option<usize> {
        let unionid = self.unionid(person)?;
        self.accounts.iter().position(|account| account.unionid == Some(unionid))
    }

    /// The outcome of a login by the person, who has proved the number.
    pub(super) fn settle(&self, person: usize, number: usize, now: u64) -> Settled {
        let (mine, united) = (self.of(person), self.united_with(person));
        let has = |account: &Account| account.number.is_some_and(|(owned, _)| owned == number);
        let owner = self.accounts.iter().position(has);
        let is_silent = |owner: usize| {
            let (_, proved) = self.accounts[owner].number.unwrap_or_default();
            self.conflict == Conflict::Release && !self.accounts[owner].disabled && now >= proved + RELEASE
        };
        match (mine, owner) {
            (Some(mine), _) if self.accounts[mine].disabled => Settled::Disabled,
            (Some(mine), Some(owner)) if mine == owner => {
                let Person { proved, unionid } = self.accounts[mine].people[&person];
                let is_noted = self.unionid(person).is_none_or(|told| unionid == Some(told));
                if is_noted && proved.is_some_and(|proved| now < proved + 86_400) {
                    Settled::Known
                } else {
                    Settled::Proves(mine)
                }
            }
            (None, _) if united.is_some_and(|account| self.accounts[account].disabled) => {
                Settled::JoinsDisabled
            }
            (None, Some(owner)) if united == Some(owner) => Settled::Joins(owner),
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
        let settled = self.settle(person, number, now);
        if let Settled::Moves(_, Some(old)) | Settled::Leaves(_, Some(old)) | Settled::Creates(Some(old)) =
            settled
        {
            self.accounts[old].number = None;
        }
        let told = self.unionid(person);
        let free = told.filter(|_| self.united_with(person).is_none());
        // The person's new account, and their unionid there.
        let (account, unionid) = match settled {
            Settled::Known => return "200",
            Settled::Proves(mine) => {
                let noted = self.accounts[mine].people[&person].unionid;
                if told != noted && free.is_some() && self.accounts[mine].may_bind(person) {
                    self.accounts[mine].unionid = free;
                }
                (mine, told.or(noted))
            }
            Settled::Moves(mine, _) => (mine, self.accounts[mine].people[&person].unionid),
            Settled::Leaves(joined, _) => {
                self.accounts[joined].people.remove(&person);
                (self.make(person, None), None)
            }
            Settled::Creates(_) => (self.make(person, free), told),
            Settled::Joins(owner) => (owner, told),
            Settled::Taken => return "phone_taken",
            Settled::Disabled | Settled::JoinsDisabled => return "account_disabled",
        };
        let account = &mut self.accounts[account];
        account.number = Some((number, now));
        account.people.insert(person, Person { proved: Some(now), unionid });
        "200"
    }

    fn make(&mut self, owner: usize, unionid: Option<Unionid>) -> usize {
        self.accounts.push(Account {
            number: None,
            owner,
            unionid,
            people: BTreeMap::new(),
            disabled: false,
        });
        self.accounts.len() - 1
    }

    pub(super) fn renew(&self, person: usize, now: u64) -> &'static str {
        if self.is_disabled(person) {
            return "account_disabled";
        }
        let proved = self.of(person).and_then(|mine| self.accounts[mine].people[&person].proved);
        if proved.is_some_and(|proved| now < proved + LASTS) { "200" } else { "login_required" }
    }

    /// The expected answer to the person's last token.
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

    /// Whether the person has logged in or renewed, and not logged out since.
    fn is_logged_in(&self, person: usize) -> bool {
        self.of(person).is_some_and(|mine| self.accounts[mine].people[&person].proved.is_some())
    }

    pub(super) fn log_out(&mut self, person: usize, everywhere: bool) {
        let Some(mine) = self.of(person) else { return };
        for (who, it) in &mut self.accounts[mine].people {
            if everywhere || *who == person {
                it.proved = None;
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

    /// The account of the person.
    pub(super) fn of(&self, person: usize) -> Option<usize> {
        self.accounts.iter().position(|account| account.people.contains_key(&person))
    }
}

impl Account {
    fn belongs_to(&self, person: usize) -> bool {
        let is_united = self.unionid.is_some() && self.unionid == self.people[&person].unionid;
        is_united || self.is_made_by(person)
    }

    /// Whether the person's new unionid replaces the account's.
    fn may_bind(&self, person: usize) -> bool {
        match self.people[&person].unionid {
            Some(noted) => self.unionid == Some(noted),
            None => self.unionid.is_none() && self.is_made_by(person),
        }
    }

    fn is_made_by(&self, person: usize) -> bool {
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
    /// The account that they would join is disabled.
    JoinsDisabled,
}
