//! The six digits that an SMS brings.

use std::fmt;

use crate::{phone::half_width, random::Random};

const DIGITS: usize = 6;
const CODES: u32 = 1_000_000;

/// A verification code: six digits (NIST SP 800-63B asks for six random ones). `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyCode(String);

impl VerifyCode {
    /// A new random code. All million codes are equally likely.
    #[must_use]
    pub fn random(random: &dyn Random) -> Self {
        // A draw in the last, incomplete million below 2³² is repeated: a plain remainder would favour low codes.
        const FAIR: u32 = u32::MAX / CODES * CODES;
        let mut bytes = [0; 4];
        loop {
            random.fill(&mut bytes);
            let drawn = u32::from_le_bytes(bytes);
            if drawn < FAIR {
                return Self(format!("{:06}", drawn % CODES));
            }
        }
    }

    /// Reads what a person typed. Surrounding spaces and full-width digits are accepted. `None` unless it is six digits.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let typed = half_width(raw.trim());
        (typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(typed))
    }

    /// The digits, for the SMS and the HMAC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for VerifyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("******")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Scripted(Mutex<Vec<u32>>);

    impl Random for Scripted {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0.lock().unwrap().remove(0).to_le_bytes());
        }
    }

    fn drawn(script: &[u32]) -> String {
        VerifyCode::random(&Scripted(Mutex::new(script.to_vec()))).0
    }

    #[test]
    fn a_code_keeps_its_leading_zeros() {
        assert_eq!(drawn(&[42]), "000042");
        assert_eq!(drawn(&[1_000_000]), "000000");
        assert_eq!(drawn(&[999_999]), "999999");
    }

    #[test]
    fn a_draw_that_would_favour_low_codes_is_repeated() {
        assert_eq!(drawn(&[4_294_000_000, u32::MAX, 7]), "000007");
        assert_eq!(drawn(&[4_293_999_999]), "999999");
    }

    #[test]
    fn six_digits_are_read_and_nothing_else() {
        assert_eq!(VerifyCode::parse(" １２３４５６ ").unwrap().as_str(), "123456");
        for typed in ["", "12345", "1234567", "12345a", "-12345", "12 345", "一二三四五六"] {
            assert_eq!(VerifyCode::parse(typed), None, "{typed:?}");
        }
    }
}
