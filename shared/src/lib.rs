//! What two or more of the functions need: the contract's values as types, the codes table, problems, settings, logs.
//!
//! Nothing here knows a function. Time and randomness come in as [`clock::Clock`] and [`random::Random`].

pub mod aws;
pub mod clock;
pub mod codes;
pub mod config;
pub mod http;
pub mod identity;
pub mod net;
pub mod phone;
pub mod problem;
pub mod random;
pub mod telemetry;
pub mod token;
