//! The rules for requests, and their fields.

use serde_json::{Map, Value};

use super::Field;
use crate::problem::{Failure, Problem, ProblemCode};

/// How deep `serde_json` follows nesting.
const DEEPEST: usize = 127;

/// Why a request is refused before its function runs.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// A path that this function does not serve.
    #[error("no such path")]
    NotFound,
    /// A method that this path does not support.
    #[error("this path supports {allow} only")]
    MethodNotAllowed {
        /// The supported methods, separated by commas.
        allow: String,
    },
    /// A body over 4 KiB.
    #[error("the body has {bytes} bytes")]
    PayloadTooLarge {
        /// The body's length.
        bytes: usize,
    },
    /// A body that is not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A body that is nested too deeply.
    #[error("the body is nested more than {DEEPEST} levels deep")]
    TooDeep,
    /// A field that is absent, null or empty.
    #[error("{} is missing or empty", .0.name)]
    Missing(Field),
    /// A field that is not a string.
    #[error("{} is not a string", .0.name)]
    NotText(Field),
    /// A malformed string.
    #[error("{} is malformed", .0.name)]
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
                format!("The body's JSON is nested more than {DEEPEST} levels deep."),
            ),
            Self::Missing(field) => of_field(*field, field.missing),
            Self::NotText(field) | Self::Malformed(field) => of_field(*field, field.malformed),
        }
    }
}

/// `texts` tell a person what to do; the field's name is for programs.
fn of_field(field: Field, texts: Option<[&'static str; 2]>) -> Problem {
    let problem = Problem::from(ProblemCode::InvalidRequest).field(field.name);
    match texts {
        Some([chinese, english]) => problem.detail(chinese.into(), english.into()),
        None => problem,
    }
}

/// A JSON object's fields. Unknown fields are ignored.
#[derive(Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a JSON object.
    pub(super) fn parse(body: &[u8]) -> Result<Self, RequestError> {
        serde_json::from_slice(body).map(Self).map_err(|error| {
            // serde_json tells this error apart by its text only.
            let is_too_deep = error.to_string().starts_with("recursion limit exceeded");
            if is_too_deep { RequestError::TooDeep } else { RequestError::NotAnObject }
        })
    }

    /// A required field: a string that is not empty.
    pub fn text(&self, field: impl Into<Field>) -> Result<&str, RequestError> {
        let field = field.into();
        self.optional_text(field)?.ok_or(RequestError::Missing(field))
    }

    /// An optional boolean.
    pub fn flag(&self, field: &'static str) -> Result<bool, RequestError> {
        match self.0.get(field) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(RequestError::Malformed(field.into())),
        }
    }

    /// An optional string; absent, null and empty all read as `None`.
    pub fn optional_text(&self, field: impl Into<Field>) -> Result<Option<&str>, RequestError> {
        let field = field.into();
        match self.0.get(field.name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(RequestError::NotText(field)),
        }
    }
}
