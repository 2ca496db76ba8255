//! A request's fields: what they are called, and what a person is told of those that they fill in.

/// A field of a request, by its name in JSON.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name that a program gives it.
    pub name: &'static str,
    /// What a person is told who left it out, in Chinese and English; `None` where a program fills it in.
    pub(super) missing: Option<[&'static str; 2]>,
    /// What a person is told who put something else in.
    pub(super) malformed: Option<[&'static str; 2]>,
}

/// The number that a code goes to.
pub const PHONE_NUMBER: Field = Field::typed(
    "phoneNumber",
    ["请输入手机号。", "Please enter the phone number."],
    ["请输入正确的手机号。", "Please enter a valid mobile number."],
);

impl Field {
    /// One that a person types: what they are told where it is missing or empty, and where it is of another form, each in
    /// Chinese and English.
    #[must_use]
    pub const fn typed(name: &'static str, missing: [&'static str; 2], malformed: [&'static str; 2]) -> Self {
        Self { name, missing: Some(missing), malformed: Some(malformed) }
    }
}

/// One that a program fills in: a person is told no more than that the request is wrong.
impl From<&'static str> for Field {
    fn from(name: &'static str) -> Self {
        Self { name, missing: None, malformed: None }
    }
}
