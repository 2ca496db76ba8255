//! Outgoing connections: the trusted roots, and the pools, set up once.
//!
//! The SDK's own client reads the system's root certificates at each start, which takes as long as the rest of the start,
//! and adds HTTP/2, which `DynamoDB` and SNS do not speak (docs/adr/0012-https.md).

mod json;
mod pool;
mod tls;

pub use json::{JsonAnswer, JsonClient, JsonError};
pub(crate) use pool::Pool;
pub use rustls::ClientConfig;
pub(crate) use tls::read;
