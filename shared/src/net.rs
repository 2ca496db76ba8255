//! The way out of the functions: whom TLS trusts, and the pools of connections, set up once.
//!
//! The SDK's own client reads the system's root certificates at each start, which takes as long as all the rest of it, and
//! brings HTTP/2, which `DynamoDB` and SNS do not speak (docs/adr/0012-https.md).

mod json;
mod pool;
mod tls;

pub use json::{JsonAnswer, JsonClient, JsonError};
pub(crate) use pool::Pool;
pub use rustls::ClientConfig;
pub(crate) use tls::read;
