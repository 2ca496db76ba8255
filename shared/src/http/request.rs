//! What a request has to be, and its fields.

use serde_json::{Map, Value};

use super::Field;
use crate::problem::{Failure, Problem, ProblemCode};

/// How deep `serde_json` follows a body.
const DEEPEST: usize = 127;

/// What is wrong with a request before its function looks at it.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// A path that this function does not serve.
    #[error("no such path")]
    NotFound,
    /// A method that this path does not answer.
    #[error("this path answers {allow} only")]
    MethodNotAllowed {
        /// The methods that it does answer, separated by commas.
        allow: String,
    },
    /// A body over 4 KiB.
    #[error("a body of {bytes} bytes")]
    PayloadTooLarge {
        /// How long the body is.
        bytes: usize,
    },
    /// A body that is no JSON object.
    #[error("the body is no JSON object")]
    NotAnObject,
    /// A body that is nested deeper than a parser should follow.
    #[error("the body is nested over {DEEPEST} levels deep")]
    TooDeep,
    /// A field that is not there, null, or without text.
    #[error("{} is missing or empty", .0.name)]
    Missing(Field),
    /// A field that is no string.
    #[error("{} is not a string", .0.name)]
    NotText(Field),
    /// A string that is not of the field's form.
    #[error("{} is of another form", .0.name)]
    Malformed(Field),
}

impl Failure for RequestError {
    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => ProblemCode::NotFound.into(),
            Self::MethodNotAllowed { allow } => {
                Problem::from(ProblemCode::MethodNotAllowed).allow(allow.clone())
            }
            Self::PayloadTooLarge { .. } => ProblemCode::PayloadTooLarge.into(),
            Self::NotAnObject => Problem::from(ProblemCode::InvalidRequest)
                .detail("请求体必须是一个 JSON 对象。".into(), "The body must be a JSON object.".into()),
            Self::TooDeep => Problem::from(ProblemCode::InvalidRequest).detail(
                format!("请求体的 JSON 嵌套超过 {DEEPEST} 层。"),
                format!("The JSON of the body is nested over {DEEPEST} levels deep."),
            ),
            Self::Missing(field) => of_field(*field, field.missing),
            Self::NotText(field) | Self::Malformed(field) => of_field(*field, field.malformed),
        }
    }
}

/// A person is told in `texts` what to do; a program which field it is about.
fn of_field(field: Field, texts: Option<[&'static str; 2]>) -> Problem {
    let problem = Problem::from(ProblemCode::InvalidRequest).field(field.name);
    match texts {
        Some([chinese, english]) => problem.detail(chinese.into(), english.into()),
        None => problem,
    }
}

/// A JSON object's fields; those that nobody asks for are ignored.
#[derive(Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a JSON object.
    pub(super) fn parse(body: &[u8]) -> Result<Self, RequestError> {
        serde_json::from_slice(body).map(Self).map_err(|error| {
            // The crate tells this error from others by its text alone.
            let is_too_deep = error.to_string().starts_with("recursion limit exceeded");
            if is_too_deep { RequestError::TooDeep } else { RequestError::NotAnObject }
        })
    }

    /// A field that must be there: a string with something in it.
    pub fn text(&self, field: impl Into<Field>) -> Result<&str, RequestError> {
        let field = field.into();
        self.optional_text(field)?.ok_or(RequestError::Missing(field))
    }

    /// A field that is `true` or not; it may be absent or null.
    pub fn flag(&self, field: &'static str) -> Result<bool, RequestError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(RequestError::Malformed(field.into())),
        }
    }

    /// A field that may be absent, null or empty, which all read as `None`.
    pub fn optional_text(&self, field: impl Into<Field>) -> Result<Option<&str>, RequestError> {
        let field = field.into();
        match self.0.get(field.name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(RequestError::NotText(field)),
        }
    }
}
