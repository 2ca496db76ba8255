//! libphonenumber's metadata, read only as far as needed.
//!
//! `metadata.bin` is the file of that name in rlibphonenumber 2.2.15, a `PhoneMetadataCollection` made from Google's
//! `PhoneNumberMetadata.xml` (Apache-2.0). The library would load all 250 countries at the first number and keep them in
//! memory (docs/adr/0003-phone-library.md). A new version of the library needs a new file: a test compares them.

use std::sync::LazyLock;

use prost::Message;
use rlibphonenumber::{PhoneMetadata, PhoneMetadataCollection, PhoneNumberUtil};

static METADATA: &[u8] = include_bytes!("metadata.bin");

/// The position of each country in the file, from `build.rs`.
#[expect(clippy::unreadable_literal, reason = "generated")]
static COUNTRIES: &[Country] = &include!(concat!(env!("OUT_DIR"), "/countries.rs"));

/// All countries, loaded at the first number that belongs to no accepted country.
pub(super) static WORLD: LazyLock<PhoneNumberUtil> = LazyLock::new(|| util(COUNTRIES));

struct Country {
    /// ISO 3166-1 alpha-2, or 001.
    id: &'static str,
    calling_code: u32,
    /// The positions of its first byte and after its last one.
    message: (usize, usize),
}

/// Whether the library has numbers for a country, by its ISO 3166-1 alpha-2 code.
pub(super) fn has(id: &str) -> bool {
    id.len() == 2 && COUNTRIES.iter().any(|country| country.id == id)
}

/// The library with these countries, and all others that share a calling code with them. So a number gets the same
/// country as with all countries loaded.
pub(super) fn of(ids: &[String]) -> PhoneNumberUtil {
    let wanted = |country: &&Country| ids.iter().any(|id| id == country.id);
    let codes: Vec<_> = COUNTRIES.iter().filter(wanted).map(|country| country.calling_code).collect();
    util(COUNTRIES.iter().filter(|country| codes.contains(&country.calling_code)))
}

/// Reads the countries, and compiles the patterns that they share.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads all of it")]
fn util<'a>(countries: impl IntoIterator<Item = &'a Country>) -> PhoneNumberUtil {
    let read = |country: &Country| PhoneMetadata::decode(&METADATA[country.message.0..country.message.1]);
    let metadata = countries.into_iter().map(|country| read(country).expect("a country")).collect();
    PhoneNumberUtil::new_for_metadata(PhoneMetadataCollection { metadata }).expect("known countries")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

    use super::*;

    #[test]
    fn the_metadata_is_that_of_the_library() {
        let regions = |util: &PhoneNumberUtil| util.get_supported_regions().collect::<HashSet<_>>();
        assert_eq!(regions(&WORLD), regions(&PHONE_NUMBER_UTIL));
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            for kind in [PhoneNumberType::Mobile, PhoneNumberType::FixedLine] {
                let example = |util: &PhoneNumberUtil| {
                    let number = util.get_example_number_for_type_and_region(region, kind).ok()?;
                    Some(util.format(&number, PhoneNumberFormat::International).into_owned())
                };
                assert_eq!(example(&WORLD), example(&PHONE_NUMBER_UTIL), "{region:?} {kind:?}");
            }
        }
    }

    #[test]
    fn a_number_is_read_with_few_countries_as_it_is_with_all() {
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            let few = of(&[region.to_string()]);
            for kind in [PhoneNumberType::Mobile, PhoneNumberType::FixedLine, PhoneNumberType::TollFree] {
                let Ok(number) = WORLD.get_example_number_for_type_and_region(region, kind) else { continue };
                let read = |util: &PhoneNumberUtil| {
                    (util.get_region_for_number(&number), util.get_number_type(&number))
                };
                assert_eq!(read(&few), read(&WORLD), "{region:?} {kind:?}");
            }
        }
    }
}
