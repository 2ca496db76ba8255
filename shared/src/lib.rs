//! Code that two or more functions need. Nothing here depends on a function.
//!
//! Input from outside is a parameter: [`config`] reads the environment, [`clock`] tells the time, [`random`] gives
//! randomness. Each module below depends only on these and on the modules above it:
//!
//! | module | purpose |
//! | --- | --- |
//! | [`problem`] | errors as clients see them, in their language |
//! | [`telemetry`] | logs and metrics |
//! | [`net`] | outgoing connections: TLS roots, one pool |
//! | [`phone`] | phone numbers, parsed once |
//! | [`identity`] | the person as WeChat names them, and the ticket that proves it |
//! | [`token`] | how other APIs verify the tokens of a login |
//! | [`aws`] | access to AWS: the clients' configuration, secrets, failures |
//! | [`http`] | from Lambda's event to a call, and from its result to the answer |
//! | [`codes`] | verification codes: drawn, stored under a pepper, judged |
//! | [`check`] | an operator's check of a deployment: settings, secrets, tables |

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
