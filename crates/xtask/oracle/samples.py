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
