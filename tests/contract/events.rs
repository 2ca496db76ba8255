//! The files of `events/` say in their names what they are answered.

use lambda_http::Body;
use local::{Local, Options};
use shared::clock::{Clock, SystemClock};
use tests::events;

#[tokio::test]
async fn every_event_is_answered_as_its_name_says() {
    let local =
        Local::start(Options { variables: events::all_settings(), ..Options::default() }).await.unwrap();
    events::seed(&local, SystemClock.now()).await;
    let events = events::all();
    assert!(events.len() > 20);
    for event in events {
        let answer = local.functions.invoke(event.function, &event.json).await.unwrap().unwrap();
        let Body::Text(body) = answer.body() else { panic!("{:?}", answer.body()) };
        assert_eq!(
            events::outcome(answer.status().as_u16(), body),
            event.expected,
            "events/{}/{}.json",
            event.function,
            event.expected
        );
    }
}
