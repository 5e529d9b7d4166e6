"""General typed data, as `eth_signTypedData_v4` takes it: JSON text in, digest out."""

import json
from random import Random

from evmfacts import (
    ANVIL0_ADDRESS,
    BASE,
    BASE_SEPOLIA,
    BATCH_SETTLEMENT,
    CANCEL,
    DEPOSIT,
    EXACT_PERMIT,
    EXACT_PERMIT2,
    FULL_WORD,
    GAS_PERMIT,
    MAX,
    OFFER,
    OFFER_DOMAIN,
    PERMIT,
    PERMIT2_COLLECTOR,
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
    USDC_BASE_SEPOLIA,
    ZERO_ADDRESS,
    ZERO_WORD,
    fields,
    permit2_domain,
    token_domain,
)
from oracles import checksummed, evm_sources, hashes, published
from typed_data_refusals import refusals
from vectorlib import VectorFile

DOMAIN = {"name": "Typed data", "version": "1", "chainId": 1, "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"}
DOMAIN_TYPES = {
    "name": "string name",
    "version": "string version",
    "chainId": "uint256 chainId",
    "verifyingContract": "address verifyingContract",
    "salt": "bytes32 salt",
}
COW = "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"
BOB = "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"


def files():
    file = VectorFile(
        "evm/typed-data.json",
        "evm/typed-data",
        "Typed data as wallets take it. `typedData` is JSON text, because what must be refused includes text that no JSON value can hold. "
        "Integers beyond 2^53 - 1 are text.",
    )
    published_examples(file)
    integers(file)
    bytes_and_text(file)
    spellings(file)
    arrays(file)
    structs(file)
    domains(file)
    payments(file)
    random_messages(file)
    refusals(file)
    return [file]


class TypedData:
    def __init__(self, group):
        self.group, self.seen = group, {}

    def add(self, comment, types, primary, message, domain=DOMAIN, flags=(), rows=(), known=None, same_as=None, edit=None):
        """One accepted case; `edit` rearranges the document in a way that must not change the digest."""
        types = {name: fields(members) if isinstance(members, str) else members for name, members in types.items()}
        values = hashes(domain, types, primary, message)
        assert known in (None, values["digest"]), f"{comment}: {values['digest']}"
        assert self.seen.get(values["digest"]) == same_as, f"{comment}: has the digest of {self.seen.get(values['digest'])}"
        self.seen.setdefault(values["digest"], comment)
        document = whole(types, primary, message, domain)
        if edit:
            document = edit(document)
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        self.group.accept(comment, {"typedData": text}, values, flags, rows)


def whole(types, primary, message, domain=DOMAIN):
    domain_type = [fields(DOMAIN_TYPES[name])[0] for name in DOMAIN_TYPES if name in domain]
    return {"types": {"EIP712Domain": domain_type, **types}, "primaryType": primary, "domain": domain, "message": message}


def published_examples(file):
    group = file.group(
        "published examples", [published("EIP-712, example", "final"), *evm_sources()], "Examples that many implementations share."
    )
    cases = TypedData(group)
    mail_domain = {**DOMAIN, "name": "Ether Mail"}
    cases.add(
        "the example of the EIP",
        {"Mail": "Person from,Person to,string contents", "Person": "string name,address wallet"},
        "Mail",
        {"from": {"name": "Cow", "wallet": COW}, "to": {"name": "Bob", "wallet": BOB}, "contents": "Hello, Bob!"},
        mail_domain,
        rows=[92],
        known="0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2",
    )
    cases.add(
        "the example with lists of people and wallets, from wallet documentation",
        {
            "Group": "string name,Person[] members",
            "Mail": "Person from,Person[] to,string contents",
            "Person": "string name,address[] wallets",
        },
        "Mail",
        {
            "from": {"name": "Cow", "wallets": [COW, "0xDeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF"]},
            "to": [
                {
                    "name": "Bob",
                    "wallets": [BOB, "0xB0BdaBea57B0BDABeA57b0bdABEA57b0BDabEa57", "0xB0B0b0b0b0b0B000000000000000000000000000"],
                }
            ],
            "contents": "Hello, Bob!",
        },
        mail_domain,
        rows=[92],
        known="0xa85c2e2b118698e88db68a8105b794a8cc7cec074e89ef991cb4f5f533819cc2",
    )


def integers(file):
    file.note("IntegerBounds", "EDGE_CASE", "An integer at the end of its range. Negative ones are sign-extended to 32 bytes.")
    group = file.group("integers", evm_sources(), "Integer types at both ends of their ranges.")
    cases = TypedData(group)
    for bits in (8, 16, 24, 32, 40, 48, 64, 96, 128, 160, 248, 256):
        cases.add(f"uint{bits} at its maximum", {"T": f"uint{bits} v"}, "T", {"v": str(2**bits - 1)}, flags=["IntegerBounds"])
        cases.add(f"int{bits} at its minimum", {"T": f"int{bits} v"}, "T", {"v": str(-(2 ** (bits - 1)))}, flags=["IntegerBounds"])
    widths = range(8, 257, 8)
    for comment, kind, value in (
        ("every unsigned width at its maximum", "uint", lambda bits: 2**bits - 1),
        ("every unsigned width at 0", "uint", lambda bits: 0),
        ("every signed width at its maximum", "int", lambda bits: 2 ** (bits - 1) - 1),
        ("every signed width at its minimum", "int", lambda bits: -(2 ** (bits - 1))),
        ("every signed width at -1", "int", lambda bits: -1),
    ):
        kinds = ",".join(f"{kind}{bits} v{bits}" for bits in widths)
        cases.add(comment, {"T": kinds}, "T", {f"v{bits}": str(value(bits)) for bits in widths}, flags=["IntegerBounds"])


def bytes_and_text(file):
    file.note(
        "BytesBounds",
        "EDGE_CASE",
        "Fixed bytes stand at the high end of the word, dynamic ones are hashed; lengths around one word.",
    )
    file.note("Unicode", "EDGE_CASE", "Text is hashed as its UTF-8 bytes and never normalised.")
    group = file.group("bytes, text, booleans, addresses", evm_sources(), "The other atomic and dynamic types.")
    cases = TypedData(group)
    for size in (1, 2, 3, 4, 8, 16, 20, 31, 32):
        cases.add(f"bytes{size} of all ones", {"T": f"bytes{size} v"}, "T", {"v": "0x" + "ff" * size}, flags=["BytesBounds"])
    every = ",".join(f"bytes{size} v{size}" for size in range(1, 33))
    cases.add(
        "every bytes width", {"T": every}, "T", {f"v{size}": "0x" + "a5" * size for size in range(1, 33)}, flags=["BytesBounds"]
    )
    cases.add("bytes32 zero", {"T": "bytes32 v"}, "T", {"v": ZERO_WORD}, flags=["BytesBounds"])
    for size in (0, 1, 31, 32, 33, 64, 1000):
        cases.add(f"bytes of length {size}", {"T": "bytes v"}, "T", {"v": "0x" + "5a" * size}, flags=["BytesBounds"])
    for size in (0, 1, 31, 32, 33, 64, 1000):
        cases.add(f"string of {size} bytes", {"T": "string v"}, "T", {"v": "s" * size}, flags=["BytesBounds"])
    cases.add("string that looks like hexadecimal is text", {"T": "string v"}, "T", {"v": "0xdeadbeef"}, flags=["BytesBounds"])
    cases.add("the same as bytes", {"T": "bytes v"}, "T", {"v": "0xdeadbeef"}, flags=["BytesBounds"])
    for comment, text in (
        ("precomposed letter (NFC)", "caf\u00e9"),
        ("decomposed letter (NFD)", "cafe\u0301"),
        ("the name of a token with a sign outside ASCII", "USD\u20ae0"),
        ("emoji outside the basic plane", "\U0001f4b5\U0001f980"),
        ("line feed, tab, quotation mark, backslash", 'a\n\t"\\b'),
        ("zero byte", "a\u0000b"),
        ("byte order mark inside", "a\ufeffb"),
        ("last code point", "\U0010ffff"),
    ):
        cases.add(comment, {"T": "string v"}, "T", {"v": text}, flags=["Unicode"], rows=[41, 42])
    for value in (True, False):
        cases.add(f"bool {str(value).lower()}", {"T": "bool v"}, "T", {"v": value})
    for comment, address in (("zero", ZERO_ADDRESS), ("all ones", checksummed("0x" + "ff" * 20)), ("checksummed", ANVIL0_ADDRESS)):
        cases.add(f"address: {comment}", {"T": "address v"}, "T", {"v": address})
    cases.add(
        "address in lower case: the same bytes",
        {"T": "address v"},
        "T",
        {"v": ANVIL0_ADDRESS.lower()},
        same_as="address: checksummed",
    )


def spellings(file):
    file.note("Spelling", "EDGE_CASE", "Another spelling of the same value: the digest is the same.")
    group = file.group("spellings", evm_sources(), "One message written in several ways.")
    cases = TypedData(group)
    types = {"T": "uint256 amount,int256 change,bytes4 tag,string text"}
    message = {"amount": "255", "change": "-16", "tag": "0xdeadbeef", "text": "\u00e9"}
    first = "integers as decimal text"
    cases.add(first, types, "T", message)

    def again(comment, edit=None, rows=(), **changes):
        cases.add(comment, types, "T", {**message, **changes}, flags=["Spelling"], rows=rows, same_as=first, edit=edit)

    again("integers as JSON numbers", amount=255, change=-16)
    again("unsigned integer in hexadecimal", amount="0xff")
    again("hexadecimal in upper case", tag="0xDEADBEEF")
    again("members of the message in another order", lambda d: {**d, "message": dict(reversed(d["message"].items()))}, [38])
    again("members of the document in another order", lambda d: dict(reversed(d.items())), [38])
    again("types in another order", lambda d: {**d, "types": dict(reversed(d["types"].items()))})
    again("the lists of members with the type before the name", type_before_name)
    again("types without an EIP712Domain, which then follows from the domain", without_domain_type, [88])
    again("white space", lambda d: json.dumps(d, indent=2, ensure_ascii=False), [38])
    again("escapes", lambda d: json.dumps(d, ensure_ascii=True), [22])
    cases.add(
        "members of the type in another order: another digest",
        {"T": "int256 change,uint256 amount,bytes4 tag,string text"},
        "T",
        message,
        rows=[91],
    )
    cases.add(
        "a member renamed: another digest",
        {"T": "uint256 value,int256 change,bytes4 tag,string text"},
        "T",
        {"value": "255", **{k: v for k, v in message.items() if k != "amount"}},
        rows=[91],
    )
    cases.add(
        "a narrower type: another digest", {"T": "uint128 amount,int256 change,bytes4 tag,string text"}, "T", message, rows=[91]
    )
    cases.add("the type renamed: another digest", {"U": types["T"]}, "U", message, rows=[91])
    cases.add("a member more: another digest", {"T": types["T"] + ",bool extra"}, "T", {**message, "extra": False}, rows=[91])


def type_before_name(document):
    types = {name: [dict(reversed(member.items())) for member in members] for name, members in document["types"].items()}
    return {**document, "types": types}


def without_domain_type(document):
    return {**document, "types": {name: members for name, members in document["types"].items() if name != "EIP712Domain"}}


def arrays(file):
    file.note("Array", "EDGE_CASE", "An array is the hash of its encoded members, whether its length is fixed or not.")
    group = file.group("arrays", evm_sources(), "Arrays of every shape.")
    cases = TypedData(group)

    def case(comment, kind, value, extra=None, same_as=None):
        cases.add(comment, {"T": f"{kind} v", **(extra or {})}, "T", {"v": value}, flags=["Array"], same_as=same_as)

    point = {"P": "int64 x,int64 y"}
    case("uint8[] empty", "uint8[]", [])
    case("uint8[] of one", "uint8[]", [1])
    case("uint8[] of three", "uint8[]", [1, 2, 3])
    case("uint8[] of three in reverse", "uint8[]", [3, 2, 1])
    case("uint8[] of 300", "uint8[]", [index % 256 for index in range(300)])
    case("uint8[3]", "uint8[3]", [1, 2, 3])
    case("uint8[1]", "uint8[1]", [1])
    case("int16[] with negative members", "int16[]", [-1, 0, 1, "-32768"])
    case("bool[]", "bool[]", [True, False, True])
    case("address[]", "address[]", [ANVIL0_ADDRESS, ZERO_ADDRESS])
    case("bytes4[]", "bytes4[]", ["0x00000000", "0xffffffff"])
    case("bytes32[2]", "bytes32[2]", [ZERO_WORD, FULL_WORD])
    case("bytes[] with an empty member", "bytes[]", ["0x", "0x00", "0x" + "11" * 40])
    case("string[] with an empty member", "string[]", ["", "a", "\u20ae"])
    case("string[] empty", "string[]", [])
    case("uint256[][] with an empty row", "uint256[][]", [["1", "2"], [], ["3"]])
    case("uint256[][] empty", "uint256[][]", [])
    case("uint256[][] of one empty row", "uint256[][]", [[]])
    case("uint256[2][]", "uint256[2][]", [["1", "2"], ["3", "4"], ["5", "6"]])
    case("uint256[][2]", "uint256[][2]", [["1", "2", "3"], ["4"]])
    case("uint256[2][3]", "uint256[2][3]", [["1", "2"], ["3", "4"], ["5", "6"]])
    case("uint256[3][2]", "uint256[3][2]", [["1", "2", "3"], ["4", "5", "6"]])
    case("uint8[2][2][2]", "uint8[2][2][2]", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    case("string[][1]", "string[][1]", [["x", "y"]])
    case("structs", "P[]", [{"x": 1, "y": -1}, {"x": "-9223372036854775808", "y": "9223372036854775807"}], point)
    case("structs, none", "P[]", [], point)
    case("structs, two fixed", "P[2]", [{"x": 1, "y": 2}, {"x": 3, "y": 4}], point)
    case("structs in two dimensions", "P[][2]", [[{"x": 1, "y": 2}], []], point)


def structs(file):
    file.note(
        "Dependencies", "EDGE_CASE", "Each type that is referred to follows once, sorted by name; the primary type comes first."
    )
    file.note("Recursive", "EDGE_CASE", "A type that refers to itself, through an array that ends.")
    group = file.group("structs", evm_sources(), "Nested and recursive types.")
    cases = TypedData(group)

    def case(comment, types, message, flag="Dependencies", primary="T", **more):
        cases.add(comment, types, primary, message, flags=[flag], **more)

    case("a struct within a struct", {"T": "A a", "A": "uint8 x"}, {"a": {"x": 1}})
    case("two types in reverse order of names", {"T": "B b,A a", "A": "uint8 x", "B": "uint8 x"}, {"a": {"x": 1}, "b": {"x": 2}})
    case("the primary type would sort last", {"Z": "A a", "A": "uint8 x"}, {"a": {"x": 1}}, primary="Z")
    case(
        "the primary type would sort in the middle",
        {"M": "Z z,A a", "A": "uint8 x", "Z": "uint8 x"},
        {"a": {"x": 1}, "z": {"x": 2}},
        primary="M",
    )
    case(
        "capitals sort before small letters and digits before both",
        {"T": "b b1,B b2,B2 b3,_b b4", "b": "bool v", "B": "bool v", "B2": "bool v", "_b": "bool v"},
        {"b1": {"v": True}, "b2": {"v": False}, "b3": {"v": True}, "b4": {"v": False}},
    )
    case("a name that begins another", {"T": "Ab x,A y", "A": "uint8 v", "Ab": "uint8 v"}, {"x": {"v": 1}, "y": {"v": 2}})
    case(
        "a type reached twice is listed once",
        {"T": "A a,B b", "A": "C c", "B": "C c", "C": "uint8 v"},
        {"a": {"c": {"v": 1}}, "b": {"c": {"v": 2}}},
    )
    case("a type reached through another only", {"T": "Z z", "Z": "A a", "A": "uint8 v"}, {"z": {"a": {"v": 1}}})
    case("a type reached through an empty array only", {"T": "A[] a", "A": "B[2] b", "B": "uint8 v"}, {"a": []})
    case("a type that nothing refers to is not listed", {"T": "uint8 v", "Unused": "string s"}, {"v": 1})
    case("a member named like its type", {"T": "A A", "A": "uint8 A"}, {"A": {"A": 7}})
    case("a member named like an atomic type", {"T": "uint8 uint8,bool bool"}, {"uint8": 7, "bool": True})
    case("a type named with underscore and digits", {"T_1": "uint8 _v9"}, {"_v9": 9}, primary="T_1")
    case("names with a dollar sign", {"T": "uint8 $,uint8 a$"}, {"$": 1, "a$": 2})
    case("no members", {"T": ""}, {})
    case("a member that is a struct without members", {"T": "E e", "E": ""}, {"e": {}})
    case(
        "64 types with the domain's, the most that are read",
        {"T": "uint8 v", **{f"U{i}": "uint8 v" for i in range(62)}},
        {"v": 64},
        rows=[98],
    )
    case("40 members", {"T": ",".join(f"uint8 m{i}" for i in range(40))}, {f"m{i}": i for i in range(40)})
    depth = 12
    deep = {f"L{i:02}": f"L{i + 1:02} next" if i < depth else "uint8 v" for i in range(depth + 1)}
    message = {"v": 1}
    for _ in range(depth):
        message = {"next": message}
    case(f"{depth} levels", deep, message, primary="L00")
    leaf = {"name": "leaf", "children": []}
    tree = {"T": "string name,T[] children"}
    case("tree: a leaf", tree, leaf, "Recursive")
    case("tree: two levels", tree, {"name": "root", "children": [leaf, {**leaf, "name": "other"}]}, "Recursive")
    case(
        "tree: four levels",
        tree,
        {"name": "a", "children": [{"name": "b", "children": [{"name": "c", "children": [leaf]}]}]},
        "Recursive",
    )
    case(
        "two types that refer to each other",
        {"T": "U[] us", "U": "T[] ts"},
        {"us": [{"ts": [{"us": []}]}, {"ts": []}]},
        "Recursive",
    )
    case(
        "tree with fixed pairs of maybe nothing",
        {"T": "uint8 v,T[][2] sides"},
        {"v": 1, "sides": [[{"v": 2, "sides": [[], []]}], []]},
        "Recursive",
    )


def domains(file):
    file.note("DomainMembers", "EDGE_CASE", "The domain's type has exactly the members that the domain has.")
    group = file.group("domains", evm_sources(), "The same message under domains of every kind.")
    cases = TypedData(group)

    def case(comment, domain, same_as=None, edit=None, rows=()):
        cases.add(comment, {"T": "uint8 v"}, "T", {"v": 1}, domain, ["DomainMembers"], rows, same_as=same_as, edit=edit)

    four = "four members"
    case(four, DOMAIN)
    case("five members", {**DOMAIN, "salt": FULL_WORD})
    case("no version, as Permit2", permit2_domain(8453), rows=[87])
    case("name only", {"name": "Typed data"})
    case("chain only", {"chainId": 1})
    case("salt only", {"salt": FULL_WORD}, rows=[87])
    case(
        "salt instead of chain, as a bridged token",
        {**{k: v for k, v in DOMAIN.items() if k != "chainId"}, "salt": "0x" + format(137, "064x")},
        rows=[87],
    )
    case("no member", {}, rows=[88])
    case("chain as decimal text", {**DOMAIN, "chainId": "1"}, four)
    case("chain in hexadecimal", {**DOMAIN, "chainId": "0x1"}, four)
    case("chain beyond 53 bits", {**DOMAIN, "chainId": MAX[64]})
    case("members in another order", dict(reversed(DOMAIN.items())), four)
    case("name outside ASCII", {**DOMAIN, "name": "USD\u20ae0"}, rows=[41])


def payments(file):
    file.note(
        "Payment", "BASIC", "A structure of the protocol through the general encoder: its digest is that of the fixed message."
    )
    group = file.group("payments", evm_sources(), "What x402 clients and servers sign, as wallets see it.")
    cases = TypedData(group)

    def case(comment, domain, types, message, known=None):
        cases.add(comment, types, next(iter(types)), message, domain, ["Payment"], known=known)

    case(
        "exact, EIP-3009: the specification's example",
        BASE_SEPOLIA,
        TRANSFER,
        SPEC_TRANSFER,
        "0xf256992871671abcb27ff92885a7afa46218724e5fc0bac35d050115aa1d22e6",
    )
    case("the same on Base", BASE, TRANSFER, SPEC_TRANSFER)
    flare = token_domain("USD\u20ae0", "1", 14, "0xe7cd86e13AC4309349F30B3435a9d337750fC82D")
    case("the same with a token name outside ASCII", flare, TRANSFER, SPEC_TRANSFER)
    case(
        "ReceiveWithAuthorization",
        BASE_SEPOLIA,
        RECEIVE,
        DEPOSIT,
        "0x5f219f2bd6b949faf91d565407c6d1127ddda13901b7f415a2a9a1728adad9f3",
    )
    case("CancelAuthorization", BASE_SEPOLIA, CANCEL, {"authorizer": SPEC_FROM, "nonce": SPEC_TRANSFER["nonce"]})
    sepolia = permit2_domain(84532)
    case(
        "exact, Permit2", sepolia, EXACT_PERMIT2, EXACT_PERMIT, "0x93f7d7cc192fe78957fc114318393187c2fc5194c6d9ac26aba364559fac39d2"
    )
    case("upto, Permit2", sepolia, UPTO_PERMIT2, UPTO_PERMIT, "0x55710ca8c2db0d182b0abcae02b1009e492b26dcf8196378a217dd644edb7f7f")
    case("EIP-2612 permit", BASE_SEPOLIA, PERMIT, GAS_PERMIT, "0x1c25b6b46b1ee22f6e14a51eba91506430a2c75c45c7910aa0f7e13b686b35a6")
    case("offer", OFFER_DOMAIN, OFFER, SPEC_OFFER, "0x080c2947f96376213d3de762c32b1f56ba5869acdeb87c7a44b7be5d33d397ea")
    case("receipt", RECEIPT_DOMAIN, RECEIPT, SPEC_RECEIPT, "0x060dbcfb87035bac821d6baa07fdab2ec109e6f06deaa00e037c2c1f4fbe6f8b")

    batch, channel = (
        token_domain("x402 Batch Settlement", "1", 84532, BATCH_SETTLEMENT),
        "0x78bc0f597b50f32ae57cd2471968a5c8af12169816edec69ecd95360e949c221",
    )
    config = {
        "ChannelConfig": "address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt"
    }
    case(
        "batch settlement: the channel's id is this digest",
        batch,
        config,
        {
            "payer": ANVIL0_ADDRESS,
            "payerAuthorizer": ANVIL0_ADDRESS,
            "receiver": SPEC_TO,
            "receiverAuthorizer": "0x" + "11" * 20,
            "token": USDC_BASE_SEPOLIA,
            "withdrawDelay": 900,
            "salt": ZERO_WORD,
        },
        channel,
    )
    case(
        "batch settlement: voucher",
        batch,
        {"Voucher": "bytes32 channelId,uint128 maxClaimableAmount"},
        {"channelId": channel, "maxClaimableAmount": "1000"},
        "0x21eeb1f13f31314dd7bcde54ac676874b6f3f7b2b9caee6aef19e45c4e89b363",
    )
    case(
        "batch settlement: refund",
        batch,
        {"Refund": "bytes32 channelId,uint256 nonce,uint128 amount"},
        {"channelId": channel, "nonce": "0", "amount": "1500"},
        "0x67d39e680cb212c61d420d2618ef6b4d6f6300914f88f806e9feab71177687f5",
    )
    case(
        "batch settlement: claims",
        batch,
        {"ClaimBatch": "ClaimEntry[] claims", "ClaimEntry": "bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed"},
        {"claims": [{"channelId": channel, "maxClaimableAmount": "1000", "totalClaimed": "700"}]},
        "0x1ba96bb60031bbde4b1c3e6e537c89db712accf5f20fadfd7cdf2aa553495a8e",
    )
    case(
        "batch settlement: deposit through Permit2",
        sepolia,
        {
            "PermitWitnessTransferFrom": "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,DepositWitness witness",
            "TokenPermissions": "address token,uint256 amount",
            "DepositWitness": "bytes32 channelId",
        },
        {
            "permitted": {"token": USDC_BASE_SEPOLIA, "amount": "100000"},
            "spender": PERMIT2_COLLECTOR,
            "nonce": "1",
            "deadline": "1770000000",
            "witness": {"channelId": channel},
        },
        "0x51533358ccbd8ef58ae58693a90980ed4982a7d512a6c0e33fab13f171e946d7",
    )


class Shapes:
    """Random types and values from a fixed seed. Only `getrandbits` is used: its output is the same in every Python."""

    ATOMS = (
        "bool",
        "address",
        "string",
        "bytes",
        "uint8",
        "uint40",
        "uint128",
        "uint256",
        "int8",
        "int96",
        "int256",
        "bytes1",
        "bytes20",
        "bytes32",
    )

    def __init__(self, seed):
        self.random = Random(seed)

    def below(self, bound):
        return self.random.getrandbits(30) % bound

    def document(self):
        names = [f"{'TABCDE'[i]}{self.below(100)}" for i in range(1 + self.below(4))]
        types = {}
        for index, name in enumerate(names):
            later = names[index + 1 :]
            members = [self.kind(later) for _ in range(1 + self.below(5))]
            if later and index == 0:
                members.append(later[0])
            types[name] = ",".join(f"{kind} m{i}" for i, kind in enumerate(members))
        parsed = {name: fields(members) for name, members in types.items()}
        return types, names[0], self.value(parsed, names[0])

    def kind(self, structs):
        choices = [*self.ATOMS, *structs, *structs]
        kind = choices[self.below(len(choices))]
        for _ in range(max(0, self.below(5) - 2)):
            kind += ("[]", "[1]", "[2]", "[3]")[self.below(4)]
        return kind

    def value(self, types, kind):
        if kind.endswith("]"):
            inner, length = kind[: kind.rindex("[")], kind[kind.rindex("[") + 1 : -1]
            return [self.value(types, inner) for _ in range(int(length) if length else self.below(4))]
        if kind in types:
            return {field["name"]: self.value(types, field["type"]) for field in types[kind]}
        if kind == "bool":
            return bool(self.below(2))
        if kind == "string":
            return "".join(
                ("a", "Z", " ", "\u00e9", "\u20ae", "\U0001f980", '"', "\\")[self.below(8)] for _ in range(self.below(40))
            )
        if kind == "bytes":
            return self.hex(self.below(70))
        if kind == "address":
            return checksummed(self.hex(20))
        if kind.startswith("bytes"):
            return self.hex(int(kind[5:]))
        bits = int(kind.lstrip("uint"))
        number = self.random.getrandbits(bits) - (0 if kind.startswith("u") else 2 ** (bits - 1))
        return str(number) if bits > 48 or self.below(2) else number

    def hex(self, size):
        return "0x" + "".join(format(self.random.getrandbits(8), "02x") for _ in range(size))


def random_messages(file):
    file.note("Random", "BASIC", "Types and values drawn from a fixed seed.")
    group = file.group(
        "random", evm_sources(), "Messages drawn from a fixed seed: types of one to four structs, atomic members and arrays."
    )
    cases, shapes = TypedData(group), Shapes(712)
    for number in range(1, 41):
        types, primary, message = shapes.document()
        cases.add(f"draw {number}: {len(types)} struct(s)", types, primary, message, flags=["Random"])
