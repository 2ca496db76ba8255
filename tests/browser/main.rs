//! The console in a real Chromium, by chromedriver. `.ci/browser` installs both, and axe, and runs this; each screen that
//! a test looks at is left in `target/screens/`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod login;
mod looks;
mod page;
mod session;
mod tap;
mod timeline;
