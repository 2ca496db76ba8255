//! Checks that `openapi.json` describes an answer.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value;

use crate::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(local::openapi::document);

/// Panics if an answer's status, headers or body are not described.
pub fn answer(method: &str, path: &str, answer: &Answer) {
    let method = method.to_lowercase();
    let responses = pointer("/paths", &[path, &method, "responses"]);
    if DOCUMENT.pointer(&responses).is_none() {
        return;
    }
    let response = pointer(&responses, &[&answer.status.to_string()]);
    assert!(
        DOCUMENT.pointer(&response).is_some(),
        "{path} answers a status that is not described: {answer:?}"
    );
    if let Some(content) = answer.headers.get("content-type") {
        let content = pointer(&response, &["content", content.to_str().unwrap()]);
        assert!(
            DOCUMENT.pointer(&content).is_some(),
            "{path} answers a type that is not described: {answer:?}"
        );
        check(&pointer(&content, &["schema"]), &answer.body);
    } else {
        let content = pointer(&response, &["content"]);
        assert!(DOCUMENT.pointer(&content).is_none(), "{path} answers nothing: {answer:?}");
    }
    for name in ["cache-control", "retry-after", "allow", "www-authenticate"] {
        header(path, &pointer(&response, &["headers"]), name, answer);
    }
}

/// Panics if a header is missing, not described, or different from its description.
fn header(path: &str, headers: &str, name: &str, answer: &Answer) {
    let described = DOCUMENT.pointer(headers).and_then(Value::as_object);
    let described =
        described.into_iter().flatten().find(|(described, _)| described.eq_ignore_ascii_case(name));
    let described = described.map(|(name, header)| match header["$ref"].as_str() {
        Some(reference) => reference.trim_start_matches('#').to_owned(),
        None => pointer(headers, &[name]),
    });
    match (described, answer.headers.get(name)) {
        (Some(described), Some(given)) => {
            check(&pointer(&described, &["schema"]), &given.to_str().unwrap().into());
        }
        (Some(described), None) => {
            let required = DOCUMENT.pointer(&described).is_some_and(|header| header["required"] == true);
            assert!(!required, "{path}: {name} is missing: {answer:?}");
        }
        (None, given) => assert!(given.is_none(), "{path}: {name} is not described: {answer:?}"),
    }
}

/// Panics if a value does not match `schema`, a pointer into the document, or has a member that the schema does not name:
/// clients may get more members later, but only once they are described.
pub fn check(schema: &str, value: &Value) {
    /// The compiled schemas: compiling one walks through the whole document.
    static READY: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let validator = READY.lock().unwrap().entry(schema.to_owned()).or_insert_with(|| ready(schema)).clone();
    let wrong: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{value} is not as {schema} says: {wrong:?}");
}

/// The whole document as a schema that refers to a part of itself, so that all references in that part resolve.
fn ready(schema: &str) -> Arc<Validator> {
    let mut root = DOCUMENT.clone();
    root["$ref"] = format!("#{schema}").into();
    root["unevaluatedProperties"] = false.into();
    Arc::new(jsonschema::draft202012::new(&root).unwrap())
}

/// A JSON pointer (RFC 6901) with these names appended.
#[must_use]
pub fn pointer(start: &str, names: &[&str]) -> String {
    let escaped = names.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
    escaped.fold(start.to_owned(), |pointer, name| format!("{pointer}/{name}"))
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use serde_json::json;

    use super::*;

    fn holds(schema: &str, value: &Value) -> bool {
        catch_unwind(|| check(schema, value)).is_ok()
    }

    #[test]
    fn a_deviation_from_the_description_is_found() {
        let answer = "/components/schemas/SendCodeAnswer";
        assert!(holds(answer, &json!({ "expiresIn": 300, "resendAfter": 60 })));
        assert!(!holds(answer, &json!({ "expiresIn": 300 })), "a member is missing");
        assert!(!holds(answer, &json!({ "expiresIn": 300, "resendAfter": "60" })), "no number");
        assert!(!holds(answer, &json!({ "expiresIn": 300, "resendAfter": -1 })), "below the minimum");
        assert!(!holds(answer, &json!({ "expiresIn": 300, "resendAfter": 60, "more": 1 })), "not described");

        let seconds = "/components/headers/RetryAfter/schema";
        assert!(holds(seconds, &json!("60")));
        assert!(!holds(seconds, &json!("soon")), "not of the pattern");

        let request = "/paths/~1send-code/post/requestBody/content/application~1json/schema";
        assert!(holds(request, &json!({ "phoneNumber": "13800138000", "ticket": null })));
        assert!(!holds(request, &json!({ "phoneNumber": "13800138000", "ticket": 7 })), "none of its types");
    }

    #[test]
    fn a_problem_is_one_of_those_that_its_status_has() {
        let refused = pointer("/paths", &["/login", "post", "responses", "409", "content"]);
        let schema = pointer(&refused, &["application/problem+json", "schema"]);
        let problem = |code: &str| json!({ "type": "t", "title": "t", "status": 409, "detail": "d", "code": code, "requestId": "r" });
        assert!(holds(&schema, &problem("phone_taken")));
        assert!(!holds(&schema, &problem("code_used")));
    }
}
