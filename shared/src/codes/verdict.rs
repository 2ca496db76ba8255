//! Judges an attempt: a pure function of the code's list of attempts.

use super::{Attempt, LiveCode};
use crate::{
    aws::AwsFailure,
    problem::{Failure, Problem, ProblemCode},
};

/// Why an attempt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A wrong guess.
    #[error("the code is wrong")]
    Incorrect {
        /// How many attempts are left.
        attempts_left: usize,
    },
    /// There is no live code.
    #[error("the code has expired or was never sent")]
    Expired,
    /// Another openid has used the code.
    #[error("another openid has used the code")]
    Used,
    /// The attempts were used up before this one.
    #[error("the code's attempts are used up")]
    TooManyAttempts,
    /// The table could not be written.
    #[error("the attempt could not be stored")]
    Storage(#[from] AwsFailure),
}

impl Failure for CheckError {
    fn problem(&self) -> Problem {
        match self {
            Self::Incorrect { attempts_left: 0 } => {
                Problem::from(ProblemCode::CodeIncorrect).attempts_left(0).detail(
                    "验证码错误，次数已用完，请重新获取验证码。".into(),
                    "The code is wrong, and no attempts are left. Please ask for a new code.".into(),
                )
            }
            Self::Incorrect { attempts_left } => {
                Problem::from(ProblemCode::CodeIncorrect).attempts_left(*attempts_left)
            }
            Self::Expired => ProblemCode::CodeExpired.into(),
            Self::Used => ProblemCode::CodeUsed.into(),
            Self::TooManyAttempts => ProblemCode::TooManyAttempts.into(),
            Self::Storage(failure) => failure.problem(),
        }
    }
}

/// Judges `attempt` by the code's list of attempts. If `counted`, the list has it. Otherwise the list was full, or it
/// was the right guess at a fixed code.
///
/// The first matching attempt wins the code for its person. That person may repeat the login, in case its answer was lost;
/// others may not. A fixed code lets in everybody who knows it, until wrong guesses have used up the attempts.
pub(super) fn judge(
    live: Option<&LiveCode>,
    attempt: &Attempt,
    counted: bool,
    limit: usize,
) -> Result<(), CheckError> {
    let Some(live) = live else { return Err(CheckError::Expired) };
    let winner = live.attempts.iter().find(|earlier| earlier.guess == live.code);
    match winner {
        _ if attempt.guess != live.code && counted => {
            Err(CheckError::Incorrect { attempts_left: limit.saturating_sub(live.attempts.len()) })
        }
        _ if attempt.guess != live.code => Err(CheckError::TooManyAttempts),
        _ if live.is_fixed && live.attempts.len() < limit => Ok(()),
        Some(winner) if winner.by == attempt.by => Ok(()),
        Some(_) => Err(CheckError::Used),
        None => Err(CheckError::TooManyAttempts),
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

    /// Runs attempts (the guess, the person) one after another, as the table appends them.
    fn play(attempts: &[(u8, u8)]) -> Vec<Result<(), CheckError>> {
        let code = Tag::from_bytes(vec![RIGHT]);
        let mut live =
            LiveCode { code, expires: Timestamp::from_unix(1), attempts: Vec::new(), is_fixed: false };
        attempts
            .iter()
            .map(|&played| {
                let counted = live.attempts.len() < LIMIT;
                if counted {
                    live.attempts.push(attempt(played));
                }
                judge(Some(&live), &attempt(played), counted, LIMIT)
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
                .filter(|(verdict, _)| *verdict == Ok(()))
                .map(|(_, (_, by))| by)
                .collect();
            prop_assert!(let_in.len() <= 1);
        }

        #[test]
        fn only_the_right_guess_gets_in(attempts in attempts()) {
            for (verdict, (guess, _)) in std::iter::zip(play(&attempts), &attempts) {
                prop_assert!(verdict != Ok(()) || *guess == RIGHT);
                prop_assert!(verdict != Err(CheckError::Used) || *guess == RIGHT);
            }
        }

        #[test]
        fn no_more_guesses_are_judged_than_the_limit(attempts in attempts()) {
            let judged = play(&attempts).into_iter().filter(|v| matches!(v, Err(CheckError::Incorrect { .. }))).count();
            prop_assert!(judged <= LIMIT);
            // Past the limit, a right guess gets the same answer as a wrong one.
            if !attempts.iter().take(LIMIT).any(|(guess, _)| *guess == RIGHT) {
                for verdict in play(&attempts).into_iter().skip(LIMIT) {
                    prop_assert_eq!(verdict, Err(CheckError::TooManyAttempts));
                }
            }
        }

        #[test]
        fn the_person_who_got_in_gets_in_again(attempts in attempts()) {
            let verdicts = play(&attempts);
            if let Some(first) = verdicts.iter().position(|verdict| *verdict == Ok(())) {
                let again: Vec<_> = attempts.iter().copied().chain([attempts[first]; 7]).collect();
                prop_assert!(play(&again)[attempts.len()..].iter().all(|verdict| *verdict == Ok(())));
            }
        }

        #[test]
        fn attempts_left_count_down_to_nothing(attempts in attempts()) {
            for (made, verdict) in play(&attempts).into_iter().enumerate() {
                if let Err(CheckError::Incorrect { attempts_left }) = verdict {
                    prop_assert_eq!(attempts_left, LIMIT - made - 1);
                }
            }
        }
    }

    #[test]
    fn without_a_live_code_nobody_gets_in() {
        for counted in [false, true] {
            assert_eq!(judge(None, &attempt((RIGHT, 0)), counted, LIMIT), Err(CheckError::Expired));
        }
    }
}
