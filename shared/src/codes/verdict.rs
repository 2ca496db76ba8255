//! Who gets in: a pure function of a code's list of attempts.

use super::{Attempt, LiveCode};

/// What an attempt comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The code is this person's.
    Accepted,
    /// The guess is wrong.
    Incorrect {
        /// Attempts that the code has left.
        attempts_left: usize,
    },
    /// There is no live code.
    Expired,
    /// The code has let somebody else in.
    Used,
    /// The attempts were used up before this one.
    TooManyAttempts,
}

impl Verdict {
    /// Judges `attempt` by the list that it was appended to (`counted`) or found full.
    ///
    /// The first attempt that matches wins the code for its person alone. That person's later attempts get in again, so
    /// that a login whose answer was lost can be repeated; nobody else's do.
    pub(super) fn of(live: Option<&LiveCode>, attempt: &Attempt, counted: bool, limit: usize) -> Self {
        let Some(live) = live else { return Self::Expired };
        let winner = live.attempts.iter().find(|earlier| earlier.guess == live.code);
        match winner {
            _ if attempt.guess != live.code && counted => {
                Self::Incorrect { attempts_left: limit.saturating_sub(live.attempts.len()) }
            }
            _ if attempt.guess != live.code => Self::TooManyAttempts,
            Some(winner) if winner.by == attempt.by => Self::Accepted,
            Some(_) => Self::Used,
            None => Self::TooManyAttempts,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{clock::Timestamp, codes::Tag};

    const LIMIT: usize = 5;
    const RIGHT: u8 = 0;

    fn attempt((guess, by): (u8, u8)) -> Attempt {
        Attempt { guess: Tag::from_bytes(vec![guess]), by: Tag::from_bytes(vec![by]) }
    }

    /// Plays attempts (what was guessed, and by whom) one after another, as the table appends them.
    fn play(attempts: &[(u8, u8)]) -> Vec<Verdict> {
        let code = Tag::from_bytes(vec![RIGHT]);
        let mut live = LiveCode { code, expires: Timestamp::from_unix(1), attempts: Vec::new() };
        attempts
            .iter()
            .map(|&played| {
                let counted = live.attempts.len() < LIMIT;
                if counted {
                    live.attempts.push(attempt(played));
                }
                Verdict::of(Some(&live), &attempt(played), counted, LIMIT)
            })
            .collect()
    }

    fn attempts() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::vec((0..4_u8, 0..3_u8), 0..12)
    }

    proptest! {
        #[test]
        fn a_code_lets_one_person_in(attempts in attempts()) {
            let let_in: std::collections::HashSet<_> = std::iter::zip(play(&attempts), &attempts)
                .filter(|(verdict, _)| *verdict == Verdict::Accepted)
                .map(|(_, (_, by))| by)
                .collect();
            prop_assert!(let_in.len() <= 1);
        }

        #[test]
        fn only_the_right_guess_gets_in(attempts in attempts()) {
            for (verdict, (guess, _)) in std::iter::zip(play(&attempts), &attempts) {
                prop_assert!(verdict != Verdict::Accepted || *guess == RIGHT);
                prop_assert!(verdict != Verdict::Used || *guess == RIGHT);
            }
        }

        #[test]
        fn no_more_guesses_are_judged_than_the_limit(attempts in attempts()) {
            let judged = play(&attempts).into_iter().filter(|v| matches!(v, Verdict::Incorrect { .. })).count();
            prop_assert!(judged <= LIMIT);
            // Past the limit a right guess that nobody made before is not told apart from a wrong one.
            if !attempts.iter().take(LIMIT).any(|(guess, _)| *guess == RIGHT) {
                for verdict in play(&attempts).into_iter().skip(LIMIT) {
                    prop_assert_eq!(verdict, Verdict::TooManyAttempts);
                }
            }
        }

        #[test]
        fn who_got_in_gets_in_again(attempts in attempts()) {
            let verdicts = play(&attempts);
            if let Some(first) = verdicts.iter().position(|verdict| *verdict == Verdict::Accepted) {
                let again: Vec<_> = attempts.iter().copied().chain([attempts[first]; 7]).collect();
                prop_assert!(play(&again)[attempts.len()..].iter().all(|verdict| *verdict == Verdict::Accepted));
            }
        }

        #[test]
        fn attempts_left_count_down_to_nothing(attempts in attempts()) {
            for (made, verdict) in play(&attempts).into_iter().enumerate() {
                if let Verdict::Incorrect { attempts_left } = verdict {
                    prop_assert_eq!(attempts_left, LIMIT - made - 1);
                }
            }
        }
    }

    #[test]
    fn without_a_live_code_nobody_gets_in() {
        for counted in [false, true] {
            assert_eq!(Verdict::of(None, &attempt((RIGHT, 0)), counted, LIMIT), Verdict::Expired);
        }
    }
}
