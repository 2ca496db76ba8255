//! `SMS_ROUTES`: which providers serve which country, in which order.

use shared::{
    config::{Env, Setting},
    phone::{Countries, Country},
};

use super::provider::Name;

/// Routes that name every provider.
#[cfg(feature = "openapi")]
pub const ALL_PROVIDERS: &str = "*=sns>tencent>aliyun";

const ROUTES: Setting = Setting::text("SMS_ROUTES", "*=sns").about(
    "Which providers send the messages, such as `CN=tencent>sns,*=sns`: a country (ISO 3166-1) or `*`, then `sns`, `tencent`, `aliyun` in \
     order; the next provider is tried if the one before certainly sent nothing and the fault is its own.",
    "短信由谁发送，例如 `CN=tencent>sns,*=sns`：国家或地区（ISO 3166-1 代码）或 `*`，后面按顺序写 `sns`、`tencent`、`aliyun`；\
     前一家肯定没有发出、而且原因在它自己时，才用下一家。",
);

/// The providers of each country, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routes {
    countries: Vec<(Country, Vec<Name>)>,
    /// For countries without a route of their own.
    rest: Vec<Name>,
}

impl Routes {
    /// Reads `SMS_ROUTES`. Notes mistakes in `env`, and returns the routes that could be read.
    pub fn read(env: &mut Env, countries: Option<&Countries>) -> Self {
        let (routes, mut wrong) = Self::parse(&env.text(&ROUTES));
        let allowed = countries.map(Countries::allowed).unwrap_or_default();
        if wrong.is_empty() {
            let uncovered = allowed.iter().filter(|country| routes.of(**country).is_empty());
            wrong.extend(uncovered.map(|country| format!("{country} of ALLOWED_COUNTRIES has no route")));
        }
        for wrong in wrong {
            _ = env.wrong::<()>(format!("SMS_ROUTES: {wrong}"));
        }
        routes
    }

    /// Parses routes such as `CN=tencent>sns,*=sns`, and returns all mistakes.
    fn parse(list: &str) -> (Self, Vec<String>) {
        let (mut routes, mut wrong) = (Self { countries: Vec::new(), rest: Vec::new() }, Vec::new());
        for entry in list.split(',').map(str::trim) {
            let Some((place, names)) = entry.split_once('=') else {
                wrong.push(format!("{entry:?} is not a route such as CN=tencent>aliyun or *=sns"));
                continue;
            };
            let place = place.trim();
            let names = providers(place, names, &mut wrong);
            let is_repeated = if place == "*" {
                !std::mem::replace(&mut routes.rest, names).is_empty()
            } else if let Some(country) = Country::parse(place) {
                routes.countries.push((country, names));
                routes.countries.iter().filter(|(other, _)| *other == country).count() > 1
            } else {
                wrong.push(format!("{place:?} is not the ISO 3166-1 code of a country with phone numbers"));
                false
            };
            if is_repeated {
                wrong.push(format!("{place} has two routes"));
            }
        }
        (routes, wrong)
    }

    /// The providers for a country's numbers, in order.
    pub(super) fn of(&self, country: Country) -> &[Name] {
        let own = self.countries.iter().find(|(of, _)| *of == country);
        own.map_or(&self.rest, |(_, names)| names)
    }

    /// The providers that a route names.
    pub(super) fn names(&self) -> impl Iterator<Item = Name> {
        let routes = || self.countries.iter().map(|(_, names)| names).chain([&self.rest]);
        Name::ALL.into_iter().filter(move |name| routes().any(|names| names.contains(name)))
    }
}

/// Parses the providers of one route.
fn providers(place: &str, list: &str, wrong: &mut Vec<String>) -> Vec<Name> {
    let mut names = Vec::new();
    for text in list.split('>').map(str::trim) {
        match Name::ALL.into_iter().find(|name| name.as_str() == text) {
            Some(name) if names.contains(&name) => {
                wrong.push(format!("the route of {place} names {text} twice"));
            }
            Some(name) => names.push(name),
            None if text.is_empty() => wrong.push(format!("the route of {place} lacks a provider")),
            None => {
                let all = Name::ALL.map(Name::as_str).join(", ");
                wrong.push(format!("{text:?} is not one of the providers {all}"));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    /// The mistakes in these routes, for numbers of China and Hong Kong.
    fn wrong(routes: &str) -> Vec<String> {
        let countries = Countries::new(&["CN", "HK"], "CN").unwrap();
        let env = Env::new([("SMS_ROUTES".to_owned(), routes.to_owned())]);
        let error = env.settings(|env| Some(Routes::read(env, Some(&countries)))).err();
        let lines = error.map(|error| error.to_string()).unwrap_or_default();
        lines.lines().skip(1).map(|line| line.trim_start_matches("- SMS_ROUTES: ").to_owned()).collect()
    }

    #[test]
    fn without_a_setting_sns_carries_everything() {
        let routes = Env::new([]).settings(|env| Some(Routes::read(env, None))).unwrap();
        assert_eq!(routes.of(country("CN")), [Name::Sns]);
        assert_eq!(routes.names().collect::<Vec<_>>(), [Name::Sns]);
    }

    #[test]
    fn a_country_has_its_own_route_or_that_of_the_rest() {
        let (routes, wrong) = Routes::parse(" CN = tencent > aliyun , *=sns");
        assert_eq!(wrong, [""; 0]);
        assert_eq!(routes.of(country("CN")), [Name::Tencent, Name::Aliyun]);
        assert_eq!(routes.of(country("HK")), [Name::Sns]);
        assert_eq!(routes.names().count(), 3);
        assert_eq!(Routes::parse("CN=aliyun").0.names().collect::<Vec<_>>(), [Name::Aliyun]);
    }

    #[cfg(feature = "openapi")]
    #[test]
    fn the_page_of_settings_knows_every_provider() {
        assert_eq!(Routes::parse(ALL_PROVIDERS).0.names().collect::<Vec<_>>(), Name::ALL);
    }

    #[test]
    fn every_allowed_country_has_a_route() {
        assert_eq!(wrong("CN=sns,HK=aliyun"), [""; 0]);
        assert_eq!(wrong("CN=sns,HK=aliyun,FR=sns"), [""; 0]);
        assert_eq!(wrong("CN=tencent"), ["HK of ALLOWED_COUNTRIES has no route"]);
    }

    #[test]
    fn all_mistakes_in_the_routes_are_reported_at_once() {
        assert_eq!(
            wrong("CN=twilio,XX=sns,*=,HK=sns,HK=aliyun>aliyun,sns"),
            [
                r#""twilio" is not one of the providers sns, tencent, aliyun"#,
                r#""XX" is not the ISO 3166-1 code of a country with phone numbers"#,
                "the route of * lacks a provider",
                "the route of HK names aliyun twice",
                "HK has two routes",
                r#""sns" is not a route such as CN=tencent>aliyun or *=sns"#,
            ]
        );
        for routes in ["CN=sns,", "*=sns>", "*=>sns", "*=sns,*=aliyun", "cn=sns,*=sns", "=sns", "*=SNS"] {
            assert_eq!(wrong(routes).len(), 1, "{routes}: {:?}", wrong(routes));
        }
    }
}
