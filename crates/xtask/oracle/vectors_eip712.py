"""The messages an x402 payment is signed as: every step from the type string to the digest."""

from evmfacts import (
    ANVIL0_ADDRESS,
    BASE,
    BASE_SEPOLIA,
    CANCEL,
    DEPOSIT,
    EXACT_PERMIT,
    EXACT_PERMIT2,
    EXACT_PROXY,
    FULL_WORD,
    GAS_PERMIT,
    MAX,
    OFFER,
    OFFER_DOMAIN,
    PERMIT,
    RECEIPT,
    RECEIPT_DOMAIN,
    RECEIVE,
    SPEC_FROM,
    SPEC_OFFER,
    SPEC_RECEIPT,
    SPEC_TO,
    SPEC_TRANSFER,
    TRANSFER,
    UPTO_PERMIT,
    UPTO_PERMIT2,
    UPTO_PROXY,
    USDC_BASE,
    ZERO_ADDRESS,
    ZERO_WORD,
    changed,
    permit2_domain,
    token_domain,
)
from oracles import evm_sources, hashes, published
from vectorlib import VectorFile

MAX_TIME = MAX[64]


def files():
    file = VectorFile(
        "evm/eip712-static.json",
        "evm/message",
        "The fixed messages of the exact and upto schemes and of the offer-receipt extension. Integers are decimal text; times are uint256 as "
        "in the contracts, beyond what some implementations keep for a time. A PermitWitnessTransferFrom whose witness names a facilitator is the one of upto; otherwise it is the one of exact.",
    )
    file.note(
        "Known", "BASIC", "The value was published, or computed earlier by other tools, and is asserted when the file is made."
    )
    file.note("Bounds", "EDGE_CASE", "A member at the end of its range.")
    file.note("Field", "AUTH_BYPASS", "One member differs from the group's first case. The digest must differ too.")
    transfers(file)
    transfer_domains(file)
    receives(file)
    cancels(file)
    exact_permits(file)
    upto_permits(file)
    gas_permits(file)
    offers(file)
    receipts(file)
    return [file]


class Messages:
    """Cases of one primary type; no two of them may share a digest unless they say so."""

    def __init__(self, group, types):
        self.group, self.types, self.primary, self.seen = group, types, next(iter(types)), {}

    def add(self, comment, domain, message, flags=(), rows=(), known=None, same_as=None):
        values = hashes(domain, self.types, self.primary, message)
        for step, value in (known or {}).items():
            assert values[step] == value, f"{comment}: {step} is {values[step]}, not the known {value}"
        assert self.seen.get(values["digest"]) == same_as, f"{comment}: has the digest of {self.seen.get(values['digest'])}"
        self.seen.setdefault(values["digest"], comment)
        self.group.accept(comment, {"primaryType": self.primary, "domain": domain, "message": message}, values, flags, rows)


def transfers(file):
    sources = [*evm_sources(), published("x402 specification, exact scheme on EVM, example", "2026-06-16")]
    group = file.group("TransferWithAuthorization", sources, "EIP-3009 `TransferWithAuthorization`: what an exact payment signs.")
    messages = Messages(group, TRANSFER)

    def case(comment, flags=("Field",), rows=(74,), **changes):
        messages.add(comment, BASE_SEPOLIA, changed(SPEC_TRANSFER, **changes), flags, rows)

    messages.add(
        "the specification's example",
        BASE_SEPOLIA,
        SPEC_TRANSFER,
        ["Known"],
        [73],
        {
            "typeHash": "0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
            "structHash": "0x49ad644555c7bdf3ea4fc022a4940ae5589b230b1dde0065c5504fa19bbe39a4",
            "digest": "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6",
        },
    )
    messages.add(
        "the same payment from a public test key",
        BASE_SEPOLIA,
        changed(SPEC_TRANSFER, from_=ANVIL0_ADDRESS),
        ["Known"],
        (),
        {
            "structHash": "0xb2438b1b8298f6129feb7c6a96cb5bee12d7e8ba27c7c27cde803071ebdc42e8",
            "digest": "0x50708d3bf7216e1aeabe7bf22081b9f36c7c287530f92510318f13a03d89dc86",
        },
    )
    case("another recipient", to=ANVIL0_ADDRESS)
    case("sender and recipient exchanged", from_=SPEC_TO, to=SPEC_FROM)
    case("one unit more", value="10001")
    case("one unit less", value="9999")
    case("ten times the value", value="100000")
    case("valid one second earlier", validAfter="1740672088")
    case("valid one second longer", validBefore="1740672155")
    case("the two times exchanged", validAfter="1740672154", validBefore="1740672089")
    case("last bit of the nonce flipped", nonce=SPEC_TRANSFER["nonce"][:-1] + "1")
    case("first bit of the nonce flipped", nonce="0x73" + SPEC_TRANSFER["nonce"][4:])
    case("value 0", ["Bounds"], [59], value="0")
    case("value 1", ["Bounds"], value="1")
    case("value 2^64 - 1", ["Bounds"], value=MAX[64])
    case("value 2^64", ["Bounds"], value=str(2**64))
    case("value 2^128 - 1", ["Bounds"], value=MAX[128])
    case("value 2^255", ["Bounds"], value=str(2**255))
    case("value 2^256 - 1", ["Bounds"], [29], value=MAX[256])
    case("always valid from the start", ["Bounds"], validAfter="0")
    case("valid to the last second that 64 bits hold", ["Bounds"], [53], validBefore=MAX_TIME)
    case("valid to the end of 256 bits, beyond any clock", ["Bounds"], [53], validBefore=MAX[256])
    case("valid to 2^64, the first second that 64 bits cannot hold", ["Bounds"], [53], validBefore=str(2**64))
    case("valid from the end of 256 bits", ["Bounds"], [53], validAfter=MAX[256])
    case("times in milliseconds", ["Bounds"], [53], validAfter="1740672089000", validBefore="1740672154000")
    case("both times 0", ["Bounds"], validAfter="0", validBefore="0")
    case("zero nonce", ["Bounds"], nonce=ZERO_WORD)
    case("nonce of all ones", ["Bounds"], nonce=FULL_WORD)
    case("from the zero address", ["Bounds"], [82], from_=ZERO_ADDRESS)
    case("to the zero address", ["Bounds"], to=ZERO_ADDRESS)
    case("to the payer itself", ["Bounds"], to=SPEC_FROM)
    case("to the token contract", ["Bounds"], to=BASE_SEPOLIA["verifyingContract"])
    messages.add(
        "everything zero",
        BASE_SEPOLIA,
        {"from": ZERO_ADDRESS, "to": ZERO_ADDRESS, "value": "0", "validAfter": "0", "validBefore": "0", "nonce": ZERO_WORD},
        ["Bounds"],
    )
    top = "0x" + "ff" * 20
    messages.add(
        "everything at its maximum, times at 64 bits",
        BASE_SEPOLIA,
        {"from": top, "to": top, "value": MAX[256], "validAfter": MAX_TIME, "validBefore": MAX_TIME, "nonce": FULL_WORD},
        ["Bounds"],
    )
    lower = changed(SPEC_TRANSFER, from_=SPEC_FROM.lower(), to=SPEC_TO.lower(), nonce="0x" + SPEC_TRANSFER["nonce"][2:].upper())
    messages.add(
        "addresses in lower and nonce in upper case: the same bytes, the same digest",
        BASE_SEPOLIA,
        lower,
        ["Bounds"],
        [32],
        same_as="the specification's example",
    )


def transfer_domains(file):
    file.note("Unicode", "EDGE_CASE", "Text is hashed as its UTF-8 bytes and never normalised.")
    group = file.group(
        "TransferWithAuthorization under other domains",
        evm_sources(),
        "The specification's example under the domains of other tokens, and under domains that look like its own.",
    )
    messages = Messages(group, TRANSFER)

    def case(comment, domain, flags=("Field",), rows=()):
        messages.add(comment, domain, SPEC_TRANSFER, flags, rows)

    usdc = BASE_SEPOLIA
    case("USDC on Base", BASE, rows=[85])
    case("USDC on Monad", token_domain("USDC", "2", 143, "0x754704Bc059F8C67012fEd69BC8A327a5aafb603"))
    case("USDC on Arc testnet", token_domain("USDC", "2", 5042002, "0x3600000000000000000000000000000000000000"))
    case(
        "USDT0 on Flare, whose name is not ASCII",
        token_domain("USD\u20ae0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
        ["Unicode"],
        [41],
    )
    case(
        "USDT0 on Flare with an ASCII T",
        token_domain("USDT0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D"),
        ["Unicode"],
        [41],
    )
    case("wrong name", {**usdc, "name": "USD Coin"}, rows=[83])
    case("wrong version", {**usdc, "version": "1"}, rows=[84])
    case("wrong chain", {**usdc, "chainId": "8453"}, rows=[85])
    case("wrong contract", {**usdc, "verifyingContract": USDC_BASE}, rows=[86])
    case("no version", {name: usdc[name] for name in ("name", "chainId", "verifyingContract")}, rows=[87])
    case(
        "no chain id, as a bridged token with a salt has it",
        {
            "name": "USD Coin (PoS)",
            "version": "1",
            "verifyingContract": "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174",
            "salt": "0x" + format(137, "064x"),
        },
        rows=[87],
    )
    case("a zero salt added", {**usdc, "salt": ZERO_WORD}, rows=[87])
    case("empty domain, as wallets make it when the type list has no EIP712Domain", {}, rows=[88])
    case("name with a precomposed letter (NFC)", {**usdc, "name": "Caf\u00e9"}, ["Unicode"], [42])
    case("the same name decomposed (NFD)", {**usdc, "name": "Cafe\u0301"}, ["Unicode"], [42])
    case("empty name", {**usdc, "name": ""}, ["Bounds"])
    case("empty version", {**usdc, "version": ""}, ["Bounds"])
    case("name of 32 bytes", {**usdc, "name": "n" * 32}, ["Bounds"])
    case("name of 33 bytes", {**usdc, "name": "n" * 33}, ["Bounds"])
    case("name of 1,024 bytes", {**usdc, "name": "n" * 1024}, ["Bounds"])
    case("name and version exchanged", {**usdc, "name": "2", "version": "USDC"})


def receives(file):
    group = file.group(
        "ReceiveWithAuthorization", evm_sources(), "EIP-3009 `ReceiveWithAuthorization`: only the recipient may submit it."
    )
    messages = Messages(group, RECEIVE)

    def case(comment, flags=("Field",), **changes):
        messages.add(comment, BASE_SEPOLIA, changed(DEPOSIT, **changes), flags)

    messages.add(
        "a deposit to the batch-settlement collector",
        BASE_SEPOLIA,
        DEPOSIT,
        ["Known"],
        (),
        {
            "typeHash": "0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
            "digest": "0x5f219f2bd6b949faf91d565407c6d1127ddda13901b7f415a2a9a1728adad9f3",
        },
    )
    messages.add("the members of the specification's transfer", BASE_SEPOLIA, SPEC_TRANSFER, ["Field"], [89])
    case("another collector", to=SPEC_TO)
    case("another value", value="100001")
    case("another payer", from_=SPEC_FROM)
    case("another nonce", nonce=FULL_WORD)
    case("value 2^256 - 1", ["Bounds"], value=MAX[256])
    case("value 0, never expiring", ["Bounds"], value="0", validBefore=MAX_TIME)
    messages.add("the deposit on Base", BASE, DEPOSIT, ["Field"], [85])


def cancels(file):
    group = file.group("CancelAuthorization", evm_sources(), "EIP-3009 `CancelAuthorization`: uses the nonce up without paying.")
    messages = Messages(group, CANCEL)
    spec = {"authorizer": SPEC_FROM, "nonce": SPEC_TRANSFER["nonce"]}
    messages.add(
        "of the specification's example",
        BASE_SEPOLIA,
        spec,
        ["Known"],
        [89],
        {"typeHash": "0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429"},
    )
    messages.add("another authorizer", BASE_SEPOLIA, changed(spec, authorizer=ANVIL0_ADDRESS), ["Field"])
    messages.add("another nonce", BASE_SEPOLIA, changed(spec, nonce=FULL_WORD), ["Field"])
    messages.add("another token", BASE, spec, ["Field"], [85])
    messages.add("everything zero", BASE_SEPOLIA, {"authorizer": ZERO_ADDRESS, "nonce": ZERO_WORD}, ["Bounds"])


def exact_permits(file):
    group = file.group(
        "PermitWitnessTransferFrom of exact", evm_sources(), "Permit2 with the witness of the exact proxy: recipient, valid-after."
    )
    messages, sepolia = Messages(group, EXACT_PERMIT2), permit2_domain(84532)

    def case(comment, flags=("Field",), rows=(), **changes):
        messages.add(comment, sepolia, changed(EXACT_PERMIT, **changes), flags, rows)

    messages.add(
        "inputs of the TypeScript package's tests",
        sepolia,
        EXACT_PERMIT,
        ["Known"],
        (),
        {
            "typeHash": "0xebc156cd23678a74c94df13d772ef5478420637f0c94bd10d509e1dc98f521c7",
            "structHash": "0xa97a0255f1877b56ced10238aca70ad0692b7deb7bc3e81aca308da1e71fd2a5",
            "digest": "0x93f7d7cc192fe78957fc114318393187c2fc5194c6d9ac26aba364559fac39d2",
        },
    )
    case("another token", permitted={"token": USDC_BASE}, rows=[93])
    case("another amount", permitted={"amount": "1000001"})
    case("the upto proxy as spender", spender=UPTO_PROXY, rows=[93, 95])
    case("the payer as spender", spender=ANVIL0_ADDRESS, rows=[93])
    case("another nonce", nonce="2")
    case("another deadline", deadline="9999999998")
    case("another recipient", witness={"to": SPEC_TO})
    case("another valid-after", witness={"validAfter": "1"})
    case("nonce and deadline exchanged", nonce="9999999999", deadline="1")
    messages.add("on Base", permit2_domain(8453), EXACT_PERMIT, ["Field"], [85])
    messages.add("under the token's domain", BASE_SEPOLIA, EXACT_PERMIT, ["Field"], [86])
    messages.add("under a Permit2 domain with a version", {**sepolia, "version": "1"}, EXACT_PERMIT, ["Field"], [87])
    case("amount 0", ["Bounds"], [59], permitted={"amount": "0"})
    case("amount 2^256 - 1, the unlimited approval", ["Bounds"], permitted={"amount": MAX[256]})
    case("nonce 0", ["Bounds"], [33], nonce="0")
    case("nonce 255, the last bit of the first word", ["Bounds"], nonce="255")
    case("nonce 2^256 - 1", ["Bounds"], [33], nonce=MAX[256])
    case("deadline 0", ["Bounds"], deadline="0")
    case("deadline at the last second that 64 bits hold", ["Bounds"], deadline=MAX_TIME)
    case("valid-after at the last second that 64 bits hold", ["Bounds"], witness={"validAfter": MAX_TIME})
    case("deadline 2^256 - 1, which never passes", ["Bounds"], [53], deadline=MAX[256])
    case("valid-after 2^256 - 1, which never comes", ["Bounds"], [53], witness={"validAfter": MAX[256]})
    case("zero token", ["Bounds"], permitted={"token": ZERO_ADDRESS})
    case("zero recipient", ["Bounds"], witness={"to": ZERO_ADDRESS})


def upto_permits(file):
    group = file.group(
        "PermitWitnessTransferFrom of upto",
        evm_sources(),
        "Permit2 with the witness of the upto proxy, which also names the facilitator.",
    )
    messages, sepolia = Messages(group, UPTO_PERMIT2), permit2_domain(84532)

    def case(comment, flags=("Field",), rows=(), **changes):
        messages.add(comment, sepolia, changed(UPTO_PERMIT, **changes), flags, rows)

    messages.add(
        "the exact example with the upto witness",
        sepolia,
        UPTO_PERMIT,
        ["Known"],
        (),
        {
            "typeHash": "0x51dff6974ad4388c499e7fcfe838d2bd767162553a144098ce20ea661d70c2ee",
            "structHash": "0x30bb8448503e7ead82e4768afba7f65843934c5fd0651b5f18d5554ea189fe8a",
            "digest": "0x55710ca8c2db0d182b0abcae02b1009e492b26dcf8196378a217dd644edb7f7f",
        },
    )
    case("another facilitator", witness={"facilitator": ANVIL0_ADDRESS}, rows=[164])
    case("no facilitator: the zero address", ["Bounds"], [164], witness={"facilitator": ZERO_ADDRESS})
    case(
        "recipient and facilitator exchanged",
        witness={"to": UPTO_PERMIT["witness"]["facilitator"], "facilitator": UPTO_PERMIT["witness"]["to"]},
    )
    case("the exact proxy as spender", spender=EXACT_PROXY, rows=[93, 95])
    case("another token", permitted={"token": USDC_BASE}, rows=[93])
    case("another ceiling", permitted={"amount": "2000000"})
    case("another nonce", nonce="2")
    case("another deadline", deadline="1770000000")
    case("another recipient", witness={"to": SPEC_TO})
    case("another valid-after", witness={"validAfter": "1740672089"})
    case("ceiling 2^256 - 1 and nonce 2^256 - 1", ["Bounds"], permitted={"amount": MAX[256]}, nonce=MAX[256])
    case("ceiling 0", ["Bounds"], permitted={"amount": "0"})
    messages.add("on Base", permit2_domain(8453), UPTO_PERMIT, ["Field"], [85])


def gas_permits(file):
    group = file.group(
        "Permit", evm_sources(), "EIP-2612 `Permit` under the token's domain, with Permit2 as spender: gasless approval."
    )
    messages = Messages(group, PERMIT)

    def case(comment, flags=("Field",), rows=(), **changes):
        messages.add(comment, BASE_SEPOLIA, changed(GAS_PERMIT, **changes), flags, rows)

    messages.add(
        "USDC to Permit2",
        BASE_SEPOLIA,
        GAS_PERMIT,
        ["Known"],
        (),
        {
            "typeHash": "0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
            "structHash": "0x8fcffe6acf63aea1d47e9fe219fe840fde79712537855060987a13049284b175",
            "digest": "0x1c25b6b46b1ee22f6e14a51eba91506430a2c75c45c7910aa0f7e13b686b35a6",
        },
    )
    case("another owner", owner=SPEC_FROM)
    case("another spender", spender=EXACT_PROXY, rows=[167])
    case("another value", value="10001", rows=[167])
    case("the next nonce", nonce="1")
    case("another deadline", deadline="1740672155")
    case("unlimited value", ["Bounds"], [167], value=MAX[256])
    case("value 0, which revokes", ["Bounds"], value="0")
    case("nonce 2^256 - 1", ["Bounds"], nonce=MAX[256])
    case("deadline at the last second that 64 bits hold", ["Bounds"], deadline=MAX_TIME)
    case("deadline 2^256 - 1, which never passes", ["Bounds"], [53], deadline=MAX[256])
    messages.add(
        "on a token of version 1",
        token_domain("MegaUSD", "1", 4326, "0xFAfDdbb3FC7688494971a79cc65DCa3EF82079E7"),
        GAS_PERMIT,
        ["Field"],
    )
    messages.add("under Permit2's own domain", permit2_domain(84532), GAS_PERMIT, ["Field"], [86])


def offers(file):
    group = file.group("Offer", evm_sources(), "The signed offer of the offer-receipt extension.")
    messages = Messages(group, OFFER)

    def case(comment, flags=("Field",), rows=(), **changes):
        messages.add(comment, OFFER_DOMAIN, changed(SPEC_OFFER, **changes), flags, rows)

    messages.add(
        "fields of the specification's sample",
        OFFER_DOMAIN,
        SPEC_OFFER,
        ["Known"],
        (),
        {
            "typeHash": "0x85143d3249b5e62ed5edd3d59a352d4e1181c775ff4f762f9c8a617f6bf1e97d",
            "digest": "0x080c2947f96376213d3de762c32b1f56ba5869acdeb87c7a44b7be5d33d397ea",
        },
    )
    case("another amount", amount="10001")
    case("the amount written as another text, which the signature does not equate", amount="010000")
    case("payee in lower case: text, so another digest", payTo=SPEC_TO.lower())
    case("another resource", resourceUrl="https://api.example.com/premium-data/")
    case("resource that is not ASCII", ["Unicode"], resourceUrl="https://api.example.com/caf\u00e9")
    case("never expiring", ["Bounds"], validUntil="0")
    case("empty texts", ["Bounds"], resourceUrl="", scheme="", network="", asset="", payTo="", amount="")
    case("fiat asset", asset="USD", network="eip155:1")
    case("version 2", version="2")
    case("version 2^256 - 1", ["Bounds"], version=MAX[256])
    messages.add("under the receipts' domain", RECEIPT_DOMAIN, SPEC_OFFER, ["Field"], [83])


def receipts(file):
    group = file.group("Receipt", evm_sources(), "The signed receipt of the offer-receipt extension.")
    messages = Messages(group, RECEIPT)

    def case(comment, flags=("Field",), **changes):
        messages.add(comment, RECEIPT_DOMAIN, changed(SPEC_RECEIPT, **changes), flags)

    messages.add(
        "fields of the specification's sample",
        RECEIPT_DOMAIN,
        SPEC_RECEIPT,
        ["Known"],
        (),
        {
            "typeHash": "0x616944bc4bb51b3d5fcbba8c559f76d57a93ac1e0d6659f1abbe95f92300c06f",
            "digest": "0x060dbcfb87035bac821d6baa07fdab2ec109e6f06deaa00e037c2c1f4fbe6f8b",
        },
    )
    case("with a transaction", transaction="0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef")
    case("another payer", payer=ANVIL0_ADDRESS)
    case("payer in lower case: text, so another digest", payer=SPEC_FROM.lower())
    case("issued one second later", issuedAt="1703123457")
    case("issued at 0", ["Bounds"], issuedAt="0")
    case("another network", network="eip155:84532")
    case("another resource", resourceUrl="https://api.example.com/")
    case("empty texts", ["Bounds"], network="", resourceUrl="", payer="")
    messages.add("under the offers' domain", OFFER_DOMAIN, SPEC_RECEIPT, ["Field"], [83])
