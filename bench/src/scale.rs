//! A model of the deployment as it grows: which limits it exceeds, and what it costs. The limits are those that AWS
//! publishes; the calls are recorded from the functions.

mod aws;
mod called;
mod chart;
mod flows;
mod line;
mod mix;
mod model;
mod play;
mod price;
mod run;
pub mod stage;
mod table;

use std::{fmt::Write, fs};

use chart::Line;
use flows::{Owner, Recordings};
use mix::Mix;
use model::{Deployed, logins_of_day};
use table::{RATES, ROWS, percent, thousands};

/// The marks around a generated text in a page.
const MARKS: [&str; 2] = ["<!-- by bench/run scale -->\n", "<!-- to here -->\n"];

/// How long the smaller budgets last at the peak, in seconds.
const LASTING: [(&str, f64); 3] =
    [("an hour", 3600.0), ("a quarter of an hour", 900.0), ("five minutes", 300.0)];

/// Writes `bench/SCALE.md`, `bench/scale.svg`, the bills of docs/operations.md and the settings of docs/performance.md.
pub async fn write() -> bool {
    let recorded = flows::recorded().await;
    let (page, settings) = page(&Mix::default()).await;
    let (held, agrees) = run::table().await;
    let text = format!(
        "{page}\n## Compared with a run\n\nFifty logins a second by a simulated clock, with limits that are a fortieth of DynamoDB's. In the last row they are\n\
         a two hundred and fiftieth, and the items refuse calls. A test checks that model and run differ by a tenth at most.\n\n{held}"
    );
    print!("{text}");
    [("bench/SCALE.md", text), ("bench/scale.svg", chart(recorded))]
        .into_iter()
        .all(|(file, text)| fs::write(file, text).is_ok())
        && fill("docs/operations.md", &table::costs(recorded))
        && fill("docs/performance.md", &settings)
        && agrees
}

/// Prints the page with other shares of users; writes no file.
pub async fn print(shares: &[&str]) -> bool {
    let Some(mix) = Mix::with(shares) else {
        eprintln!("a share is new, taps, resends, wrong, renewals, pumping or behind-one, such as taps=0.2");
        return false;
    };
    print!("{}", page(&mix).await.0);
    true
}

/// The whole page, and the settings in it.
async fn page(mix: &Mix) -> (String, String) {
    let recorded = flows::recorded().await;
    let dollars = price::used(recorded, mix).of_one();
    let mut fitted = Vec::new();
    for rate in RATES {
        fitted.push((rate, table::fitted(rate, recorded, mix).await));
    }
    let as_it_is: String = RATES
        .into_iter()
        .map(|rate| table::row(rate, &model::at(rate, recorded, mix, &Deployed::default()), dollars))
        .collect();
    let as_set: String = fitted
        .iter()
        .map(|(rate, deployed)| table::row(*rate, &model::at(*rate, recorded, mix, deployed), dollars))
        .collect();
    let settings = table::settings(&fitted);
    let text = format!(
        "{}\n## As it is deployed\n\nWith the template's defaults and an account's default quotas.\n\n{ROWS}{as_it_is}\n\
         ## With the settings for each rate\n\n{ROWS}{as_set}\n\
         ## The settings for each rate\n\nEnough for the peak of a day and a quarter more.\n\n{settings}{}",
        heading(recorded, mix),
        budgets(recorded, mix).await,
    );
    (text, settings)
}

/// Puts a text between a page's marks.
fn fill(page: &str, text: &str) -> bool {
    let [begin, end] = MARKS;
    let before = fs::read_to_string(page).unwrap();
    let (head, rest) = before.split_once(begin).unwrap();
    let (_, tail) = rest.split_once(end).unwrap();
    fs::write(page, format!("{head}{begin}\n{text}\n{end}{tail}")).is_ok()
}

fn heading(recorded: &'static Recordings, mix: &Mix) -> String {
    format!(
        "# Scale\n\nA model, written by `bench/run scale`. The functions' calls are recorded, item by item. AWS's limits are in\n\
         [aws.rs](src/scale/aws.rs), with links to its pages. A test runs the functions against such limits, and checks that\n\
         model and run differ by a tenth at most. The model allows no bursts; DynamoDB and API Gateway let short ones pass.\n\n\
         Of a hundred logins, {:.0} are by one tap and {:.0} by new people. Of the logins by SMS, {:.0} % ask for a second code\n\
         and {:.0} % type a wrong one. There are {:.1} renewals per login. One host is over its limit, and asks for {:.0} codes\n\
         per hundred logins. The busiest address has {} of a thousand people. The rate at night is a tenth of the peak: a peak of\n\
         one a second means {} logins a day. Nobody asks for a third code in one day: Tencent Cloud's default limit is two\n\
         per number.\n\n\
         ## What each flow touches\n\nCapacity units, by table and by the owner of the item. Owners are found by playing the flow again with another\n\
         address, number or person, or with other random numbers. The milliseconds are the model's; the time of other services\n\
         is an estimate.\n\n{}",
        mix.taps * 100.0,
        mix.new * 100.0,
        mix.resends * 100.0,
        mix.wrong * 100.0,
        mix.renewals,
        mix.pumping * 100.0,
        mix.behind_one * 1000.0,
        thousands(logins_of_day(1.0)),
        table::touched(recorded),
    )
}

/// How hot the items get that count the messages: the smaller the budget, the fewer they are.
async fn budgets(recorded: &'static Recordings, mix: &Mix) -> String {
    let rate = RATES[RATES.len() - 1];
    let mut text = format!(
        "\n## How small a budget may be\n\nAt {} logins a second, with a budget that lasts this long at the peak:\n\n\
         | | `SmsDailyBudget` | items | hottest |\n| --- | --- | --- | --- |\n",
        thousands(rate)
    );
    for (name, seconds) in LASTING {
        let budget = rate * mix.codes() * seconds;
        let shards = flows::shards(model::whole(budget)).await;
        let deployed = Deployed { budget, shards: shards.into(), ..Deployed::default() };
        let hot = model::at(rate, recorded, mix, &deployed).items[&("codes".to_owned(), Owner::Shard)];
        writeln!(text, "| {name} | {} | {shards} | {} |", thousands(budget), percent(hot.share)).unwrap();
    }
    text
}

fn chart(recorded: &'static Recordings) -> String {
    /// Tencent Cloud's ¥0.039 a message, at seven yuan to a dollar.
    const MESSAGE: f64 = 0.0056;
    chart::lines(&[
        Line {
            name: "with a renewal a day".to_owned(),
            dollars: Box::new(move |people| price::of_people(people, 1.0, recorded)),
        },
        Line {
            name: "without".to_owned(),
            dollars: Box::new(move |people| price::of_people(people, 0.0, recorded)),
        },
        Line { name: "a message".to_owned(), dollars: Box::new(|_| MESSAGE) },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_item_uses_over_a_third_of_its_limit_at_ten_thousand_logins_a_second() {
        let (recorded, mix, rate) = (flows::recorded().await, Mix::default(), 10_000.0);
        for (name, seconds) in LASTING {
            let budget = rate * mix.codes() * seconds;
            let shards = flows::shards(model::whole(budget)).await.into();
            let outcome =
                model::at(rate, recorded, &mix, &Deployed { budget, shards, ..Deployed::default() });
            for ((table, owner), hot) in outcome.items {
                assert!(hot.share <= 1.0 / 3.0, "a budget for {name}, {table}, {}: {hot:?}", owner.name());
            }
        }
    }
}
