//! The mix: how often each flow happens.

use super::flows::Flow;

/// The shares and rates of what people do.
#[derive(Debug, Clone)]
pub struct Mix {
    /// The share of the logins by new people.
    pub new: f64,
    /// The share of the logins by one tap.
    pub taps: f64,
    /// The share of the logins by SMS that ask for a second code.
    pub resends: f64,
    /// The share of the logins by SMS with a wrong code before the right one.
    pub wrong: f64,
    /// Renewals per login.
    pub renewals: f64,
    /// Requests for a code by one host that is over its limit, per login.
    pub pumping: f64,
    /// The share of all people who are behind the busiest address, such as a carrier's.
    pub behind_one: f64,
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            new: 0.1,
            taps: 0.5,
            resends: 0.2,
            wrong: 0.1,
            renewals: 1.0,
            pumping: 0.02,
            behind_one: 0.001,
        }
    }
}

impl Mix {
    /// The default with some shares replaced, such as `taps=0.2`. `None` for an unknown share or a bad value.
    pub fn with(shares: &[&str]) -> Option<Self> {
        let mut mix = Self::default();
        for share in shares {
            let (name, value) = share.split_once('=')?;
            let of = match name {
                "new" => &mut mix.new,
                "taps" => &mut mix.taps,
                "resends" => &mut mix.resends,
                "wrong" => &mut mix.wrong,
                "renewals" => &mut mix.renewals,
                "pumping" => &mut mix.pumping,
                "behind-one" => &mut mix.behind_one,
                _ => return None,
            };
            let most = if ["renewals", "pumping"].contains(&name) { f64::MAX } else { 1.0 };
            *of = value.parse().ok().filter(|value| (0.0..=most).contains(value))?;
        }
        Some(mix)
    }

    /// How often a flow happens, per login.
    pub fn of(&self, flow: Flow) -> f64 {
        let (sms, known) = (1.0 - self.taps, 1.0 - self.new);
        match flow {
            Flow::NewBySms => self.new * sms,
            Flow::KnownBySms => known * sms,
            Flow::NewByTap => self.new * self.taps,
            Flow::KnownByTap => known * self.taps,
            Flow::Resend => self.resends * sms,
            Flow::WrongCode => self.wrong * sms,
            Flow::Renewal => self.renewals,
            Flow::Pumping => self.pumping,
        }
    }

    /// Codes that are sent, per login.
    pub fn codes(&self) -> f64 {
        (1.0 - self.taps) * (1.0 + self.resends)
    }
}
