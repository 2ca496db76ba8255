//! libphonenumber's metadata, of which only what is asked for is read.
//!
//! `metadata.bin` is the file of that name in rlibphonenumber 2.2.15, a `PhoneMetadataCollection` made of Google's
//! `PhoneNumberMetadata.xml` (Apache-2.0). The library would read all 250 countries of it at the first number, and keep
//! them (docs/adr/0003-phone-library.md). A new version of the library brings a new file: a test compares them.

use std::{collections::HashSet, sync::LazyLock};

use prost::{Message, bytes::Bytes};
use rlibphonenumber::{PhoneMetadata, PhoneMetadataCollection, PhoneNumberUtil};

static METADATA: &[u8] = include_bytes!("metadata.bin");

/// All countries, read at the first number that is of none of the allowed ones.
pub(super) static WORLD: LazyLock<PhoneNumberUtil> = LazyLock::new(|| util(&entries()));

/// `PhoneMetadataCollection`, its countries left as they are.
#[derive(Message)]
struct Collection {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    countries: Vec<Bytes>,
}

/// What is read of a country to see whether it is asked for.
#[derive(Message)]
struct Header {
    /// ISO 3166-1 alpha-2, or 001.
    #[prost(string, tag = "9")]
    id: String,
    #[prost(int32, tag = "10")]
    calling_code: i32,
}

/// A country before it is read.
struct Entry {
    header: Header,
    country: Bytes,
}

/// The countries of these ISO 3166-1 alpha-2 codes, and every other one that has a calling code with one of them in common:
/// to which country a number of that code belongs is then decided as it is with all of them.
pub(super) fn of(ids: &[&str]) -> PhoneNumberUtil {
    let entries = entries();
    let wanted = entries.iter().filter(|entry| ids.contains(&&*entry.header.id));
    let calling_codes: HashSet<_> = wanted.map(|entry| entry.header.calling_code).collect();
    util(entries.iter().filter(|entry| calling_codes.contains(&entry.header.calling_code)))
}

#[expect(clippy::expect_used, reason = "the file is a part of the program, and a test reads all of it")]
fn entries() -> Vec<Entry> {
    let collection = Collection::decode(Bytes::from_static(METADATA)).expect("a collection");
    let countries = collection.countries.into_iter();
    countries
        .map(|country| Entry { header: Header::decode(country.clone()).expect("a country"), country })
        .collect()
}

#[expect(clippy::expect_used, reason = "the file is a part of the program, and a test reads all of it")]
fn util<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> PhoneNumberUtil {
    let countries =
        entries.into_iter().map(|entry| PhoneMetadata::decode(entry.country.clone()).expect("a country"));
    PhoneNumberUtil::new_for_metadata(PhoneMetadataCollection { metadata: countries.collect() })
        .expect("known countries")
}

#[cfg(test)]
mod tests {
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
            let few = of(&[&region.to_string()]);
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
