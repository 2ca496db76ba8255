//! `TEST_PHONE_NUMBERS`: numbers for an app store's reviewers, who receive no SMS.

use shared::{
    clock::Timestamp,
    codes::VerifyCode,
    config::{Env, Setting},
    phone::{Countries, PhoneNumber},
};

const NUMBERS: Setting = Setting::optional("TEST_PHONE_NUMBERS").about(
    "Numbers of an app store's reviewers, such as `+8613800000000=123456@2027-01-01`, separated by commas. Until the end of \
     that day (UTC) the code is fixed, no SMS is sent and no sending limit applies.",
    "应用商店审核人员的号码，例如 `+8613800000000=123456@2027-01-01`，用逗号分隔。到该日（UTC）为止不发短信，验证码固定，也不受发送限制。",
);

/// Numbers with a fixed code, each until a date.
#[derive(Debug, Clone, Default)]
pub struct Reviewers(Vec<Reviewer>);

#[derive(Debug, Clone)]
struct Reviewer {
    number: PhoneNumber,
    code: VerifyCode,
    /// The first moment after the entry's end.
    ends: Timestamp,
}

impl Reviewers {
    /// Reads them from the settings.
    pub fn read(env: &mut Env, countries: Option<&Countries>) -> Option<Self> {
        let Some(list) = env.optional(&NUMBERS) else { return Some(Self::default()) };
        match Self::parse(&list, countries?) {
            Ok(reviewers) => Some(reviewers),
            Err(nth) => env.wrong(format!(
                "TEST_PHONE_NUMBERS: entry {nth} must be like +8613800000000=123456@2027-01-01, with a mobile \
                 number of an allowed country"
            )),
        }
    }

    /// Entries such as `+8613800000000=123456@2027-01-01`, separated by commas.
    ///
    /// # Errors
    /// The place of the first malformed entry, counted from 1.
    fn parse(list: &str, countries: &Countries) -> Result<Self, usize> {
        let entries = list.split(',').enumerate();
        let reviewers = entries.map(|(nth, entry)| Reviewer::parse(entry.trim(), countries).ok_or(nth + 1));
        reviewers.collect::<Result<_, _>>().map(Self)
    }

    /// The fixed code of a number, if it is a reviewers' number today.
    #[must_use]
    pub fn code_of(&self, number: &PhoneNumber, now: Timestamp) -> Option<&VerifyCode> {
        let reviewer = self.0.iter().find(|reviewer| reviewer.number == *number && now < reviewer.ends);
        reviewer.map(|reviewer| &reviewer.code)
    }
}

impl Reviewer {
    fn parse(entry: &str, countries: &Countries) -> Option<Self> {
        let (number, rest) = entry.split_once('=')?;
        let (code, day) = rest.split_once('@')?;
        Some(Self {
            number: countries.parse(number).ok().filter(|_| number.starts_with('+'))?,
            code: VerifyCode::parse(code)?,
            ends: Timestamp::from_date(day)?.next_day(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn china() -> Countries {
        Countries::new(&["CN"], "CN").unwrap()
    }

    #[test]
    fn an_entry_holds_through_its_day() {
        let reviewers =
            Reviewers::parse("+8613800000000=123456@2027-01-15, +8613800000001=000000@2030-01-01", &china());
        let reviewers = reviewers.unwrap();
        let code = |number: &str, now: u64| {
            let number = china().parse(number).unwrap();
            reviewers.code_of(&number, Timestamp::from_unix(now)).map(|code| code.as_str().to_owned())
        };
        let next_midnight = 1_800_057_600;
        assert_eq!(code("13800000000", next_midnight - 1).as_deref(), Some("123456"));
        assert_eq!(code("13800000000", next_midnight), None);
        assert_eq!(code("13800000001", next_midnight).as_deref(), Some("000000"));
        assert_eq!(code("13800000002", 0), None);
    }

    #[test]
    fn the_first_malformed_entry_is_named() {
        for entry in [
            "",
            "+8613800000000",
            "+8613800000000=123456",
            "+8613800000000=12345@2027-01-01",
            "+8613800000000=123456@2027-13-01",
            "+8613800000000=123456@01.01.2027",
            "+8613800000000=123456@1900-01-01",
            "13800000000=123456@2027-01-01",
            "+12015550123=123456@2027-01-01",
        ] {
            let list = format!("+8613800000000=123456@2027-01-01,{entry}");
            assert_eq!(Reviewers::parse(&list, &china()).err(), Some(2), "{entry:?}");
        }
    }
}
