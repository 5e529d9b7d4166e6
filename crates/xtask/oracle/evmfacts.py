"""The figures that several vector files share: public test keys, the specification's samples, contract addresses, type tables."""

ANVIL0 = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
ANVIL1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
ANVIL0_ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ANVIL1_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

# The order of secp256k1's group, and its field prime (SEC 2, section 2.4.1).
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F

MAX = {bits: str(2**bits - 1) for bits in (8, 16, 64, 128, 255, 256)}
ZERO_ADDRESS = "0x" + "00" * 20
ZERO_WORD = "0x" + "00" * 32
FULL_WORD = "0x" + "ff" * 32

PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
EXACT_PROXY = "0x402085c248EeA27D92E8b30b2C58ed07f9E20001"
UPTO_PROXY = "0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002"
BATCH_SETTLEMENT = "0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003"
ERC3009_COLLECTOR = "0x4020806089470a89826cB9fB1f4059150b550004"
PERMIT2_COLLECTOR = "0x4020425FAf3B746C082C2f942b4E5159887B0005"

USDC_BASE_SEPOLIA = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
USDC_BASE = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
USDC_ETHEREUM = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"


def token_domain(name, version, chain, contract):
    return {"name": name, "version": version, "chainId": str(chain), "verifyingContract": contract}


def permit2_domain(chain):
    return {"name": "Permit2", "chainId": str(chain), "verifyingContract": PERMIT2}


BASE_SEPOLIA = token_domain("USDC", "2", 84532, USDC_BASE_SEPOLIA)
BASE = token_domain("USD Coin", "2", 8453, USDC_BASE)
OFFER_DOMAIN = {"name": "x402 offer", "version": "1", "chainId": "1"}
RECEIPT_DOMAIN = {"name": "x402 receipt", "version": "1", "chainId": "1"}

# The EIP-3009 example of the x402 specification: the one genuine signature printed there.
SPEC_FROM = "0x857b06519E91e3A54538791bDbb0E22373e36b66"
SPEC_TO = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
SPEC_TRANSFER = {
    "from": SPEC_FROM,
    "to": SPEC_TO,
    "value": "10000",
    "validAfter": "1740672089",
    "validBefore": "1740672154",
    "nonce": "0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480",
}
SPEC_DIGEST = "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6"
SPEC_SIGNATURE = (
    "0x2d6a7588d6acca505cbf0d9a4a227e0c52c6c34008c8e8986a12832597641736"
    "08a2ce6496642e377d6da8dbbf5836e9bd15092f9ecab05ded3d6293af148b57"
    "1c"
)


def fields(text):
    """`"address from,uint256 value"` as the member list of a typed-data type."""
    pairs = (member.split(" ") for member in text.split(",") if member)
    return [{"name": name, "type": kind} for kind, name in pairs]


_TRANSFER = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
_PERMIT_WITNESS = "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Witness witness"

TRANSFER = {"TransferWithAuthorization": fields(_TRANSFER)}
RECEIVE = {"ReceiveWithAuthorization": fields(_TRANSFER)}
CANCEL = {"CancelAuthorization": fields("address authorizer,bytes32 nonce")}
EXACT_PERMIT2 = {
    "PermitWitnessTransferFrom": fields(_PERMIT_WITNESS),
    "TokenPermissions": fields("address token,uint256 amount"),
    "Witness": fields("address to,uint256 validAfter"),
}
UPTO_PERMIT2 = EXACT_PERMIT2 | {"Witness": fields("address to,address facilitator,uint256 validAfter")}
PERMIT = {"Permit": fields("address owner,address spender,uint256 value,uint256 nonce,uint256 deadline")}
OFFER = {
    "Offer": fields(
        "uint256 version,string resourceUrl,string scheme,string network,string asset,string payTo,string amount,uint256 validUntil"
    )
}
RECEIPT = {"Receipt": fields("uint256 version,string network,string resourceUrl,string payer,uint256 issuedAt,string transaction")}


# The cross-SDK Permit2 inputs that the TypeScript package's tests use.
EXACT_PERMIT = {
    "permitted": {"token": USDC_BASE_SEPOLIA, "amount": "1000000"},
    "spender": EXACT_PROXY,
    "nonce": "1",
    "deadline": "9999999999",
    "witness": {"to": "0x9876543210987654321098765432109876543210", "validAfter": "0"},
}
UPTO_PERMIT = EXACT_PERMIT | {
    "spender": UPTO_PROXY,
    "witness": {"to": "0x9876543210987654321098765432109876543210", "facilitator": "0x" + "11" * 20, "validAfter": "0"},
}
GAS_PERMIT = {"owner": ANVIL0_ADDRESS, "spender": PERMIT2, "value": "10000", "nonce": "0", "deadline": "1740672154"}
SPEC_OFFER = {
    "version": "1",
    "resourceUrl": "https://api.example.com/premium-data",
    "scheme": "exact",
    "network": "eip155:8453",
    "asset": USDC_BASE,
    "payTo": SPEC_TO,
    "amount": "10000",
    "validUntil": "1703123516",
}
SPEC_RECEIPT = {
    "version": "1",
    "network": "eip155:8453",
    "resourceUrl": "https://api.example.com/premium-data",
    "payer": SPEC_FROM,
    "issuedAt": "1703123456",
    "transaction": "",
}
DEPOSIT = {
    "from": ANVIL0_ADDRESS,
    "to": ERC3009_COLLECTOR,
    "value": "100000",
    "validAfter": "0",
    "validBefore": "1770000000",
    "nonce": "0xa7514ff45ecf108bb9ba74d89f5a093aa0ebc521fc9f039b6a539e3d77dd0f92",
}


def changed(message, **changes):
    """The message with members replaced; a dict replaces members one level down."""
    result = dict(message)
    for name, value in changes.items():
        name = name.rstrip("_")
        result[name] = {**message[name], **value} if isinstance(value, dict) else value
    return result


# The other samples of the specification that carry the same 65 bytes; these bytes do not belong to them.
SPEC_PERMIT = {
    "permitted": {"token": USDC_BASE_SEPOLIA, "amount": "10000"},
    "spender": EXACT_PROXY,
    "nonce": "33247007178036348590600198031289925668252061821958005840077069883511451257277",
    "deadline": "1740672154",
    "witness": {"to": SPEC_TO, "validAfter": "1740672089"},
}
SPEC_GAS_PERMIT = {"owner": SPEC_FROM, "spender": PERMIT2, "value": MAX[256], "nonce": "0", "deadline": "1740672154"}


def sign_in_text(address):
    """The sign-in text (EIP-4361) of the sign-in-with-x extension's sample, for an address."""
    return "\n".join((
        "api.example.com wants you to sign in with your Ethereum account:",
        address,
        "",
        "Sign in to access premium data",
        "",
        "URI: https://api.example.com/premium-data",
        "Version: 1",
        "Chain ID: 8453",
        "Nonce: a1b2c3d4e5f67890a1b2c3d4e5f67890",
        "Issued At: 2024-01-15T10:30:00.000Z",
        "Expiration Time: 2024-01-15T10:35:00.000Z",
        "Resources:",
        "- https://api.example.com/premium-data",
    ))


# Signatures by the first public test key, each with the digest it is for.
KNOWN_SIGNATURES = {
    "EIP-3009 transfer": (
        "0x50708d3bf7216e1aeabe7bf22081b9f36c7c287530f92510318f13a03d89dc86",
        "0xdc53a4a579de989368a0fae2ef2172ff2f474b4297013f865d171239f17ef4c3157b4b4030f1bebc53d55ace15c2377dff501a60e1e56c291f1000d6e78f082f1b",
    ),
    "exact Permit2": (
        "0x93f7d7cc192fe78957fc114318393187c2fc5194c6d9ac26aba364559fac39d2",
        "0x71d701457d5c4c4ccb48ce0cbf1ff80dd2237c2e7a04272043b99e1c667e370d096fec3610f7c96c264294e25eff53a99eb8fd7ed25621b65e23e79a1c41abf51c",
    ),
    "upto Permit2": (
        "0x55710ca8c2db0d182b0abcae02b1009e492b26dcf8196378a217dd644edb7f7f",
        "0x5ce155ff08dbfaf727af9bba875487c750b563f871ac94656e06ddaf33ddafcb19ccc7bf4e523e0d04d7ca3b8734c9cf702f05e859d1cbd7fdec862ed5f3af971c",
    ),
    "EIP-2612 permit": (
        "0x1c25b6b46b1ee22f6e14a51eba91506430a2c75c45c7910aa0f7e13b686b35a6",
        "0x69baca18f0761582a372da88d9d0ff9b81123913755d3aa5f2d8eaa97315f5a53fe41fe1a9f546e105cbc3de0e0f5e1962207eda86ddee33eec0d57abaa1ac741b",
    ),
    "batch voucher": (
        "0x21eeb1f13f31314dd7bcde54ac676874b6f3f7b2b9caee6aef19e45c4e89b363",
        "0xed8ae251ac4f36bdbd9d9084e443ef340fd4bf0466ccd6d2a20510876df9e862032ead15b2cf028710394a38bb5b157bc9631b7b56625754a548faa9488137221b",
    ),
    "EIP-3009 receive": (
        "0x5f219f2bd6b949faf91d565407c6d1127ddda13901b7f415a2a9a1728adad9f3",
        "0xeefc71b513d7fba0b65944a60b28273186c762a7cd4215d4f4d8373e1ecfb24026a34e9397932252dab071b65665b39f864b3c803d1c51f6f0085286105f5db81c",
    ),
    "batch refund": (
        "0x67d39e680cb212c61d420d2618ef6b4d6f6300914f88f806e9feab71177687f5",
        "0x06205a2c7e9b7ee8e5056dcdb1a2a2de5fffafb715b225e76303aa32985546da2a0db376c1c6495ebc83eed9b7b02b7cbf17a31225019700901148fd5cdc5cbc1b",
    ),
    "batch claims": (
        "0x1ba96bb60031bbde4b1c3e6e537c89db712accf5f20fadfd7cdf2aa553495a8e",
        "0x139698b240563d44c20fb2efb2a1b74f1a2e9272d2abe5472321ecd87b27d44b779218450e6a797ea3cbccf4746ff66c6c438b001d0834bd2f4384a4d79c34d51c",
    ),
    "batch deposit through Permit2": (
        "0x51533358ccbd8ef58ae58693a90980ed4982a7d512a6c0e33fab13f171e946d7",
        "0x71a33e26154c510be62902840958710995151d825f5fefdea22a0fbf4ad321e83c89816a5eaba06fb82a50999de76436d7412a184b06a50954310836a1217cdc1b",
    ),
    "sign-in text": (
        "0x458875571fdea978933d39ea26262328c556850721b3f04637399205263f684b",
        "0x4c261c7acf140d1a136a34d486f56f787ce8c5a25624809f0aa6382aa842b8b65dab28ceb6f8b1f92c2738e0d5e8c09a09c09b6432d1c8fd904bac587a0b35d11c",
    ),
    "offer": (
        "0x080c2947f96376213d3de762c32b1f56ba5869acdeb87c7a44b7be5d33d397ea",
        "0x57073060e55da4e8a97e47dd390e7c2db8ac1fb7f53bbe0dc253a08267b3a9097f595505f2c47421ede1cc84c1360eba670ccd4011933ace67e6482abea885971b",
    ),
    "receipt": (
        "0x060dbcfb87035bac821d6baa07fdab2ec109e6f06deaa00e037c2c1f4fbe6f8b",
        "0x4f98ad0be21e9eb48ec1aeb7a65f25100f7db10a8e1870aa4021cbd6985013d01451045373c2f5f74ac168e90cee435f13284beaa500f570ab7584cdde05e1021c",
    ),
}


# Signatures in parts


def join(r, s, v):
    """`r ‖ s ‖ v`; `r` and `s` as numbers, `v` as one byte."""
    return f"0x{r:064x}{s:064x}{v:02x}"


def split(signature):
    return int(signature[2:66], 16), int(signature[66:130], 16), int(signature[130:132], 16)


def compact(signature):
    """The 64 bytes of EIP-2098."""
    r, s, v = split(signature)
    return f"0x{r:064x}{s | (v - 27) << 255:064x}"


def high_twin(signature):
    r, s, v = split(signature)
    return join(r, N - s, 55 - v)


def on_curve(x):
    """Whether some point of secp256k1 has this x-coordinate."""
    square = (pow(x, 3, P) + 7) % P
    return x < P and pow(square, (P - 1) // 2, P) == 1
