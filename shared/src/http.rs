//! From Lambda's event to a call, and from a flow's result to the contract's answer.

mod answer;
mod call;
mod field;
pub mod lambda;
mod log;
pub mod operator;
mod request;
mod route;

pub use answer::Reply;
pub use call::Call;
pub use field::{Field, PHONE_NUMBER};
pub use request::{Fields, RequestError};
pub use route::{Route, serve};
