//! The list of cases against the sandbox itself, a fresh one for each; and what only the sandbox has.

#[path = "cases.rs"]
mod cases;
mod sandbox;

use cases::Node;
use quittance_devnet::Devnet;

macro_rules! tests {
    ($($module:ident::$case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                on_a_sandbox(|node| async move { cases::$module::$case(&node).await }).await;
            }
        )*
    };
}

async fn on_a_sandbox<F: Future<Output = ()>>(case: impl FnOnce(Node) -> F) {
    let devnet = Devnet::builder().start().await.unwrap();
    case(Node::at(&devnet.url()).await).await;
}

cases::each_case!(tests);
