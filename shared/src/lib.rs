//! What two or more of the functions need. Nothing here knows a function.
//!
//! What comes in from outside is a parameter: [`config`] reads the environment, [`clock`] tells the time, [`random`] brings
//! what nobody can guess. On them stand the rooms, each on those above it alone:
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`problem`] | what a failing client is told, and in which language |
//! | [`telemetry`] | what whoever runs the system is told: logs and metrics |
//! | [`net`] | the way out: whom TLS trusts, one pool of connections |
//! | [`phone`] | phone numbers, parsed once |
//! | [`identity`] | who WeChat says is there, and the ticket that proves it |
//! | [`token`] | how an API of others checks the tokens that a login ends in |
//! | [`aws`] | the one way to AWS: the clients' set-up, the secrets, what is known of a failure |
//! | [`http`] | from Lambda's event to a call, and from its outcome to the answer |
//! | [`codes`] | verification codes: drawn, kept under a pepper, judged |
//! | [`check`] | what an operator is told of a deployment: settings, secrets, tables |

pub mod aws;
pub mod check;
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
