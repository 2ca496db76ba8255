//! A number in E.164 from WeChat.

use std::fmt;

/// A number in E.164 (`+8613800138000`) as WeChat names it. [`super::Countries::parse`] decides whether it is a mobile number
/// of an accepted country.
///
/// `Debug` masks it.
#[derive(Clone, PartialEq, Eq)]
pub struct E164(String);

impl E164 {
    /// Reads `+` and 7 to 15 digits that do not start with 0 (ITU-T E.164, section 6).
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let digits = raw.strip_prefix('+')?;
        let is_number = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        is_number.then(|| Self(raw.to_owned()))
    }

    /// From a country's calling code (`86`) and the number within the country.
    #[must_use]
    pub fn of(calling_code: &str, national: &str) -> Option<Self> {
        Self::parse(&format!("+{calling_code}{national}"))
    }

    /// The whole number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Masked for its owner: `+86138****8000`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// `+86138****8000`: hides the four digits before the last four.
#[must_use]
pub fn masked(e164: &str) -> String {
    let (rest, last) = e164.split_at(e164.len().saturating_sub(4));
    let (first, _) = rest.split_at(rest.len().saturating_sub(4));
    format!("{first}****{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_its_country() {
        let number = E164::of("86", "13800138000").unwrap();
        assert_eq!((number.as_str(), &*number.masked()), ("+8613800138000", "+86138****8000"));
        assert_eq!(format!("{number:?}"), "+86138****8000");
    }

    #[test]
    fn anything_else_is_no_number() {
        for (code, national) in
            [("", ""), ("86", ""), ("0", "13800138000"), ("86", "138 0013 8000"), ("86", "1380013800012345")]
        {
            assert_eq!(E164::of(code, national), None, "{code} {national}");
        }
        assert_eq!(E164::parse("13800138000"), None);
    }
}
