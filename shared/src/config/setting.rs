//! A setting, as a row.

/// A setting: an environment variable, what it may say, and what it is for. Whoever reads a variable reads it by its row;
/// `docs/settings.md` is made of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What it may say.
    pub form: Form,
    /// What it is for, in English and in Chinese.
    #[cfg(feature = "openapi")]
    pub about: [&'static str; 2],
    /// Where alone it has to be there, in English and in Chinese.
    #[cfg(feature = "openapi")]
    pub only: Option<[&'static str; 2]>,
}

/// What a variable may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text that has to be there.
    Required,
    /// A secret that has to be there, of so many bytes or more; also as `NAME_SECRET_ARN`.
    Secret(usize),
    /// A text that may be absent.
    Optional,
    /// A text with its default.
    Text(&'static str),
    /// One of these words, the first by default.
    Choice(&'static [&'static str]),
    /// A whole number.
    Number {
        /// What it is where it is absent.
        default: u64,
        /// The least that it may be.
        min: u64,
        /// The most that it may be.
        max: u64,
    },
}

impl Setting {
    const fn new(name: &'static str, form: Form) -> Self {
        #[cfg(feature = "openapi")]
        return Self { name, form, about: [""; 2], only: None };
        #[cfg(not(feature = "openapi"))]
        return Self { name, form };
    }

    /// A text that has to be there.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        Self::new(name, Form::Required)
    }

    /// A secret that has to be there, of `bytes` bytes or more.
    #[must_use]
    pub const fn secret(name: &'static str, bytes: usize) -> Self {
        Self::new(name, Form::Secret(bytes))
    }

    /// A text that may be absent.
    #[must_use]
    pub const fn optional(name: &'static str) -> Self {
        Self::new(name, Form::Optional)
    }

    /// A text with its default.
    #[must_use]
    pub const fn text(name: &'static str, default: &'static str) -> Self {
        Self::new(name, Form::Text(default))
    }

    /// One of these words, the first by default.
    #[must_use]
    pub const fn choice(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Form::Choice(words))
    }

    /// A whole number from `min` to `max`.
    #[must_use]
    pub const fn number(name: &'static str, default: u64, min: u64, max: u64) -> Self {
        Self::new(name, Form::Number { default, min, max })
    }

    /// Says what it is for. Where nothing is described, in a deployed function, the texts are not kept.
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, unused_mut, reason = "see above"))]
    #[must_use]
    pub const fn about(mut self, english: &'static str, chinese: &'static str) -> Self {
        #[cfg(feature = "openapi")]
        {
            self.about = [english, chinese];
        }
        self
    }

    /// Says where alone it has to be there, in English and in Chinese: "where a route names …".
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, unused_mut, reason = "see above"))]
    #[must_use]
    pub const fn only(mut self, place: [&'static str; 2]) -> Self {
        #[cfg(feature = "openapi")]
        {
            self.only = Some(place);
        }
        self
    }

    /// Whether it is a secret.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.form, Form::Secret(_))
    }

    /// What it says where it is absent.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        match self.form {
            Form::Required | Form::Secret(_) | Form::Optional => None,
            Form::Text(default) => Some(default.to_owned()),
            Form::Choice(words) => words.first().map(|word| (*word).to_owned()),
            Form::Number { default, .. } => Some(default.to_string()),
        }
    }
}
