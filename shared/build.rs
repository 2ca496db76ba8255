//! Indexes libphonenumber's metadata by country, so that a cold start reads only the countries it needs.
#![expect(clippy::unwrap_used, reason = "a failed build should stop")]

use std::{env, fmt::Write, fs, path::Path};

use prost::Message;

const METADATA: &str = "src/phone/metadata.bin";

/// `PhoneMetadataCollection` with its countries left unparsed.
#[derive(Message)]
struct Collection {
    #[prost(bytes = "vec", repeated, tag = "1")]
    countries: Vec<Vec<u8>>,
}

/// The fields of a country that the index needs.
#[derive(Message)]
struct Country {
    /// ISO 3166-1 alpha-2, or 001.
    #[prost(string, tag = "9")]
    id: String,
    #[prost(int32, tag = "10")]
    calling_code: i32,
}

fn main() {
    println!("cargo::rerun-if-changed={METADATA}");
    let metadata = fs::read(METADATA).unwrap();
    let mut index = "[\n".to_owned();
    let mut end = 0;
    for message in Collection::decode(&*metadata).unwrap().countries {
        let start =
            end + metadata[end..].windows(message.len()).position(|window| window == message).unwrap();
        end = start + message.len();
        let Country { id, calling_code } = Country::decode(&*message).unwrap();
        writeln!(index, "Country {{ id: {id:?}, calling_code: {calling_code}, message: ({start}, {end}) }},")
            .unwrap();
    }
    index += "]";
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap()).join("countries.rs"), index).unwrap();
}
