//! A request's fields: their names, and the texts for people who leave them out or fill them in wrongly.

/// A field of a request, by its name in JSON.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name in JSON.
    pub name: &'static str,
    /// Shown where it is missing, in Chinese and English; `None` for fields that a program fills in.
    pub(super) missing: Option<[&'static str; 2]>,
    /// Shown where it is malformed.
    pub(super) malformed: Option<[&'static str; 2]>,
}

/// The number that a code is sent to.
pub const PHONE_NUMBER: Field = Field::typed(
    "phoneNumber",
    ["请输入手机号。", "Please enter the phone number."],
    ["请输入正确的手机号。", "Please enter a valid mobile number."],
);

impl Field {
    /// A field that a person types: the texts shown where it is missing or empty, and where it is malformed, each in Chinese
    /// and English.
    #[must_use]
    pub const fn typed(name: &'static str, missing: [&'static str; 2], malformed: [&'static str; 2]) -> Self {
        Self { name, missing: Some(missing), malformed: Some(malformed) }
    }
}

/// A field that a program fills in: the person only learns that the request is wrong.
impl From<&'static str> for Field {
    fn from(name: &'static str) -> Self {
        Self { name, missing: None, malformed: None }
    }
}
