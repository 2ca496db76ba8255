//! Who WeChat says is there: the openid, and the ticket that proves WeChat's word for it.

mod openid;
mod ticket;

pub use openid::{Openid, Unionid};
pub use ticket::{TICKET_KEY, TicketError, TicketKey, Vouched, WechatIdentity};
