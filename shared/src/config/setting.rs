//! A setting's name, form and description.

/// A setting: an environment variable, its form and its description. All code reads the variable through this value,
/// and `docs/settings.md` is generated from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// Its form.
    pub form: Form,
    /// Its description, in English and in Chinese.
    #[cfg(feature = "openapi")]
    pub about: [&'static str; 2],
    /// When it is required, in English and in Chinese.
    #[cfg(feature = "openapi")]
    pub only: Option<[&'static str; 2]>,
}

/// The form of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A required text.
    Required,
    /// A required secret of at least so many bytes; may be given as `NAME_SECRET_ARN`.
    Secret(usize),
    /// An optional text.
    Optional,
    /// A text with a default.
    Text(&'static str),
    /// One of these words, the first by default.
    Choice(&'static [&'static str]),
    /// A whole number.
    Number {
        /// The default.
        default: u64,
        /// The smallest value.
        min: u64,
        /// The largest value.
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

    /// A required text.
    #[must_use]
    pub const fn required(name: &'static str) -> Self {
        Self::new(name, Form::Required)
    }

    /// A required secret of at least `bytes` bytes.
    #[must_use]
    pub const fn secret(name: &'static str, bytes: usize) -> Self {
        Self::new(name, Form::Secret(bytes))
    }

    /// An optional text.
    #[must_use]
    pub const fn optional(name: &'static str) -> Self {
        Self::new(name, Form::Optional)
    }

    /// A text with a default.
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

    /// Describes the setting. Deployed functions leave the texts out.
    #[cfg_attr(not(feature = "openapi"), expect(unused_variables, unused_mut, reason = "see above"))]
    #[must_use]
    pub const fn about(mut self, english: &'static str, chinese: &'static str) -> Self {
        #[cfg(feature = "openapi")]
        {
            self.about = [english, chinese];
        }
        self
    }

    /// Says when it is required, in English and in Chinese: "if a route names …".
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

    /// Its default, as a text.
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
