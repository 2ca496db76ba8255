//! The files of `events/` have their answers in their names.

use std::collections::BTreeMap;

use lambda_http::Body;
use local::Local;
use tests::events;

#[tokio::test]
async fn every_event_is_answered_as_its_name_says() {
    let local = Local::start(tests::options(events::all_settings())).await.unwrap();
    let events = events::all();
    assert!(events.len() > 20);
    let mut feed = events::Feed::default();
    for event in events {
        let answer = local
            .functions
            .invoke(event.function, &feed.fill(&event))
            .await
            .unwrap()
            .unwrap()
            .http()
            .unwrap();
        let Body::Text(body) = answer.body() else { panic!("{:?}", answer.body()) };
        assert_eq!(
            feed.outcome(answer.status().as_u16(), body),
            event.expected,
            "events/{}/{}.json",
            event.function,
            event.name
        );
    }
}

#[test]
fn both_files_of_settings_say_the_same() {
    let local_env = include_str!("../../events/local.env");
    let line = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.trim_matches('"').replace("\\n", "\n")))
    };
    let local_env: BTreeMap<_, _> = local_env.lines().filter_map(line).collect();
    for (name, value) in events::all_settings() {
        assert_eq!(local_env.get(&name), Some(&value), "{name}");
    }
}
