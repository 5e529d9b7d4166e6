//! Asks another node what the sandbox is asked: `cargo run --example against -- http://127.0.0.1:8545`.
//!
//! The node has to be one for development, fresh, on chain 84532, with the well-known accounts in ether. The contracts are put on it
//! first, by the same constructors at the same addresses. Each case begins where the first one did.

#[path = "../tests/chain/cases.rs"]
mod cases;

use std::pin::Pin;
use std::process::ExitCode;

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use quittance_devnet::{Placement, Token, canonical};
use serde_json::json;

use cases::Node;
use cases::abi::IToken;
use cases::node::address;

type Case = for<'a> fn(&'a Node) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

macro_rules! list {
    ($($module:ident::$case:ident,)*) => {
        const CASES: &[(&str, Case)] =
            &[$((concat!(stringify!($module), "::", stringify!($case)), |node| Box::pin(cases::$module::$case(node)))),*];
    };
}

cases::each_case!(list);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(url) = std::env::args().nth(1) else {
        eprintln!("usage: against <url> [part of a case's name]");
        return ExitCode::FAILURE;
    };
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let node = Node::at(&url).await;
    furnish(&node).await;
    let (mut passed, mut failed) = (0, Vec::new());
    for (name, case) in CASES.iter().filter(|(name, _)| name.contains(&wanted)) {
        let snapshot = node.tell("evm_snapshot", json!([])).await;
        let url = url.clone();
        // on a thread of its own, so that a case that fails is one that fails
        let outcome = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async { case(&Node::at(&url).await).await });
        })
        .join();
        node.tell("evm_setAutomine", json!([true])).await;
        node.tell("anvil_removeBlockTimestampInterval", json!([])).await;
        node.tell("evm_revert", json!([snapshot])).await;
        match outcome {
            Ok(()) => {
                passed += 1;
                println!("ok      {name}");
            }
            Err(_) => {
                failed.push(*name);
                println!("FAILED  {name}");
            }
        }
    }
    println!("{passed} cases passed, {} failed", failed.len());
    if failed.is_empty() && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Puts on the node what the sandbox begins with.
async fn furnish(node: &Node) {
    let usdc = Token::usdc(node.chain_id);
    for Placement { address: place, creation, .. } in canonical().into_iter().chain([usdc.placement()]) {
        node.tell("anvil_setCode", json!([place, creation])).await;
        let code = node.simulate(address(9), place, Vec::new()).await.unwrap();
        node.do_it(9, place, Vec::new()).await;
        node.tell("anvil_setCode", json!([place, code])).await;
        node.tell("anvil_setNonce", json!([place, "0x1"])).await;
    }
    for who in 0..10 {
        let value = U256::from(1_000_000_000_000_u64);
        node.do_it(9, usdc.address, IToken::mintCall { to: address(who), value }.abi_encode()).await;
    }
}
