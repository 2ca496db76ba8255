//! Whether an answer is one that `openapi.json` describes.

use std::sync::LazyLock;

use serde_json::Value;

use crate::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(local::openapi::document);

/// Stops at an answer whose status, headers or body are not described.
pub fn answer(method: &str, path: &str, answer: &Answer) {
    let document = &*DOCUMENT;
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    if responses.is_null() {
        return;
    }
    let response = &responses[answer.status.to_string()];
    assert!(response.is_object(), "{path} answers a status that is not described: {answer:?}");
    let content_type = answer.headers["content-type"].to_str().unwrap();
    let content = &response["content"][content_type];
    assert!(content.is_object(), "{path} answers a content type that is not described: {answer:?}");
    check(document, &content["schema"], &answer.body);
    for name in ["cache-control", "retry-after", "allow"] {
        let described = response["headers"]
            .as_object()
            .and_then(|headers| headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)));
        let given = answer.headers.get(name);
        let header = described.map(|(_, header)| resolve(document, header));
        assert!(given.is_none() || header.is_some(), "{path}: {name} is not described: {answer:?}");
        let required = header.is_some_and(|header| header["required"] == true);
        assert!(given.is_some() || !required, "{path}: {name} is missing: {answer:?}");
        if let (Some(given), Some(header)) = (given, header) {
            check(document, &header["schema"], &given.to_str().unwrap().into());
        }
    }
}

/// Checks what this project's description uses of JSON Schema, and that no member is there that it does not name.
pub fn check(document: &Value, schema: &Value, value: &Value) {
    let schema = resolve(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        check(document, part, value);
    }
    if let Some(only) = schema.get("const") {
        assert_eq!(value, only);
    }
    if let Some(some) = schema["enum"].as_array() {
        assert!(some.contains(value), "{value} is none of {some:?}");
    }
    match schema["type"].as_str() {
        Some("object") => {
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(value.get(name.as_str().unwrap()).is_some(), "{name} is missing in {value}");
            }
        }
        Some("array") => {
            for item in value.as_array().unwrap() {
                check(document, &schema["items"], item);
            }
        }
        Some("string") => assert!(value.is_string(), "{value} is no string"),
        Some("integer") => assert!(value.is_u64(), "{value} is no number"),
        Some("boolean") => assert!(value.is_boolean(), "{value} is neither true nor false"),
        Some(other) => panic!("a type that nobody checks: {other}"),
        None => {}
    }
    // A part of an `allOf` names some members only, and a key has those of its kind.
    let is_whole = schema["type"] == "object" && schema["properties"].get("kty").is_none();
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(described) => check(document, described, member),
            None => assert!(!is_whole, "{name} is not described"),
        }
    }
}

fn resolve<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    part["$ref"].as_str().map_or(part, |reference| document.pointer(&reference[1..]).unwrap())
}
