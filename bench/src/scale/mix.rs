//! What people do.

use super::flows::Flow;

/// What people do, for each login.
#[derive(Debug, Clone)]
pub struct Mix {
    /// Of the logins, those of new people.
    pub new: f64,
    /// Of the logins, those by one tap.
    pub taps: f64,
    /// Of the logins by SMS, those that ask for a second code.
    pub resends: f64,
    /// Of the logins by SMS, those with a wrong code before the right one.
    pub wrong: f64,
    /// Renewals for each login.
    pub renewals: f64,
    /// Requests for a code by one host that is over its limit, for each login.
    pub pumping: f64,
    /// Of all people, those behind the busiest address: a carrier's, say.
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
    /// The default with others of its shares: `taps=0.2`, say. `None` where there is no such share.
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

    /// How often a flow comes for each login.
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

    /// Codes that are sent for each login.
    pub fn codes(&self) -> f64 {
        (1.0 - self.taps) * (1.0 + self.resends)
    }
}
