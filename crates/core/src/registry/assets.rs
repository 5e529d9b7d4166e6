//! The assets that prices may be given in.
//!
//! A row says how a token is paid and how its payments are signed. Name and version of the signing domain are not what the token is
//! called on a website: USDC signs as `USD Coin` on most networks and as `USDC` on others, and a payment signed under the wrong one
//! fails. So each row pins the domain separator that its name, version, chain and address give.
//!
//! Where the SDKs contradict each other, a row follows the chain where its separator is known, and otherwise nobody:
//!
//! - Polygon USDC signs as `USD Coin`, which the chain's own separator confirms; x402-rs says `USDC` (map row S24).
//! - Monad USDC signs as `USDC`, likewise confirmed; TypeScript and Go still said `USD Coin` in April 2026 (map row S25).
//! - USDC on the XRPL EVM sidechain stands in x402-rs alone, with 15 decimals where every other USDC has 6. An amount that is wrong by
//!   nine digits is worse than a missing default, so it is left out; whoever knows better can configure it (map row S26).
//!
//! [`Evidence`] says which separators have been compared with what the chain itself answers. The rows for Ethereum Sepolia, OP
//! Mainnet and OP Sepolia stand in no SDK's table; their addresses are those the issuer publishes.

use super::networks::*;
use crate::address::Address;
use crate::eip712::DomainSeparator;
use crate::hex;
use crate::network::Network;

/// An asset, with everything that is known about paying in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AssetInfo {
    /// The network that it lives on.
    pub network: Network,
    /// What it is called on the wire, in its one canonical spelling: an address with the checksum of EIP-55, or a base58 mint.
    pub id: &'static str,
    /// Its ticker.
    pub symbol: &'static str,
    /// How many decimal places one whole unit has.
    pub decimals: u8,
    /// What kind of token it is.
    pub token: Token,
}

impl AssetInfo {
    /// The token, if it is one of an EVM network.
    #[must_use]
    pub const fn erc20(&self) -> Option<&Erc20> {
        match &self.token {
            Token::Erc20(erc20) => Some(erc20),
            Token::Spl(_) => None,
        }
    }

    /// The token, if it is one of Solana.
    #[must_use]
    pub const fn spl(&self) -> Option<&Spl> {
        match &self.token {
            Token::Spl(spl) => Some(spl),
            Token::Erc20(_) => None,
        }
    }
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Token {
    /// A token contract on an EVM network.
    Erc20(Erc20),
    /// A mint on Solana.
    Spl(Spl),
}

/// A token contract on an EVM network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Erc20 {
    /// Where the contract is.
    pub address: Address,
    /// How a payment moves it.
    pub transfer: TransferMethod,
    /// Whether its allowance can be given by a signature.
    pub eip2612: Eip2612,
    /// The domain under which its own messages are signed: the authorizations of EIP-3009 and the permits of EIP-2612.
    pub domain: TokenDomain,
    /// How the hash of that domain is known.
    pub evidence: Evidence,
    /// What it does with an authorization of EIP-3009 whose nonce is used or cancelled.
    pub used_nonce: UsedNonce,
    #[cfg(not(target_family = "wasm"))]
    separator: DomainSeparator,
    #[cfg(target_family = "wasm")]
    chain: u64,
}

impl Erc20 {
    /// The hash of its [domain](Self::domain), as the contract's `DOMAIN_SEPARATOR()` returns it.
    ///
    /// It is a constant, which the tests compute. Hashes do not compress: a module that is downloaded has none of them, and computes the one it
    /// needs.
    #[must_use]
    pub fn domain_separator(&self) -> DomainSeparator {
        #[cfg(not(target_family = "wasm"))]
        return self.separator;
        #[cfg(target_family = "wasm")]
        {
            let TokenDomain::NameVersion { name, version } = self.domain;
            crate::eip712::Domain::token(name, version, self.chain, self.address).separator()
        }
    }

    /// Whether a transfer by EIP-3009 that succeeds says that its nonce was unused.
    #[must_use]
    pub const fn reverts_on_used_nonce(&self) -> bool {
        matches!(self.used_nonce, UsedNonce::Reverts)
    }
}

/// Which members a token's EIP-712 domain has.
///
/// Older tokens have domains without a version or with a salt instead of a chain id. None of them is in the table; one whose layout
/// is not listed here is unsupported, never guessed at (catalogue row 87).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenDomain {
    /// `name`, `version`, `chainId` and `verifyingContract`; the latter two are the network's and the token's own.
    NameVersion {
        /// The `name` member.
        name: &'static str,
        /// The `version` member.
        version: &'static str,
    },
}

/// How a payment moves a token (`extra.assetTransferMethod`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TransferMethod {
    /// The token takes a signed authorization itself; what is meant when an offer names no method.
    Eip3009,
    /// The token knows no authorizations and is moved through the Permit2 contract.
    Permit2,
}

impl TransferMethod {
    /// The method's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eip3009 => "eip3009",
            Self::Permit2 => "permit2",
        }
    }
}

/// Whether a token takes the signed allowances of EIP-2612, which a facilitator can use to spare the payer an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Eip2612 {
    /// The SDKs say that it does.
    Supported,
    /// The SDKs say that it does not.
    Unsupported,
    /// Nobody says. It is not needed to pay by EIP-3009, and is not to be relied on.
    Unstated,
}

/// How a domain separator is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Evidence {
    /// It equals the value that public test files and change requests quote from the contract itself.
    Chain,
    /// It was computed from name, version, chain and address, and never compared with the chain. Should the contract use another name
    /// or version, its payments will fail, though no money can be lost by it.
    Computed,
}

/// What a token does with an authorization of EIP-3009 whose nonce is used or cancelled (catalogue row 145).
///
/// Where it reverts, a transfer that would succeed says that the nonce is unused, and nobody needs to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UsedNonce {
    /// It reverts: the token is USDC as its issuer publishes and deploys it (`FiatTokenV2`, `_requireUnusedAuthorization`).
    Reverts,
    /// Nobody says. It may do nothing and report success, as PYUSD is said to.
    Unstated,
}

/// A mint on Solana.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Spl {
    /// The program that owns it, which its token accounts' addresses depend on.
    pub program: TokenProgram,
}

/// The token programs of Solana.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TokenProgram {
    /// The original program.
    Token,
    /// Token-2022, with extensions.
    Token2022,
}

impl TokenProgram {
    /// The program's address.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Token => "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
            Self::Token2022 => "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        }
    }
}

/// Every asset of the registry. The first of a network is its default.
#[must_use]
pub const fn assets() -> &'static [AssetInfo] {
    ASSETS
}

/// The asset that a price in money means on a network.
#[must_use]
pub fn default_asset(network: Network) -> Option<&'static AssetInfo> {
    ASSETS.iter().find(|info| info.network == network)
}

/// The asset that an offer names.
///
/// On EVM networks every valid spelling of the address finds it, and a wrong checksum does not; elsewhere the spelling is exact.
#[must_use]
pub fn asset(network: Network, id: &str) -> Option<&'static AssetInfo> {
    if network.chain_id().is_some() {
        return erc20(network, Address::parse(id).ok()?);
    }
    ASSETS.iter().find(|info| info.network == network && info.id == id)
}

/// The token with this address on an EVM network.
#[must_use]
pub fn erc20(network: Network, address: Address) -> Option<&'static AssetInfo> {
    ASSETS.iter().find(|info| info.network == network && info.erc20().is_some_and(|token| token.address == address))
}

/// One row per asset. EVM: network, ticker, decimals, address, name and version of the signing domain, transfer method, EIP-2612,
/// evidence, used nonce, domain separator. Solana: network, ticker, decimals, mint, program.
macro_rules! asset_table {
    (
        erc20 { $(
            $EVM:ident: $evm_symbol:literal, $evm_decimals:literal, $address:literal, $name:literal $version:literal,
                $Method:ident, $Permit:ident, $Evidence:ident, $Used:ident, $separator:literal;
        )+ }
        spl { $(
            $SVM:ident: $svm_symbol:literal, $svm_decimals:literal, $mint:literal, $Program:ident;
        )+ }
    ) => {
        const ASSETS: &[AssetInfo] = &[
            $( AssetInfo {
                network: $EVM,
                id: $address,
                symbol: $evm_symbol,
                decimals: $evm_decimals,
                token: Token::Erc20(Erc20 {
                    address: Address::from_bytes(hex::literal($address)),
                    transfer: TransferMethod::$Method,
                    eip2612: Eip2612::$Permit,
                    domain: TokenDomain::NameVersion { name: $name, version: $version },
                    evidence: Evidence::$Evidence,
                    used_nonce: UsedNonce::$Used,
                    #[cfg(not(target_family = "wasm"))]
                    separator: DomainSeparator::from_bytes(hex::literal($separator)),
                    #[cfg(target_family = "wasm")]
                    chain: $EVM.chain_id().expect("a token contract lives on an EVM network"),
                }),
            }, )+
            $( AssetInfo {
                network: $SVM,
                id: $mint,
                symbol: $svm_symbol,
                decimals: $svm_decimals,
                token: Token::Spl(Spl { program: TokenProgram::$Program }),
            }, )+
        ];
    };
}

asset_table! {
    erc20 {
        BASE: "USDC", 6, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USD Coin" "2", Eip3009, Unstated, Chain, Reverts,
            "0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f";
        BASE_SEPOLIA: "USDC", 6, "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "USDC" "2", Eip3009, Unstated, Chain, Reverts,
            "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818";
        ETHEREUM: "USDC", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USD Coin" "2", Eip3009, Unstated, Chain, Reverts,
            "0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335";
        SEPOLIA: "USDC", 6, "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0xb90e5057db141a932946e64d09ccb7ffc9b00bd79fec26f698d29af0c83320a6";
        POLYGON: "USDC", 6, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", "USD Coin" "2", Eip3009, Unstated, Chain, Reverts,
            "0xcaa2ce1a5703ccbe253a34eb3166df60a705c561b44b192061e28f2a985be2ca";
        POLYGON_AMOY: "USDC", 6, "0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x5cddc98319864e897e4469bd1d13c2288c677047b54b8cca12bd342adb6be9eb";
        ARBITRUM: "USDC", 6, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "USD Coin" "2", Eip3009, Unstated, Chain, Reverts,
            "0x08d11903f8419e68b1b8721bcbe2e9fc68569122a77ef18c216f10b3b5112c78";
        ARBITRUM_SEPOLIA: "USDC", 6, "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d", "USD Coin" "2", Eip3009, Unstated, Computed,
            Reverts, "0x85944e1292d007732838d6eadfa67589b78ffcededbd4df60488d0af251308bb";
        OPTIMISM: "USDC", 6, "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", "USD Coin" "2", Eip3009, Unstated, Computed, Reverts,
            "0x26d9c34bb1a1c312f69c53b2d93b8be20faafba63af2438c6811713c9b1f933f";
        OPTIMISM_SEPOLIA: "USDC", 6, "0x5fd84259d66Cd46123540766Be93DFE6D43130D7", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x09d038a3e46040fc37eb01174dbbcdb7981fbd8eafd9e1a857b1c67805dfb29e";
        AVALANCHE: "USDC", 6, "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", "USD Coin" "2", Eip3009, Unstated, Computed, Reverts,
            "0xbbea200329a938bc3438984a49cb0732e66d66d7bd59c127abacc1710e77f7b3";
        AVALANCHE_FUJI: "USDC", 6, "0x5425890298aed601595a70AB815c96711a31Bc65", "USD Coin" "2", Eip3009, Unstated, Computed, Reverts,
            "0xfe9fa105a0e9629446730e544caa6b8d05d8d4fc93451750dc50e2ddd6d374b3";
        ARC: "USDC", 6, "0x3600000000000000000000000000000000000000", "USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0x940506929bba468048a19b567f4f0d534714bc06604b5c3017e5d16785ccdf84";
        ARC_TESTNET: "USDC", 6, "0x3600000000000000000000000000000000000000", "USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0x361191522483d32a83e70ae7183b4b9629442c13a78bc9921d6f707911c8c6b0";
        MONAD: "USDC", 6, "0x754704Bc059F8C67012fEd69BC8A327a5aafb603", "USDC" "2", Eip3009, Unstated, Chain, Reverts,
            "0xfe22123edc0dd4aeb912eb7948c5f0e531592c2053b3067612f427db342c93c6";
        MONAD_TESTNET: "USDC", 6, "0x534b2f3A21130d7a60830c2Df862319e593943A3", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0xf1090f5a61ddee19528cecc447be0f91c7205fc2b34dd271fc0de87809a0a48d";
        ADI: "USDC.e", 6, "0x9cb8142aEBBcdc60AF7c97Af897A67A8f3CA71C2", "USDC.e" "2", Eip3009, Unstated, Computed, Unstated,
            "0x4369b2ef8a73be962c9aaf8dcddc38d022dca40af0729d7e4c80a3b44f6698fa";
        CELO: "USDC", 6, "0xcebA9300f2b948710d2653dD7B07f33A8B32118C", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0xb2ce31d2838445fa765a491f550e7c78ac7280ab0f3bc9d6063a86df9c3fb578";
        CELO: "USDT", 6, "0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e", "Tether USD" "1", Eip3009, Unstated, Computed, Unstated,
            "0xbcb4d62e4834b598d0eacecd84c0b397a0254e077c41cf2143e394d5701d1088";
        CELO: "USAT", 6, "0xD2ab3C9A02DBBAB236BfEC45D1d755DF4267F771", "Tether America USD" "1", Eip3009, Unstated, Computed, Unstated,
            "0xe6bbb7920a85afd44befe87c998da24b8b655c972faf8a8acbdf38c829ff8bf2";
        CELO_SEPOLIA: "USDC", 6, "0x01C5C0122039549AD1493B8220cABEdD739BC44E", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x23f491197bb8c5ea4fe8dd4c2293b600f073553f9814015e7a5eb57724df9578";
        FLARE: "USDT0", 6, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D", "USD₮0" "1", Eip3009, Unstated, Computed, Unstated,
            "0x4c53d754dcb2f406ecf83695856d8c10b13296a318d9a481043412bf253d43ae";
        HPP: "USDC.e", 6, "0x401eCb1D350407f13ba348573E5630B83638E30D", "Bridged USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0xec205e80d13812cd615a90f0751d6abc05df7ebcbb86c5c50e6abb874d53df6a";
        HPP_SEPOLIA: "USDC.e", 6, "0x401eCb1D350407f13ba348573E5630B83638E30D", "Bridged USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0x770326a81f629cc1072c47674445f4894838dbc10fb9e90abbb0f05c105ba4f2";
        IGRA: "USDC", 6, "0xA5b8BF902b2844dA17d4506cc827F7F1681735E7", "USDC" "1", Permit2, Unsupported, Computed, Unstated,
            "0x28bce74a6cc06fa84b1d62e091fdd53d7c119236fce935685def34d844802e8f";
        IOTEX: "USDC", 6, "0xcDf79194C6C285077A58da47641D4dBe51F63542", "Bridged USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0x1fe7a84df16e817c1ad4382cf5e2ae126022a073a3d547352184405dcb4943bf";
        MEGAETH: "MegaUSD", 18, "0xFAfDdbb3FC7688494971a79cc65DCa3EF82079E7", "MegaUSD" "1", Permit2, Supported, Computed, Unstated,
            "0x26e1aa8b35bf8653b60726926f670a6ec590674f00b149826914c480d0e798bd";
        MEZO: "mUSD", 18, "0xdD468A1DDc392dcdbEf6db6e34E89AA338F9F186", "Mezo USD" "1", Permit2, Supported, Computed, Unstated,
            "0x0a43819914359cf08d7ef52ccb53aadf5478d3d2fc676003ccb84491d09a3e93";
        MEZO_TESTNET: "mUSD", 18, "0x118917a40FAF1CD7a13dB0Ef56C86De7973Ac503", "Mezo USD" "1", Permit2, Supported, Computed, Unstated,
            "0x6f9f5c5d441374bdc3939f5da85a145469d7ffbc96bfe0cce59e5de7d8f1474f";
        PEAQ: "USDC", 6, "0xbbA60da06c2c5424f03f7434542280FCAd453d10", "USDC" "2", Eip3009, Unstated, Computed, Unstated,
            "0xa7d03bc6a028c2db6a63276917c088f148317e450676587d0832046fd959f2ca";
        RADIUS: "SBC", 6, "0x33ad9e4BD16B69B5BFdED37D8B5D9fF9aba014Fb", "Stable Coin" "1", Permit2, Supported, Computed, Unstated,
            "0xad9d505934aea9cff020dd1fe24aafd01930aed2b6a477d2cd73d55d6f45cc27";
        RADIUS_TESTNET: "SBC", 6, "0x33ad9e4BD16B69B5BFdED37D8B5D9fF9aba014Fb", "Stable Coin" "1", Permit2, Supported, Computed, Unstated,
            "0x153e02f2c4163dc3c9109ee8a3e7adb2a19e6071115ec74f8573c6638068081d";
        SEI: "USDC", 6, "0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x0a19136106ae98d2c245cbbd451f3cb2bbbb1670e1ee191abacb5a5e255c0255";
        SEI_TESTNET: "USDC", 6, "0x4fCF1784B31630811181f670Aea7A7bEF803eaED", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x154bb5980ce1d584a1067dc67730720e6046d0364a2ade0b692dd488e71fe653";
        STABLE: "USDT0", 6, "0x779Ded0c9e1022225f8E0630b35a9b54bE713736", "USDT0" "1", Eip3009, Unstated, Computed, Unstated,
            "0xf21cc02b28f1a6c8d5ae07aaf9d8954535a11acbaf36923aef1b21d0fc27b221";
        STABLE_TESTNET: "USDT0", 6, "0x78Cf24370174180738C5B8E352B6D14c83a6c9A9", "USDT0" "1", Eip3009, Unstated, Computed, Unstated,
            "0x8ab6d6926f29d5cf5137b569b2033492d332e54bfc801640d48745da4ab8c1fe";
        XDC: "USDC", 6, "0xfA2958CB79b0491CC627c1557F441eF849Ca8eb1", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0xe3bb44ae105af7e23bb39b117e22bbcbf435066554f45b3a9bbcba42c80fe56d";
        XDC_APOTHEM: "USDC", 6, "0xb5AB69F7bBada22B28e79C8FFAECe55eF1c771D4", "USDC" "2", Eip3009, Unstated, Computed, Reverts,
            "0x3835afe643ce123f3bc71a8e3123e24651d2d4309bbf3ba58329a1db60b9b2c3";
    }
    spl {
        SOLANA: "USDC", 6, "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", Token;
        SOLANA: "USDT", 6, "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB", Token;
        SOLANA: "USDG", 6, "2u1tszSeqZ3qBWF3uNGPFc8TzMk2tdiwknnRMWGWjGWH", Token2022;
        SOLANA: "PYUSD", 6, "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo", Token2022;
        SOLANA: "CASH", 6, "CASHx9KJUStyftLFWGvEVf59SGeG9sh5FfcnZMVPCASH", Token2022;
        SOLANA_DEVNET: "USDC", 6, "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU", Token;
        SOLANA_DEVNET: "USDG", 6, "4F6PM96JJxngmHnZLBh9n58RH4aTVNWvDs2nuwrT5BP7", Token2022;
        SOLANA_DEVNET: "PYUSD", 6, "CXk2AMBfi3TwaEL2468s6zP8xq9NxTXjp9gjMgzeUynM", Token2022;
        SOLANA_TESTNET: "USDC", 6, "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU", Token;
        SOLANA_TESTNET: "USDG", 6, "4F6PM96JJxngmHnZLBh9n58RH4aTVNWvDs2nuwrT5BP7", Token2022;
        SOLANA_TESTNET: "PYUSD", 6, "CXk2AMBfi3TwaEL2468s6zP8xq9NxTXjp9gjMgzeUynM", Token2022;
    }
}
