//! The console in a real Chromium, through chromedriver. `.ci/browser` installs both, and axe, and runs this. Each screen that
//! a test checks is saved in `target/screens/`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod login;
mod looks;
mod page;
mod session;
mod tap;
mod timeline;
