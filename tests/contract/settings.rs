//! The settings and the problems: the pages are generated from them, and all other lists of settings must agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use local::{Local, reference};
use serde_json::Value;
use shared::config::{Form, Setting};
use tests::events;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

/// The settings that a function reads, by name.
fn settings(function: &str) -> BTreeMap<&'static str, Setting> {
    let rows = reference::settings().into_iter().filter(|row| row.functions.contains(&function));
    rows.map(|row| (row.setting.name, row.setting)).collect()
}

/// The entries of a block of YAML, by name: the lines after one that is indented by `indent`.
fn entries(yaml: &str, indent: usize) -> Vec<(&str, String)> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    for line in yaml.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let depth = line.len() - line.trim_start().len();
        match line.trim_start().split_once(':') {
            Some((name, value)) if depth == indent => entries.push((name, value.trim().to_owned())),
            _ if depth < indent => {}
            _ => entries.last_mut().unwrap().1.extend(["\n", line]),
        }
    }
    entries
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

/// The variables that the template gives to a function, by the function's name there.
fn variables(template: &str, name: &str) -> Vec<(String, String)> {
    let function =
        between(template, &format!("\n  {name}:\n    Type: AWS::Serverless::Function"), "      Policies:");
    let own = function.split_once("        Variables:\n").unwrap().1;
    let global =
        between(template, "\nGlobals:\n", "\nResources:\n").split_once("      Variables:\n").unwrap().1;
    let pair = |(name, value): (&str, String)| (name.to_owned(), value);
    entries(own, 10).into_iter().chain(entries(global, 8)).map(pair).collect()
}

fn without_arn(name: &str) -> &str {
    name.strip_suffix("_SECRET_ARN").unwrap_or(name)
}

#[test]
fn the_pages_are_made_of_the_rows() {
    for (name, page) in reference::pages() {
        let ours = file(&format!("docs/{name}"));
        assert_eq!(ours, page, "docs/{name} is old: cargo run -p local -- pages docs");
    }
}

#[test]
fn the_template_gives_each_function_its_settings_and_no_others() {
    let template = file("template.yaml");
    for (function, name) in events::FUNCTIONS {
        let mut settings: BTreeSet<_> = settings(function).into_keys().collect();
        // On Lambda the functions trust the public web's roots, not a file of other roots.
        settings.remove("SSL_CERT_FILE");
        let variables = variables(&template, name);
        let given: BTreeSet<_> = variables.iter().map(|(name, _)| without_arn(name)).collect();
        // No function reads SECRETS_VERSION: changing it restarts them.
        let given: BTreeSet<_> = given
            .into_iter()
            .filter(|name| !name.starts_with("AWS_ENDPOINT_URL") && *name != "SECRETS_VERSION")
            .collect();
        assert_eq!(given, settings, "{function}");
    }
}

#[test]
fn the_templates_parameters_have_the_settings_defaults_and_bounds() {
    let template = file("template.yaml");
    let parameters: BTreeMap<_, _> =
        entries(between(&template, "\nParameters:\n", "\nConditions:\n"), 2).into_iter().collect();
    let mut compared = 0;
    for (function, name) in events::FUNCTIONS {
        let settings = settings(function);
        for (variable, value) in variables(&template, name) {
            let Some(parameter) = value.strip_prefix("!Ref ").and_then(|name| parameters.get(name)) else {
                continue;
            };
            let Some(setting) = settings.get(variable.as_str()) else { continue };
            let said: BTreeMap<_, _> = entries(parameter, 4).into_iter().collect();
            let said = |name: &str| said.get(name).map(|value| value.trim_matches('"'));
            match setting.form {
                Form::Number { default, min, max } => {
                    assert_eq!(said("Default"), Some(&*default.to_string()), "{variable}");
                    assert_eq!(said("MinValue"), Some(&*min.to_string()), "{variable}");
                    assert_eq!(said("MaxValue"), Some(&*max.to_string()), "{variable}");
                }
                Form::Choice(words) => {
                    assert_eq!(said("Default"), Some(words[0]), "{variable}");
                    let allowed = said("AllowedValues").unwrap().replace(['"', '[', ']'], "");
                    let allowed: BTreeSet<_> = allowed.split(", ").collect();
                    assert_eq!(allowed, words.iter().copied().collect(), "{variable}");
                }
                // An empty variable counts as unset.
                Form::Text(default) => {
                    assert!([Some(""), Some(default)].contains(&said("Default")), "{variable}");
                }
                Form::Optional => assert_eq!(said("Default"), Some(""), "{variable}"),
                Form::Required | Form::Secret(_) => {}
            }
            compared += 1;
        }
    }
    assert!(compared > 25, "{compared}");
}

#[tokio::test]
async fn a_key_that_is_too_short_keeps_a_function_from_starting() {
    for (name, value) in [("CODE_PEPPER", "fifteen letters"), ("TICKET_KEY", "a")] {
        let variables = vec![(name.to_owned(), value.to_owned())];
        let error = Local::start(tests::options(variables)).await.err().unwrap().to_string();
        assert!(error.contains(&format!("{name} is shorter than")), "{error}");
    }
}

#[test]
fn the_events_settings_are_settings() {
    let functions: Value = serde_json::from_str(&file("events/env.json")).unwrap();
    for (function, name) in events::FUNCTIONS {
        let settings = settings(function);
        for variable in functions[name].as_object().unwrap().keys() {
            let is_known = settings.contains_key(&**variable) || variable.starts_with("AWS_ENDPOINT_URL");
            assert!(is_known, "{function} does not read {variable}");
        }
    }
}

#[test]
fn the_sample_of_a_file_of_settings_has_every_setting() {
    let sample = file("docs/examples/production.env");
    let names = sample.lines().filter_map(|line| {
        let (name, value) = line.trim_start_matches("# ").split_once('=')?;
        value.starts_with(['"', '\'']).then_some(name)
    });
    let names: BTreeSet<_> = names.map(without_arn).collect();
    let mut settings: BTreeSet<_> = reference::settings().into_iter().map(|row| row.setting.name).collect();
    // These two are not for production.
    settings.remove("SSL_CERT_FILE");
    settings.remove("WECHAT_API_BASE");
    assert_eq!(names, settings);
}

const PAGES: [&str; 11] = [
    "README.md",
    "README.zh-CN.md",
    "docs/after-login.md",
    "docs/after-login.zh-CN.md",
    "docs/cargo-lambda.md",
    "docs/comparison.md",
    "docs/comparison.zh-CN.md",
    "docs/local.md",
    "docs/local.zh-CN.md",
    "docs/operations.md",
    "docs/security.md",
];

#[test]
fn the_pages_name_no_unknown_setting() {
    let settings: BTreeSet<_> = reference::settings().into_iter().map(|row| row.setting.name).collect();
    for page in PAGES {
        for name in file(page).split('`').skip(1).step_by(2).map(|code| code.split('=').next().unwrap()) {
            let is_name = name.contains('_') && name.chars().all(|it| it.is_ascii_uppercase() || it == '_');
            let is_anothers = name.starts_with("AWS_") || name == "NAME_SECRET_ARN";
            assert!(!is_name || is_anothers || settings.contains(without_arn(name)), "{page} names {name}");
        }
    }
}
