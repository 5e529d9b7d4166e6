//! A chain behind JSON-RPC, at several nodes.
//!
//! [`Rpc`] is a [`Chain`](crate::Chain). Each of its questions is one HTTP request to one node, however many things are asked. A node that does not
//! answer, answers nonsense, or is behind the others is set aside and looked at again later; the next one is asked instead. A signed
//! transaction goes to all nodes that are well.
//!
//! What a node says is read strictly: as many answers as questions, each of the right type, receipts of the transactions that were asked
//! about, logs that the filter picks. Anything else is the fault of the node, never of a payment.
//!
//! Addresses of nodes hold keys as often as not. They are printed by nothing here: a node is called by its place in the list.

mod ask;
mod broadcast;
mod endpoint;
mod envelope;
mod node;
mod oracle;
mod read;
mod transport;

#[cfg(test)]
mod tests;

pub use endpoint::{EndpointError, EndpointUrl};
pub use node::{ConnectError, Rpc, RpcOptions};
