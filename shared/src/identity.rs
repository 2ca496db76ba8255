//! The person as WeChat names them: the openid, and the ticket that proves it.

mod openid;
mod ticket;

pub use openid::{Openid, Unionid};
pub use ticket::{TICKET_KEY, TicketError, TicketKey, Vouched, WechatIdentity};
