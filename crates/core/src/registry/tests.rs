use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;
use crate::address::Address;
use crate::eip712::Domain;
use crate::hash::keccak256;
use crate::network::Network;

/// The separator of a four-member domain from the words of EIP-712 alone, so that it can disagree with our own EIP-712 code.
fn separator(name: &str, version: &str, chain_id: u64, contract: Address) -> [u8; 32] {
    let domain_type = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    let mut words = Vec::new();
    words.extend(keccak256(domain_type));
    words.extend(keccak256(name.as_bytes()));
    words.extend(keccak256(version.as_bytes()));
    words.extend([0; 24]);
    words.extend(chain_id.to_be_bytes());
    words.extend([0; 12]);
    words.extend(contract.as_bytes());
    keccak256(&words)
}

fn domain(token: &Erc20) -> (&'static str, &'static str) {
    let TokenDomain::NameVersion { name, version } = token.domain;
    (name, version)
}

#[test]
fn every_pinned_separator_is_the_one_of_its_row() {
    for info in assets() {
        let Some(token) = info.erc20() else { continue };
        let (name, version) = domain(token);
        let chain_id = info.network.chain_id().expect("an ERC-20 token lives on an EVM network");
        assert_eq!(
            separator(name, version, chain_id, token.address),
            *token.domain_separator().as_bytes(),
            "{} {}",
            info.network,
            info.symbol
        );
        // what a module that is downloaded computes in its place
        let computed = Domain::token(name, version, chain_id, token.address).separator();
        assert_eq!(computed, token.domain_separator(), "{} {}", info.network, info.symbol);
    }
}

/// Values that eth-account gave, and that chains or published tests confirm: a slip in the table and in the hash above at once would
/// still meet these.
#[test]
fn known_separators() {
    for (network, separator) in [
        (networks::BASE, "02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f"),
        (networks::BASE_SEPOLIA, "71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"),
        (networks::ETHEREUM, "06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335"),
        (networks::MONAD, "fe22123edc0dd4aeb912eb7948c5f0e531592c2053b3067612f427db342c93c6"),
        (networks::POLYGON, "caa2ce1a5703ccbe253a34eb3166df60a705c561b44b192061e28f2a985be2ca"),
        (networks::ARBITRUM, "08d11903f8419e68b1b8721bcbe2e9fc68569122a77ef18c216f10b3b5112c78"),
        (networks::FLARE, "4c53d754dcb2f406ecf83695856d8c10b13296a318d9a481043412bf253d43ae"),
        (networks::OPTIMISM, "26d9c34bb1a1c312f69c53b2d93b8be20faafba63af2438c6811713c9b1f933f"),
        (networks::OPTIMISM_SEPOLIA, "09d038a3e46040fc37eb01174dbbcdb7981fbd8eafd9e1a857b1c67805dfb29e"),
        (networks::SEPOLIA, "b90e5057db141a932946e64d09ccb7ffc9b00bd79fec26f698d29af0c83320a6"),
    ] {
        let token = default_asset(network).and_then(AssetInfo::erc20).expect("the network has a default token");
        let pinned = token.domain_separator().as_bytes().map(|byte| std::format!("{byte:02x}")).concat();
        assert_eq!(pinned, separator, "{network}");
    }
}

#[test]
fn row_145_only_of_the_issuers_own_usdc_is_it_known_that_a_used_nonce_reverts() {
    let known = assets().iter().filter(|info| info.erc20().is_some_and(Erc20::reverts_on_used_nonce));
    for info in known.clone() {
        let token = info.erc20().expect("it is one");
        assert_eq!((info.symbol, info.decimals, token.transfer), ("USDC", 6, TransferMethod::Eip3009), "{}", info.network);
        assert_eq!(domain(token).1, "2", "{}", info.network);
    }
    assert_eq!(known.count(), 20);
    // a system contract, a bridged token, and one by another method
    for network in [networks::ARC, networks::IOTEX, networks::IGRA] {
        let token = default_asset(network).and_then(AssetInfo::erc20).expect("the network has a default token");
        assert_eq!(token.used_nonce, UsedNonce::Unstated, "{network}");
    }
}

#[test]
fn row_83_the_wrong_names_give_other_separators() {
    for (network, wrong_name, start, end) in [
        (networks::BASE, "USDC", [0xe8, 0x24, 0xbe, 0x45], [0xa3, 0xd7]),
        (networks::BASE_SEPOLIA, "USD Coin", [0x2f, 0x5a, 0xb5, 0xee], [0x06, 0x8b]),
        (networks::MONAD, "USD Coin", [0xf9, 0x3d, 0xcb, 0x08], [0xbe, 0x70]),
        (networks::POLYGON, "USDC", [0x24, 0xd5, 0x72, 0x65], [0x50, 0xd1]),
    ] {
        let token = default_asset(network).and_then(AssetInfo::erc20).expect("the network has a default token");
        let (name, version) = domain(token);
        assert_ne!(name, wrong_name);
        let wrong = separator(wrong_name, version, network.chain_id().expect("an EVM network"), token.address);
        assert_ne!(wrong, *token.domain_separator().as_bytes());
        assert!(wrong.starts_with(&start) && wrong.ends_with(&end), "{network}");
    }
}

#[test]
fn row_41_the_one_name_outside_ascii_is_kept() {
    let token = default_asset(networks::FLARE).and_then(AssetInfo::erc20).expect("Flare has a default token");
    assert_eq!(domain(token).0.as_bytes(), b"USD\xe2\x82\xae0");
}

#[test]
fn no_network_name_or_asset_stands_twice() {
    let unique = |count: usize, total: usize| assert_eq!(count, total);
    let of = networks().iter();
    unique(of.clone().map(|info| info.network).collect::<BTreeSet<_>>().len(), networks().len());
    unique(of.clone().map(|info| info.name).collect::<BTreeSet<_>>().len(), networks().len());
    let v1_names: Vec<_> = of.filter_map(|info| info.v1_name).collect();
    unique(v1_names.iter().collect::<BTreeSet<_>>().len(), v1_names.len());
    let of = assets().iter();
    unique(of.clone().map(|info| (info.network, info.id)).collect::<BTreeSet<_>>().len(), assets().len());
    unique(of.clone().map(|info| (info.network, info.symbol)).collect::<BTreeSet<_>>().len(), assets().len());
    let separators: Vec<_> = of.filter_map(AssetInfo::erc20).map(|token| token.domain_separator()).collect();
    unique(separators.iter().collect::<BTreeSet<_>>().len(), separators.len());
}

#[test]
fn every_address_is_written_with_its_checksum() {
    for info in assets() {
        match info.token {
            Token::Erc20(token) => {
                assert_eq!(token.address.to_string(), info.id);
                assert_eq!(Address::parse_party(info.id), Ok(token.address));
            }
            Token::Spl(_) => {
                assert!((32..=44).contains(&info.id.len()), "{}", info.id);
                assert!(info.id.bytes().all(|b| b.is_ascii_alphanumeric() && !b"0OIl".contains(&b)), "{}", info.id);
            }
        }
    }
}

#[test]
fn every_asset_lives_on_a_network_of_the_registry() {
    for info in assets() {
        assert!(network_info(info.network).is_some(), "{}", info.network);
        assert_eq!(info.network.chain_id().is_some(), info.erc20().is_some());
        assert_eq!(info.network.namespace() == "solana", info.spl().is_some());
        assert!(matches!(info.decimals, 6 | 18), "{}", info.symbol);
    }
}

#[test]
fn every_network_is_its_own_text() {
    for info in networks() {
        assert_eq!(Network::parse(info.network.as_str()), Ok(info.network));
        assert_eq!(network_info(info.network), Some(info));
    }
}

#[test]
fn every_v1_name_goes_there_and_back() {
    let mut count = 0;
    for info in networks() {
        assert_eq!(v1_name(info.network), info.v1_name);
        if let Some(name) = info.v1_name {
            assert_eq!(network_by_v1_name(name), Some(info.network), "{name}");
            count += 1;
        }
    }
    assert_eq!(count, 32);
}

#[test]
fn v1_names_are_exact_and_no_identifiers() {
    for name in ["", "Base", "base ", "eip155:8453", "mainnet", "base-mainnet", "optimism"] {
        assert_eq!(network_by_v1_name(name), None, "{name:?}");
    }
    assert_eq!(v1_name(networks::OPTIMISM), None);
    assert_eq!(v1_name(Network::eip155(1513)), None);
}

#[test]
fn the_contested_names_follow_typescript_and_go() {
    for (name, here, python) in [
        ("story", "eip155:1514", "eip155:1513"),
        ("educhain", "eip155:41923", "eip155:656476"),
        ("skale-base-sepolia", "eip155:324705682", "eip155:1444673419"),
    ] {
        let contested = contested_v1_name(name).expect("the name is contested");
        assert_eq!((contested.network.as_str(), contested.python.as_str()), (here, python));
        assert_eq!(network_by_v1_name(name), Some(contested.network));
    }
    assert_eq!(contested_v1_name("base"), None);
}

#[test]
fn a_default_is_the_first_of_its_network() {
    for (network, symbol) in [
        (networks::BASE, Some("USDC")),
        (networks::CELO, Some("USDC")),
        (networks::FLARE, Some("USDT0")),
        (networks::SOLANA, Some("USDC")),
        (networks::ARC_TESTNET, Some("USDC")),
        (networks::XRPL_EVM, None),
        (networks::STORY, None),
        (Network::eip155(31337), None),
    ] {
        assert_eq!(default_asset(network).map(|info| info.symbol), symbol, "{network}");
    }
}

#[test]
fn an_asset_is_found_by_what_an_offer_names() {
    let usdc = default_asset(networks::BASE);
    for id in ["0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"] {
        assert_eq!(asset(networks::BASE, id), usdc);
    }
    let celo: Vec<_> = ["0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e", "0xD2ab3C9A02DBBAB236BfEC45D1d755DF4267F771"]
        .iter()
        .filter_map(|id| asset(networks::CELO, id))
        .map(|info| info.symbol)
        .collect();
    assert_eq!(celo, ["USDT", "USAT"]);
    let mint = "2b1kV6DkPAnxd5ixfnxCpjxmKwqjjaYmCZfHsFu24GXo";
    let pyusd = asset(networks::SOLANA, mint).and_then(AssetInfo::spl).expect("PYUSD is in the registry");
    assert_eq!(pyusd.program, TokenProgram::Token2022);
}

#[test]
fn row_192_a_known_name_at_an_unknown_place_is_unknown() {
    // the right token on the wrong network, a wrong checksum, an unknown token, a mint in another case
    assert_eq!(asset(networks::BASE_SEPOLIA, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), None);
    assert_eq!(asset(networks::BASE, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02914"), None);
    assert_eq!(asset(networks::BASE, "0x036CbD53842c5426634e7929541eC2318f3dCF7e"), None);
    assert_eq!(asset(networks::BASE, "USDC"), None);
    assert_eq!(asset(networks::SOLANA, "epjfwdd5aufqssqem2qn1xzybapc8g4weggkzwytdt1v"), None);
}
