//! The contracts that the sandbox begins with, and how code comes to stand at an address nobody deployed it to.
//!
//! A constructor decides part of the code: Permit2 and the token keep the chain's number, their own address and the hash of their
//! domain in it. So no finished code is copied. The creation code, with its arguments behind it, is put at the final address and
//! called there once: it sees the right chain and the right `address(this)`, writes its storage where it belongs, and answers with
//! the code to keep, which then replaces it. The same works over JSON-RPC on any node that can set code, and that is how the tests
//! put the same contracts on another node.

use alloy_primitives::{Address, Bytes, address, hex};
use serde::Deserialize;

/// Permit2, as compiled from its published sources.
pub const PERMIT2: Address = address!("0x000000000022D473030F116dDEE9F6B43aC78BA3");
/// The x402 proxy for `exact`: anybody settles, the whole permitted amount.
pub const EXACT_PROXY: Address = address!("0x402085c248EeA27D92E8b30b2C58ed07f9E20001");
/// The x402 proxy for `upto`: the named facilitator settles, up to the permitted amount.
pub const UPTO_PROXY: Address = address!("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002");
/// Multicall3.
pub const MULTICALL3: Address = address!("0xcA11bde05977b3631167028862bE2a173976CA11");
/// Makes ERC-1271 wallets of one key at addresses known before, as ERC-6492 wants; only the sandbox has it.
pub const WALLET_FACTORY: Address = address!("0x6492000000000000000000000000000000000001");
/// The code of such a wallet for accounts to delegate to (EIP-7702); only the sandbox has it.
pub const WALLET: Address = address!("0x7702000000000000000000000000000000000001");

/// USDC on Base Sepolia.
const USDC_BASE_SEPOLIA: Address = address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
/// USDC on Base.
const USDC_BASE: Address = address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
/// The chain number of Base.
const BASE: u64 = 8453;

/// A token that authorizations (EIP-3009), permits (EIP-2612) and plain calls move, and that anybody may mint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// Where it stands.
    pub address: Address,
    /// Its name, for signing too; at most 31 bytes.
    pub name: String,
    /// Its version for signing; at most 31 bytes.
    pub version: String,
    /// Its ticker.
    pub symbol: String,
    /// How many decimals its amounts have.
    pub decimals: u8,
}

impl Token {
    /// A token of six decimals, with its name as ticker.
    pub fn new(address: Address, name: impl Into<String>, version: impl Into<String>) -> Self {
        let name = name.into();
        Self { address, symbol: name.clone(), name, version: version.into(), decimals: 6 }
    }

    /// The same with other decimals.
    #[must_use]
    pub fn with_decimals(self, decimals: u8) -> Self {
        Self { decimals, ..self }
    }

    /// USDC as Base has it for the chain number of Base, as Base Sepolia has it for every other: at its address, under its name.
    pub fn usdc(chain_id: u64) -> Self {
        let (address, name) = if chain_id == BASE { (USDC_BASE, "USD Coin") } else { (USDC_BASE_SEPOLIA, "USDC") };
        Self { symbol: "USDC".into(), ..Self::new(address, name, "2") }
    }

    /// What puts the token on a chain.
    pub fn placement(&self) -> Placement {
        let texts = [&self.name, &self.version, &self.symbol].map(|text| text.as_bytes());
        let mut words = Vec::<[u8; 32]>::new();
        let mut tails = Vec::<u8>::new();
        for text in texts {
            words.push(word(4 * 32 + tails.len() as u64));
            tails.extend(word(text.len() as u64));
            tails.extend(text);
            tails.resize(tails.len().next_multiple_of(32), 0);
        }
        words.push(word(self.decimals.into()));
        let arguments = words.concat().into_iter().chain(tails).collect::<Vec<_>>();
        Placement::new(self.address, TOKEN, &arguments)
    }

    /// The call that makes `amount` of the token out of nothing, for `to`.
    pub(crate) fn minting(to: Address, amount: alloy_primitives::U256) -> Bytes {
        // mint(address,uint256)
        [&hex!("40c10f19")[..], &to.into_word()[..], &amount.to_be_bytes::<32>()].concat().into()
    }
}

/// One contract to put at an address by running its constructor there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// Where it is to stand.
    pub address: Address,
    /// The creation code with the constructor's arguments behind it.
    pub creation: Bytes,
}

impl Placement {
    fn new(address: Address, artifact: &str, arguments: &[u8]) -> Self {
        let artifact: Artifact = serde_json::from_str(artifact).expect("the compile script wrote it");
        Self { address, creation: [&artifact.creation, arguments].concat().into() }
    }
}

/// The contracts that every sandbox has beside its tokens, in the order they are to be placed.
pub fn canonical() -> Vec<Placement> {
    let permit2 = PERMIT2.into_word();
    vec![
        Placement::new(PERMIT2, include_str!("../contracts/artifacts/Permit2.json"), &[]),
        Placement::new(EXACT_PROXY, include_str!("../contracts/artifacts/ExactProxy.json"), permit2.as_slice()),
        Placement::new(UPTO_PROXY, include_str!("../contracts/artifacts/UptoProxy.json"), permit2.as_slice()),
        Placement::new(MULTICALL3, include_str!("../contracts/artifacts/Multicall3.json"), &[]),
        Placement::new(WALLET_FACTORY, include_str!("../contracts/artifacts/WalletFactory.json"), &[]),
        // the owner is nobody: only accounts that delegate to this code use it
        Placement::new(WALLET, include_str!("../contracts/artifacts/Wallet.json"), &[0; 32]),
    ]
}

const TOKEN: &str = include_str!("../contracts/artifacts/Token.json");

/// What is needed of a file that the compile script wrote.
#[derive(Deserialize)]
struct Artifact {
    creation: Bytes,
}

fn word(number: u64) -> [u8; 32] {
    alloy_primitives::U256::from(number).to_be_bytes()
}
