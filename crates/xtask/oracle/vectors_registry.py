"""EIP-712 domain separators: every default asset, the x402 contracts, and each shape that a domain can have."""

from itertools import combinations

from evmfacts import (
    BASE,
    BASE_SEPOLIA,
    BATCH_SETTLEMENT,
    FULL_WORD,
    MAX,
    OFFER_DOMAIN,
    RECEIPT_DOMAIN,
    USDC_BASE,
    USDC_BASE_SEPOLIA,
    USDC_ETHEREUM,
    ZERO_ADDRESS,
    ZERO_WORD,
    permit2_domain,
    token_domain,
)
from oracles import DOMAIN_MEMBERS, domain_type_string, evm_sources, separator
from vectorlib import VectorFile

# Chain, name, version, contract, and the separator that earlier, separate computations or the contract itself gave.
DEFAULT_ASSETS = [
    ("Base", 8453, "USD Coin", "2", USDC_BASE, "0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f"),
    ("Base Sepolia", 84532, "USDC", "2", USDC_BASE_SEPOLIA, "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"),
    ("Ethereum", 1, "USD Coin", "2", USDC_ETHEREUM, "0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335"),
    (
        "Avalanche",
        43114,
        "USD Coin",
        "2",
        "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E",
        "0xbbea200329a938bc3438984a49cb0732e66d66d7bd59c127abacc1710e77f7b3",
    ),
    (
        "MegaETH",
        4326,
        "MegaUSD",
        "1",
        "0xFAfDdbb3FC7688494971a79cc65DCa3EF82079E7",
        "0x26e1aa8b35bf8653b60726926f670a6ec590674f00b149826914c480d0e798bd",
    ),
    (
        "Monad",
        143,
        "USDC",
        "2",
        "0x754704Bc059F8C67012fEd69BC8A327a5aafb603",
        "0xfe22123edc0dd4aeb912eb7948c5f0e531592c2053b3067612f427db342c93c6",
    ),
    (
        "Stable",
        988,
        "USDT0",
        "1",
        "0x779Ded0c9e1022225f8E0630b35a9b54bE713736",
        "0xf21cc02b28f1a6c8d5ae07aaf9d8954535a11acbaf36923aef1b21d0fc27b221",
    ),
    (
        "Stable testnet",
        2201,
        "USDT0",
        "1",
        "0x78Cf24370174180738C5B8E352B6D14c83a6c9A9",
        "0x8ab6d6926f29d5cf5137b569b2033492d332e54bfc801640d48745da4ab8c1fe",
    ),
    (
        "Polygon",
        137,
        "USD Coin",
        "2",
        "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
        "0xcaa2ce1a5703ccbe253a34eb3166df60a705c561b44b192061e28f2a985be2ca",
    ),
    (
        "Arbitrum",
        42161,
        "USD Coin",
        "2",
        "0xaf88d065e77c8cC2239327C5EDb3A432268e5831",
        "0x08d11903f8419e68b1b8721bcbe2e9fc68569122a77ef18c216f10b3b5112c78",
    ),
    (
        "Arbitrum Sepolia",
        421614,
        "USD Coin",
        "2",
        "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d",
        "0x85944e1292d007732838d6eadfa67589b78ffcededbd4df60488d0af251308bb",
    ),
    (
        "Mezo",
        31612,
        "Mezo USD",
        "1",
        "0xdD468A1DDc392dcdbEf6db6e34E89AA338F9F186",
        "0x0a43819914359cf08d7ef52ccb53aadf5478d3d2fc676003ccb84491d09a3e93",
    ),
    (
        "Mezo testnet",
        31611,
        "Mezo USD",
        "1",
        "0x118917a40FAF1CD7a13dB0Ef56C86De7973Ac503",
        "0x6f9f5c5d441374bdc3939f5da85a145469d7ffbc96bfe0cce59e5de7d8f1474f",
    ),
    (
        "Radius",
        723487,
        "Stable Coin",
        "1",
        "0x33ad9e4BD16B69B5BFdED37D8B5D9fF9aba014Fb",
        "0xad9d505934aea9cff020dd1fe24aafd01930aed2b6a477d2cd73d55d6f45cc27",
    ),
    (
        "Radius testnet",
        72344,
        "Stable Coin",
        "1",
        "0x33ad9e4BD16B69B5BFdED37D8B5D9fF9aba014Fb",
        "0x153e02f2c4163dc3c9109ee8a3e7adb2a19e6071115ec74f8573c6638068081d",
    ),
    (
        "chain 36900",
        36900,
        "USDC.e",
        "2",
        "0x9cb8142aEBBcdc60AF7c97Af897A67A8f3CA71C2",
        "0x4369b2ef8a73be962c9aaf8dcddc38d022dca40af0729d7e4c80a3b44f6698fa",
    ),
    (
        "chain 190415",
        190415,
        "Bridged USDC",
        "2",
        "0x401eCb1D350407f13ba348573E5630B83638E30D",
        "0xec205e80d13812cd615a90f0751d6abc05df7ebcbb86c5c50e6abb874d53df6a",
    ),
    (
        "chain 181228",
        181228,
        "Bridged USDC",
        "2",
        "0x401eCb1D350407f13ba348573E5630B83638E30D",
        "0x770326a81f629cc1072c47674445f4894838dbc10fb9e90abbb0f05c105ba4f2",
    ),
    (
        "XDC",
        50,
        "USDC",
        "2",
        "0xfA2958CB79b0491CC627c1557F441eF849Ca8eb1",
        "0xe3bb44ae105af7e23bb39b117e22bbcbf435066554f45b3a9bbcba42c80fe56d",
    ),
    (
        "XDC Apothem",
        51,
        "USDC",
        "2",
        "0xb5AB69F7bBada22B28e79C8FFAECe55eF1c771D4",
        "0x3835afe643ce123f3bc71a8e3123e24651d2d4309bbf3ba58329a1db60b9b2c3",
    ),
    (
        "chain 38833",
        38833,
        "USDC",
        "1",
        "0xA5b8BF902b2844dA17d4506cc827F7F1681735E7",
        "0x28bce74a6cc06fa84b1d62e091fdd53d7c119236fce935685def34d844802e8f",
    ),
    (
        "Flare",
        14,
        "USD\u20ae0",
        "1",
        "0xe7cd86e13AC4309349F30B3435a9d337750fC82D",
        "0x4c53d754dcb2f406ecf83695856d8c10b13296a318d9a481043412bf253d43ae",
    ),
    (
        "Celo",
        42220,
        "USDC",
        "2",
        "0xcebA9300f2b948710d2653dD7B07f33A8B32118C",
        "0xb2ce31d2838445fa765a491f550e7c78ac7280ab0f3bc9d6063a86df9c3fb578",
    ),
    (
        "Celo",
        42220,
        "Tether USD",
        "1",
        "0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e",
        "0xbcb4d62e4834b598d0eacecd84c0b397a0254e077c41cf2143e394d5701d1088",
    ),
    (
        "Celo",
        42220,
        "Tether America USD",
        "1",
        "0xD2ab3C9A02DBBAB236BfEC45D1d755DF4267F771",
        "0xe6bbb7920a85afd44befe87c998da24b8b655c972faf8a8acbdf38c829ff8bf2",
    ),
    (
        "Celo Sepolia",
        11142220,
        "USDC",
        "2",
        "0x01C5C0122039549AD1493B8220cABEdD739BC44E",
        "0x23f491197bb8c5ea4fe8dd4c2293b600f073553f9814015e7a5eb57724df9578",
    ),
    (
        "Sei",
        1329,
        "USDC",
        "2",
        "0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392",
        "0x0a19136106ae98d2c245cbbd451f3cb2bbbb1670e1ee191abacb5a5e255c0255",
    ),
    (
        "Sei testnet",
        1328,
        "USDC",
        "2",
        "0x4fCF1784B31630811181f670Aea7A7bEF803eaED",
        "0x154bb5980ce1d584a1067dc67730720e6046d0364a2ade0b692dd488e71fe653",
    ),
    (
        "Monad testnet",
        10143,
        "USDC",
        "2",
        "0x534b2f3A21130d7a60830c2Df862319e593943A3",
        "0xf1090f5a61ddee19528cecc447be0f91c7205fc2b34dd271fc0de87809a0a48d",
    ),
    (
        "Arc",
        5042,
        "USDC",
        "2",
        "0x3600000000000000000000000000000000000000",
        "0x940506929bba468048a19b567f4f0d534714bc06604b5c3017e5d16785ccdf84",
    ),
    (
        "Arc testnet",
        5042002,
        "USDC",
        "2",
        "0x3600000000000000000000000000000000000000",
        "0x361191522483d32a83e70ae7183b4b9629442c13a78bc9921d6f707911c8c6b0",
    ),
]

# Assets for which no separator was quoted anywhere that we know: the two implementations alone stand behind these.
OTHER_ASSETS = [
    ("Optimism", 10, "USD Coin", "2", "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"),
    ("OP Sepolia", 11155420, "USDC", "2", "0x5fd84259d66Cd46123540766Be93DFE6D43130D7"),
    ("Sepolia", 11155111, "USDC", "2", "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"),
    ("Polygon Amoy", 80002, "USDC", "2", "0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582"),
    ("Avalanche Fuji", 43113, "USD Coin", "2", "0x5425890298aed601595a70AB815c96711a31Bc65"),
    ("XRPL EVM", 1440000, "USDC", "1", "0xDaF4556169c4F3f2231d8ab7BC8772Ddb7D4c84C"),
    ("Peaq", 3338, "USDC", "2", "0xbbA60da06c2c5424f03f7434542280FCAd453d10"),
    ("IoTeX", 4689, "Bridged USDC", "2", "0xcdf79194c6c285077a58da47641d4dbe51f63542"),
]

KNOWN_PERMIT2 = {
    1: "0x866a5aba21966af95d6c7ab78eb2b2fc913915c28be3b9aa07cc04ff903e3f28",
    8453: "0x3b6f35e4fce979ef8eac3bcdc8c3fc38fe7911bb0c69c8fe72bf1fd1a17e6f07",
    84532: "0x010f27a92fb9a32622f44f001dc4d15706a85b33499cfc2ce9033113ab26592c",
}


def files():
    file = VectorFile(
        "evm/domain-separators.json",
        "evm/domain",
        "The domain separator of each token and contract that an x402 payment is signed for, and of every shape a domain can have. "
        "`typeString` is the EIP-712 type of the domain: only the members that are present, in the order of the EIP.",
    )
    default_assets(file)
    other_assets(file)
    contracts(file)
    wrong_twins(file)
    shapes(file)
    texts(file)
    return [file]


def default_assets(file):
    group = file.group(
        "default assets",
        evm_sources(),
        "The assets that prices in dollars resolve to. Ethereum, Base, Base Sepolia, Polygon, Arbitrum and Monad equal what the "
        "contracts themselves report.",
    )
    for network, chain, name, version, contract, known in DEFAULT_ASSETS:
        add(group, f"{name} on {network}", token_domain(name, version, chain, contract), known)


def other_assets(file):
    group = file.group("other assets", evm_sources(), "Networks that only some of the official implementations list.")
    for network, chain, name, version, contract in OTHER_ASSETS:
        add(group, f"{name} on {network}", token_domain(name, version, chain, contract))


def contracts(file):
    file.note(
        "NoVersion", "EDGE_CASE", "The domain has no version member. Hashing an empty version instead gives another separator."
    )
    group = file.group(
        "contracts", evm_sources(), "The contracts that x402 signatures other than token authorizations are made for."
    )
    for chain in (1, 10, 137, 143, 8453, 42161, 43114, 84532, 5042002):
        add(group, f"Permit2 on chain {chain}", permit2_domain(chain), KNOWN_PERMIT2.get(chain), flags=["NoVersion"], rows=[87])
    for chain, known in (
        (8453, "0xd8d982716899b0e20cf2c1e706a37b8a892c83fdd4ac9b540cfeec11f9c73a39"),
        (84532, "0xfdef80764086b1e0fc6ba99f0cb9aa1d59109fda7c23d60334c89d2de44dffce"),
    ):
        domain = token_domain("x402 Batch Settlement", "1", chain, BATCH_SETTLEMENT)
        add(group, f"batch settlement on chain {chain}", domain, known)
    add(group, "offers, which have no contract", OFFER_DOMAIN, "0x5dc92544087ab60aa57c539b9543f9282416b0dcf2c2ae0d4d0051052a9e61b6")
    add(
        group,
        "receipts, which have no contract",
        RECEIPT_DOMAIN,
        "0xfd7f8c81cdd24b25c99ba22e191cee41d8809abbc12e8fdbd42fddfa5bb9e406",
    )


def wrong_twins(file):
    file.note(
        "WrongName",
        "AUTH_BYPASS",
        "A name or version that some list gives for the token although its contract uses another. The separator must be computed all "
        "the same, and must differ from the right one: a payment signed under it reverts.",
        ["https://github.com/x402-foundation/x402/issues/3102"],
    )
    group = file.group("wrong twins", evm_sources(), "The same token under a name, version, chain or contract that is not its own.")
    sepolia = "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"
    monad = "0x754704Bc059F8C67012fEd69BC8A327a5aafb603"
    for comment, wrong, right, row in (
        ("Base USDC as `USDC`", token_domain("USDC", "2", 8453, USDC_BASE), BASE, 83),
        ("Base USDC under the symbol and the first version", token_domain("USDC", "1", 8453, USDC_BASE), BASE, 84),
        ("Base USDC as version 1", token_domain("USD Coin", "1", 8453, USDC_BASE), BASE, 84),
        ("Base USDC as version `2.0`", token_domain("USD Coin", "2.0", 8453, USDC_BASE), BASE, 84),
        ("Base USDC with a trailing space in the name", token_domain("USD Coin ", "2", 8453, USDC_BASE), BASE, 83),
        ("Base USDC in lower case", token_domain("usd coin", "2", 8453, USDC_BASE), BASE, 83),
        ("Base Sepolia USDC as `USD Coin`", token_domain("USD Coin", "2", 84532, USDC_BASE_SEPOLIA), BASE_SEPOLIA, 83),
        ("Base Sepolia USDC on Base's chain", token_domain("USDC", "2", 8453, USDC_BASE_SEPOLIA), BASE_SEPOLIA, 85),
        ("Base USDC on Base Sepolia's chain", token_domain("USD Coin", "2", 84532, USDC_BASE), BASE, 85),
        ("Base's domain with Ethereum's contract", token_domain("USD Coin", "2", 8453, USDC_ETHEREUM), BASE, 86),
        (
            "Sepolia USDC as `USD Coin`",
            token_domain("USD Coin", "2", 11155111, sepolia),
            token_domain("USDC", "2", 11155111, sepolia),
            83,
        ),
        (
            "Monad USDC as `USD Coin`, the name in one library of April 2026",
            token_domain("USD Coin", "2", 143, monad),
            token_domain("USDC", "2", 143, monad),
            83,
        ),
        (
            "Polygon USDC as `USDC`, the name in one library",
            token_domain("USDC", "2", 137, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
            token_domain("USD Coin", "2", 137, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
            83,
        ),
        (
            "Flare USDT0 with an ASCII T in the name",
            token_domain("USDT0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
            token_domain("USD\u20ae0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
            83,
        ),
        (
            "Permit2 with version 1, which its contract does not have",
            {**permit2_domain(8453), "version": "1"},
            permit2_domain(8453),
            87,
        ),
        ("Permit2 with an empty version", {**permit2_domain(8453), "version": ""}, permit2_domain(8453), 87),
        ("offers with a capital letter in the name", {**OFFER_DOMAIN, "name": "x402 Offer"}, OFFER_DOMAIN, 83),
    ):
        assert separator(wrong) != separator(right), comment
        add(group, comment, wrong, flags=["WrongName"], rows=[row])
    assert separator(token_domain("USDC", "2", 8453, USDC_BASE)).startswith("0xe824be45")
    assert separator(token_domain("USD Coin", "2", 84532, USDC_BASE_SEPOLIA)).startswith("0x2f5ab5ee")
    assert (
        separator(token_domain("USD Coin", "2", 143, monad)) == "0xf93dcb08a5f2e93051151ee5283dbafe2ead80da317dad7005e2b780f73ebe70"
    )


def shapes(file):
    file.note(
        "Subset",
        "EDGE_CASE",
        "A domain may hold any of the five members; the type string lists exactly those present, in the order of the EIP. "
        "Tokens with a salt instead of a chain id exist.",
        [
            "https://eips.ethereum.org/EIPS/eip-712#definition-of-domainseparator",
            "https://github.com/maticnetwork/pos-portal/issues/143",
        ],
    )
    group = file.group("shapes", evm_sources(), "Each subset of the five members, the empty one included.")
    whole = {
        "name": "USD Coin (PoS)",
        "version": "1",
        "chainId": "137",
        "verifyingContract": "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174",
        "salt": "0x" + format(137, "064x"),
    }
    for size in range(len(DOMAIN_MEMBERS) + 1):
        for chosen in combinations(DOMAIN_MEMBERS, size):
            comment = "members: " + (", ".join(chosen) or "none")
            add(group, comment, {name: whole[name] for name in chosen}, flags=["Subset"], rows=[87])


def texts(file):
    file.note("Unicode", "EDGE_CASE", "Names are hashed as their UTF-8 bytes and never normalised: two spellings, two separators.")
    file.note("Bounds", "EDGE_CASE", "A member at the end of its range.")
    group = file.group("bounds and spellings", evm_sources(), "Members at the ends of their ranges, and names that look alike.")

    def case(comment, flags, rows=(), **changes):
        add(group, comment, {**BASE, **changes}, flags=flags, rows=rows)

    case("empty name", ["Bounds"], name="")
    case("empty version, which is not an absent one", ["Bounds"], version="")
    for length in (31, 32, 33, 1000):
        case(f"name of {length} bytes", ["Bounds"], name="a" * length)
    case("chain id 0", ["Bounds"], chainId="0")
    case("chain id 1", ["Bounds"], chainId="1")
    case("chain id 2^32", ["Bounds"], chainId=str(2**32))
    case("chain id 2^53, the first integer whose neighbour a double cannot hold", ["Bounds"], chainId=str(2**53))
    case("chain id 2^53 + 1, which a double rounds away", ["Bounds"], chainId=str(2**53 + 1))
    case("chain id 2^64 - 1", ["Bounds"], chainId=MAX[64])
    case("chain id 2^256 - 1", ["Bounds"], chainId=MAX[256])
    case("zero contract", ["Bounds"], verifyingContract=ZERO_ADDRESS)
    case("contract of all ones", ["Bounds"], verifyingContract="0x" + "ff" * 20)
    case("zero salt, which is not an absent one", ["Bounds"], salt=ZERO_WORD)
    case("salt of all ones", ["Bounds"], salt=FULL_WORD)
    assert separator({**BASE, "verifyingContract": USDC_BASE.lower()}) == separator(BASE)
    case("contract in lower case: the same separator", ["Bounds"], verifyingContract=USDC_BASE.lower())
    case("name with a precomposed letter (NFC)", ["Unicode"], [42], name="Caf\u00e9 Coin")
    case("the same name decomposed (NFD)", ["Unicode"], [42], name="Cafe\u0301 Coin")
    case("name with a ligature", ["Unicode"], [42], name="\ufb01at coin")
    case("name outside the basic plane", ["Unicode"], [41], name="\U0001f4b5 Coin")
    case("name with a zero-width space", ["Unicode"], [42], name="USD\u200b Coin")
    case("name with a no-break space", ["Unicode"], [42], name="USD\u00a0Coin")
    case("name with a Cyrillic look-alike", ["Unicode"], [42], name="USD \u0421oin")
    case("name with a zero byte inside", ["Unicode"], name="USD\u0000Coin")
    case("name of right-to-left text", ["Unicode"], name="\u062f\u0631\u0647\u0645")


def add(group, comment, domain, known=None, flags=(), rows=()):
    value = separator(domain)
    assert known in (None, value), f"{comment}: {value} is not the known {known}"
    group.accept(comment, {"domain": domain}, {"typeString": domain_type_string(domain), "separator": value}, flags, rows)
