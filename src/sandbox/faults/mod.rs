//! Faults that a test can order: which requests they strike, how often, and what happens to them. Everything is
//! counted and seeded, so the same requests in the same order are struck alike in every run. It works on answers as
//! they are about to be sent; how they come about it must not know.

mod address;
mod batch;
mod doors;
mod huge;
mod instead;
mod json;
mod kind;
mod list;
mod order;
mod page;
mod sending;
mod text;

pub(crate) use address::Here;
pub(crate) use instead::{failure, given, padded, proxy_page, redirect, refused_proxy, retrying};
pub(crate) use kind::{Fault, StatusFault, TouchFault};
pub(crate) use list::Faults;
pub(crate) use order::Order;
pub(crate) use sending::{Ended, send};
