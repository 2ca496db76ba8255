//! Phone numbers: parsed once, E.164 afterwards.

mod e164;
mod metadata;

use std::{
    fmt,
    sync::{Arc, LazyLock},
    thread,
};

use rlibphonenumber::{PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil, Region};

pub use e164::{E164, masked};

use crate::{
    config::{Env, Setting},
    problem::{Failure, Problem, ProblemCode},
};

/// A mobile number that may receive SMS, in E.164 (`+8613800138000`).
///
/// `Debug` masks it (`138****8000`).
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    e164: String,
    national_at: usize,
    country: Country,
}

/// A country or region with phone numbers, by its ISO 3166-1 alpha-2 code (`CN`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

/// Why a text is not a [`PhoneNumber`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Not a possible mobile number in any country.
    #[error("not a possible mobile number")]
    Invalid,
    /// A number of a country that is not in [`Countries`].
    #[error("a number of a country that is not allowed")]
    UnsupportedCountry,
}

impl Failure for PhoneNumberError {
    fn problem(&self) -> Problem {
        match self {
            Self::Invalid => ProblemCode::InvalidPhoneNumber,
            Self::UnsupportedCountry => ProblemCode::UnsupportedCountry,
        }
        .into()
    }
}

const ALLOWED: Setting = Setting::text("ALLOWED_COUNTRIES", "CN").about(
    "Countries whose numbers are accepted: ISO 3166-1 codes, separated by commas.",
    "接受哪些国家或地区的号码：ISO 3166-1 代码，用逗号分隔。",
);
const DEFAULT: Setting = Setting::text("DEFAULT_COUNTRY", "CN").about(
    "The country of numbers without a country code; one of `ALLOWED_COUNTRIES`.",
    "不带国家代码的号码属于哪个国家或地区，必须是接受的之一。",
);

/// The accepted countries, and the country of numbers without a country code.
#[derive(Clone)]
pub struct Countries {
    allowed: Vec<Country>,
    default: Region,
    util: Arc<Util>,
}

/// libphonenumber for these countries, loaded on first use.
type Util = LazyLock<PhoneNumberUtil, Box<dyn FnOnce() -> PhoneNumberUtil + Send>>;

impl Countries {
    /// Reads `ALLOWED_COUNTRIES` (separated by commas) and `DEFAULT_COUNTRY`. Starts compiling the phone patterns on a thread;
    /// call it before anything that waits for the network.
    pub fn read(env: &mut Env) -> Option<Self> {
        let (allowed, default) = (env.text(&ALLOWED), env.text(&DEFAULT));
        let allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
        match Self::new(&allowed, default.trim()) {
            Ok(countries) => {
                countries.compile_meanwhile();
                Some(countries)
            }
            Err(error) => env.wrong(format!("ALLOWED_COUNTRIES and DEFAULT_COUNTRY: {error}")),
        }
    }

    /// From ISO 3166-1 alpha-2 codes (`CN`).
    ///
    /// # Errors
    /// Names the first code that libphonenumber has no numbers for, or that is the default but not allowed.
    pub fn new(allowed: &[&str], default: &str) -> Result<Self, String> {
        let known = |code: &&str| {
            Country::parse(code)
                .ok_or_else(|| format!("{code:?} is not the ISO 3166-1 code of a country with phone numbers"))
        };
        let ids: Vec<_> = allowed.iter().map(|&id| id.to_owned()).collect();
        let allowed = allowed.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        let Country(default) = Country::parse(default)
            .filter(|country| allowed.contains(country))
            .ok_or_else(|| format!("the default country {default:?} is not one of the allowed countries"))?;
        let util: Arc<Util> = Arc::new(LazyLock::new(Box::new(move || metadata::of(&ids))));
        Ok(Self { allowed, default, util })
    }

    /// The accepted countries.
    #[must_use]
    pub fn allowed(&self) -> &[Country] {
        &self.allowed
    }

    /// Compiles the library's regular expressions on a thread while the start or first request waits for the network. A
    /// caller that needs them earlier waits for the thread. Without a thread, they are compiled on first use.
    fn compile_meanwhile(&self) {
        let (util, default) = (self.util.clone(), self.default);
        let compile = move || {
            // A country's patterns are compiled with its first number.
            let number = util.get_example_number_for_type_and_region(default, PhoneNumberType::Mobile);
            _ = number.map(|number| util.get_number_type(&number));
        };
        _ = thread::Builder::new().spawn(compile);
    }

    /// Reads a number as people type it: with or without country code, spaces, dashes, full-width digits.
    pub fn parse(&self, raw: &str) -> Result<PhoneNumber, PhoneNumberError> {
        // libphonenumber reads letters as digits of a keypad. Here a letter is a typing mistake, and the SMS would go
        // to a stranger.
        if raw.chars().any(char::is_alphabetic) {
            return Err(PhoneNumberError::Invalid);
        }
        let (text, util) = (half_width(raw), &self.util);
        let Ok(number) = util.parse(&text, Some(self.default)) else {
            return Err(self.elsewhere(&text));
        };
        let mobile = matches!(
            util.get_number_type(&number),
            PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
        );
        match util.get_region_for_number(&number).map(Country) {
            Some(country) if !self.allowed.contains(&country) => Err(PhoneNumberError::UnsupportedCountry),
            Some(country) if mobile && number.extension.is_none() => {
                let e164 = util.format(&number, PhoneNumberFormat::E164).into_owned();
                Ok(PhoneNumber { national_at: 1 + number.country_code.to_string().len(), e164, country })
            }
            _ => Err(PhoneNumberError::Invalid),
        }
    }

    /// The error for a text that is not a number of an accepted country.
    fn elsewhere(&self, text: &str) -> PhoneNumberError {
        match metadata::WORLD.parse(text, Some(self.default)) {
            Ok(number)
                if !self.util.get_supported_calling_codes().any(|code| code == number.country_code) =>
            {
                PhoneNumberError::UnsupportedCountry
            }
            _ => PhoneNumberError::Invalid,
        }
    }
}

impl Country {
    /// `None` unless libphonenumber has numbers for the code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Region::from_code(code).ok().filter(|_| metadata::has(code)).map(Self)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PhoneNumber {
    /// The number in E.164.
    #[must_use]
    pub fn as_e164(&self) -> &str {
        &self.e164
    }

    /// The country that the number belongs to.
    #[must_use]
    pub fn country(&self) -> Country {
        self.country
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let national = &self.e164[self.national_at..];
        // Short numbers show fewer digits, so that the hidden ones cannot be guessed.
        let (head, tail) = if national.len() >= 11 { (3, 4) } else { (2, 2) };
        write!(f, "{}****{}", &national[..head], &national[national.len() - tail..])
    }
}

/// Converts full-width characters (`１３８`, `＋`) of Chinese keyboards to ASCII.
pub(crate) fn half_width(raw: &str) -> String {
    raw.chars()
        .map(|char| match char {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(char) - u32::from('\u{ff01}') + u32::from('!')).unwrap_or(char)
            }
            _ => char,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn china() -> Countries {
        Countries::new(&["CN"], "CN").unwrap()
    }

    #[test]
    fn without_settings_the_numbers_are_chinas() {
        let countries = Env::new([]).settings(Countries::read).unwrap();
        assert!(countries.parse("13800138000").is_ok());
    }

    #[test]
    fn one_number_however_it_is_typed() {
        for typed in [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "+86 138 0013 8000",
            "+8613800138000",
            "008613800138000",
            "8613800138000",
            "１３８００１３８０００",
            "＋８６ １３８００１３８０００",
            " 13800138000\n",
        ] {
            assert_eq!(china().parse(typed).map(|n| n.e164), Ok("+8613800138000".to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn numbers_that_cannot_receive_a_code_are_refused() {
        for typed in [
            "",
            "1",
            "12345",
            "1380013800",
            "138001380000",
            "010 6552 9988",
            "+86 10 6552 9988",
            "400 810 0000",
            "138abc38000",
            "13800138000 x12",
            "13800138000;ext=12",
            "+86",
            "+",
            "手机号",
            "13800138000#12",
        ] {
            assert_eq!(china().parse(typed), Err(PhoneNumberError::Invalid), "{typed:?}");
        }
    }

    #[test]
    fn another_country_is_named_as_such() {
        for typed in ["+1 201 555 0123", "+852 5123 4567", "+44 7400 123456", "+33 1 09 75 83 51"] {
            assert_eq!(china().parse(typed), Err(PhoneNumberError::UnsupportedCountry), "{typed:?}");
        }
        let more = Countries::new(&["CN", "HK"], "CN").unwrap();
        let number = more.parse("+852 5123 4567").unwrap();
        assert_eq!((number.as_e164(), &*number.country().to_string()), ("+85251234567", "HK"));
    }

    #[test]
    fn a_country_that_does_not_exist_is_named() {
        assert!(Countries::new(&["CN", "XX"], "CN").err().unwrap().contains("XX"));
        assert!(Countries::new(&["HK"], "CN").err().unwrap().contains("CN"));
    }

    #[test]
    fn a_number_is_masked_when_it_is_shown() {
        assert_eq!(format!("{:?}", china().parse("13800138000").unwrap()), "138****8000");
        let hong_kong = Countries::new(&["HK"], "HK").unwrap();
        assert_eq!(format!("{:?}", hong_kong.parse("51234567").unwrap()), "51****67");
    }

    proptest! {
        #[test]
        fn any_text_is_answered_and_an_accepted_number_is_stable(raw in "\\PC{0,40}|[+０-９0-9 ()-]{0,20}") {
            if let Ok(number) = china().parse(&raw) {
                prop_assert_eq!(china().parse(number.as_e164()), Ok(number));
            }
        }
    }
}
