//! The HTTP contract, end to end: a file for each endpoint, then what holds across them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod accounts;
mod consistency;
mod deletion;
mod events;
mod exchange_code;
mod fail_over;
mod failed_sends;
mod faults;
mod gateway;
mod guesses;
mod interleavings;
mod limits;
mod link;
mod login;
mod logout;
mod logs;
mod openapi;
mod operators;
mod played_providers;
mod played_wechat;
mod providers;
mod release;
mod renew;
mod reviewers;
mod round_trips;
mod routes;
mod send_code;
mod settings;
mod tickets;
mod tls;
mod tokens;
mod unclear_sends;
