//! Time, as a parameter.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::{DateTime, date_time::Format};
use serde::{Deserialize, Serialize};

/// A UTC day: Unix time has no leap seconds.
pub const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// A moment, in whole seconds since the Unix epoch: the resolution of JWT's `NumericDate` and of `DynamoDB`'s TTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment this many seconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Midnight UTC of a day such as `2027-01-31` (RFC 3339's `full-date`); `None` for other forms and days before 1970.
    #[must_use]
    pub fn from_date(day: &str) -> Option<Self> {
        let midnight = DateTime::from_str(&format!("{day}T00:00:00Z"), Format::DateTime).ok()?;
        midnight.secs().try_into().ok().map(Self)
    }

    /// In RFC 3339: `2027-01-31T12:00:00Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let seconds = i64::try_from(self.0).unwrap_or(i64::MAX);
        DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default()
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// The moment that is `seconds` later.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The moment that is `seconds` earlier.
    #[must_use]
    pub const fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds from here to `later`; 0 if `later` has passed.
    #[must_use]
    pub const fn seconds_until(self, later: Self) -> u64 {
        later.0.saturating_sub(self.0)
    }

    /// The UTC day's number, counted from the Unix epoch.
    #[must_use]
    pub const fn day(self) -> u64 {
        self.0 / SECONDS_PER_DAY
    }

    /// The next midnight UTC.
    #[must_use]
    pub const fn next_day(self) -> Self {
        Self((self.day() + 1) * SECONDS_PER_DAY)
    }
}

/// Tells the time. Production uses [`SystemClock`]; tests turn a clock by hand.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        // A clock set before 1970 reads as 1970: every code and ticket is then refused.
        Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}
