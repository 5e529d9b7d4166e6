"""The quantities and identifiers inside the objects: amounts, times, addresses, networks, nonces, payment ids, v1 network names."""

from eth_utils import to_checksum_address
from x402.extensions.payment_identifier.utils import is_valid_payment_id
from x402.mechanisms.evm.v1.constants import V1_NETWORK_CHAIN_IDS

import samples as s
from jsontext import write
from samples import change
from sdk import PY, RS, TS_EVM, VIEM, measured, object_says, outcome, source, ts
from vectorlib import VectorFile

BIGINT, INT = "JavaScript BigInt", "Python int"
MAX = 2**256 - 1


def files():
    return [amount(), time(), address(), network(), nonce(), permit2_nonce(), payment_id(), v1_names()]


def word(number):
    return f"0x{number:064x}"


def integer_readers(text):
    """What the integer readers of two languages make of a text."""
    return {BIGINT: outcome(lambda: ts().ask("bigint", text=text)), INT: outcome(lambda: int(text))}


def integer_notes(file):
    file.note("Lenient", "PARSER_DIFFERENTIAL", "integer readers of languages accept this text, each in its own way")
    file.note("Boundary", "EDGE_CASE", "the largest value, or one beyond it")


class Text:
    """A feature whose input is one text."""

    def __init__(self, group):
        self.group = group

    def accept(self, comment, text, expected, flags=(), rows=(), says=None):
        self.group.accept(comment, {"text": text}, expected, flags=flags, rows=rows, says=says)

    def reject(self, comment, text, reason, flags=(), rows=(), says=None):
        self.group.reject(comment, {"text": text}, reason, flags=flags, rows=rows, says=says)


NOT_DECIMAL = [
    ("hexadecimal", "0x2710", "digit", [28]),
    ("hexadecimal with a capital X", "0X2710", "digit", [28]),
    ("a bare 0x", "0x", "digit", [28]),
    ("octal with a letter", "0o17", "digit", [28]),
    ("binary", "0b11", "digit", [28]),
    ("an underscore between digits", "1_0000", "digit", [28]),
    ("a plus sign", "+10000", "digit", [28]),
    ("a minus sign", "-1", "digit", [31]),
    ("minus zero", "-0", "digit", [31]),
    ("a fraction", "1.0", "digit", [31]),
    ("a point at the end", "1.", "digit", [31]),
    ("an exponent", "1e4", "digit", [31]),
    ("a comma between digits", "10,000", "digit", [31]),
    ("an apostrophe between digits", "10'000", "digit", [31]),
    ("a leading space", " 10000", "digit", [28]),
    ("a trailing space", "10000 ", "digit", [28]),
    ("a trailing line feed", "10000\n", "digit", [28]),
    ("a leading tab", "\t10000", "digit", [28]),
    ("one space", " ", "digit", [28]),
    ("a NUL at the end", "10000\0", "digit", [28]),
    ("full-width digits", "１００００", "digit", [28]),
    ("Arabic digits", "١٠٠٠٠", "digit", [28]),
    ("a superscript two", "1²", "digit", [28]),
    ("a zero-width space at the end", "10000\u200b", "digit", [28]),
    ("a JavaScript bigint literal", "10000n", "digit", [28]),
    ("a ticker", "10000USDC", "digit", [28]),
    ("a dollar sign", "$1", "digit", [28]),
    ("Infinity", "Infinity", "digit", [28]),
    ("a leading zero", "010000", "leading_zero", [28]),
    ("two zeros", "00", "leading_zero", [28]),
    ("seventy-eight digits, the first zero", "0" + "1" * 77, "leading_zero", [28]),
    ("a leading zero before hexadecimal digits: a wrong digit is said first", "0a", "digit", [28]),
    ("nothing", "", "empty", [28]),
]


def amount():
    file = VectorFile(
        "types/amount.json", "types/amount", "An amount in atomic units: decimal text `0|[1-9][0-9]{0,77}`, at most 2^256 - 1."
    )
    integer_notes(file)
    accepted = Text(file.group("accepted", source("spec2", "cpython"), comment="`word` is the 32-byte big-endian form."))
    for comment, number in [
        ("zero", 0),
        ("one", 1),
        ("ten", 10),
        ("a cent of a six-decimal token", 10000),
        ("2^53 - 1", 2**53 - 1),
        ("2^53 + 1, which a double rounds", 2**53 + 1),
        ("2^63 - 1", 2**63 - 1),
        ("2^64 - 1", 2**64 - 1),
        ("2^64", 2**64),
        ("2^128 - 1", 2**128 - 1),
        ("2^128", 2**128),
        ("10^18, one token of eighteen decimals", 10**18),
        ("10^38 - 1", 10**38 - 1),
        ("10^38", 10**38),
        ("10^77, the longest power of ten", 10**77),
        ("2^255", 2**255),
        ("2^256 - 1", MAX),
    ]:
        flags = ["Boundary"] if number >= 2**255 else []
        accepted.accept(
            comment, str(number), {"decimal": str(number), "word": word(number)}, flags=flags, rows=[29] if flags else []
        )
    refused = Text(
        file.group("refused", source("spec2"), comment="`says` shows what general integer readers make of the same text.")
    )
    refusals(refused, "amount")
    for comment, text in [
        ("2^256", str(2**256)),
        ("2^256 + 1", str(2**256 + 1)),
        ("seventy-eight nines", "9" * 78),
        ("seventy-nine digits", "1" + "0" * 78),
        ("a thousand digits", "1" * 1000),
    ]:
        refused.reject(comment, text, "amount_too_large", flags=["Boundary"], rows=[29])
    return file


def refusals(group, prefix, leave_out=()):
    for comment, text, reason, rows in NOT_DECIMAL:
        if comment in leave_out:
            continue
        says = integer_readers(text)
        lenient = any(answer != "reject" for answer in says.values())
        group.reject(
            comment, text, f"{prefix}_{reason}", flags=["Lenient"] if lenient else [], rows=rows, says=says if lenient else None
        )


def time():
    file = VectorFile(
        "types/time.json",
        "types/time",
        "A time: whole seconds since 1970 as decimal text, at most 2^64 - 1. Judging it is another matter (terms/window).",
    )
    integer_notes(file)
    accepted = Text(
        file.group(
            "accepted",
            source("spec2", "cpython"),
            comment="`seconds` is decimal text, because it may exceed what a JSON number holds.",
        )
    )
    for comment, number in [
        ("the beginning", 0),
        ("the sample's validAfter", 1740672089),
        ("the end of 32 bits", 2**32),
        ("2038", 2**31),
        ("milliseconds: a time, if an absurd one", 1740672089000),
        ("2^53", 2**53),
        ("2^63", 2**63),
        ("2^64 - 1", 2**64 - 1),
    ]:
        accepted.accept(
            comment,
            str(number),
            {"seconds": str(number)},
            flags=["Boundary"] if number >= 2**53 else [],
            rows=[53] if number > 2**40 else [],
        )
    refused = Text(file.group("refused", source("spec2")))
    refusals(refused, "time", leave_out=("seventy-eight digits, the first zero",))
    for comment, text in [
        ("2^64", str(2**64)),
        ("2^64 + 1", str(2**64 + 1)),
        ("2^256 - 1, which the token would take", str(MAX)),
        ("a hundred digits", "1" * 100),
    ]:
        refused.reject(comment, text, "time_too_large", flags=["Boundary"], rows=[53])
    refused.reject("an ISO 8601 date", "2025-02-27T16:01:29Z", "time_digit", rows=[31])
    return file


def address():
    file = VectorFile(
        "types/address.json", "types/address", "An EVM address: `0x` and forty digits; mixed case must be the checksum of EIP-55."
    )
    file.note("Checksum", "TYPO", "a mistyped address is somebody else's or nobody's", ["EIP-55"])
    file.note("Lenient", "PARSER_DIFFERENTIAL", "address readers of the references accept this text")
    file.note("Zero", "LOSS_OF_FUNDS", "a payment to the zero address is burnt")
    accepted = file.group(
        "accepted",
        source("viem", "eth-utils", "eip55"),
        comment="`address` is the checksummed form, `bytes` the twenty bytes.",
        party=False,
    )
    known = [
        ("the token of the sample", s.USDC),
        ("the payee of the sample", s.PAY_TO),
        ("the payer of the sample", s.PAYER),
        ("the exact Permit2 proxy", s.PERMIT2_PROXY),
        ("Permit2", "0x000000000022D473030F116dDEE9F6B43aC78BA3"),
        ("all capitals in the checksum, first of EIP-55", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("all capitals in the checksum, second of EIP-55", "0x8617E340B3D01FA5F11F306F4090FD50E238070D"),
        ("all small in the checksum, first of EIP-55", "0xde709f2102306220921060314715629080e2fb77"),
        ("all small in the checksum, second of EIP-55", "0x27b1fdb04752bbc536007a920d24acb045561c26"),
        ("normal, first of EIP-55", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ("normal, second of EIP-55", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
        ("normal, third of EIP-55", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"),
        ("normal, fourth of EIP-55", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"),
        ("digits only", "0x1111111111111111111111111111111111111111"),
        ("the zero address, where no party is meant", "0x" + "0" * 40),
        ("the highest address", "0x" + "f" * 40),
    ]

    def add(comment, text, flags=(), rows=()):
        checksummed = to_checksum_address(text)
        assert checksummed == ts().ask("checksum", address=text.lower()), text
        accepted.accept(comment, {"text": text}, {"address": checksummed, "bytes": text.lower()}, flags=flags, rows=rows)

    for comment, text in known:
        add(comment, to_checksum_address(text), flags=["Zero"] if "zero" in comment else [])
    for comment, text in known[:4]:
        add(f"{comment}, small letters", text.lower(), rows=[34])
        add(f"{comment}, capitals", "0x" + text[2:].upper(), rows=[34])
    refused = file.group("refused", source("eip55"), party=False)

    def reject(comment, text, reason, flags=(), rows=(34,), group=refused):
        says = {VIEM: outcome(lambda: ts().ask("checksum", address=text)), "eth-utils": outcome(lambda: to_checksum_address(text))}
        lenient = measured("reject", says)
        group.reject(comment, {"text": text}, reason, flags=[*flags, *(["Lenient"] if lenient else [])], rows=rows, says=lenient)

    wrong = s.USDC.replace("C", "c", 1)
    reject("one letter in the wrong case", wrong, "address_checksum", flags=["Checksum"])
    reject("every letter in the other case", "0x" + s.USDC[2:].swapcase(), "address_checksum", flags=["Checksum"])
    reject(
        "two neighbouring letters exchanged, the case left",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAde",
        "address_checksum",
        flags=["Checksum"],
    )
    reject("the checksum of another letter", s.PAY_TO.replace("Bc6a", "bc6a"), "address_checksum", flags=["Checksum"])
    reject("no prefix", s.USDC[2:], "address_prefix")
    reject("0X", "0X" + s.USDC[2:], "address_prefix")
    reject("x without zero", "x" + s.USDC[2:], "address_prefix")
    reject("a leading space", " " + s.USDC, "address_prefix")
    reject("empty", "", "address_prefix")
    reject("an ENS name", "alice.eth", "address_prefix")
    reject("the ICAP form", "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS", "address_prefix")
    reject("a Solana address", "AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9", "address_prefix")
    reject("the prefix alone", "0x", "address_length")
    reject("thirty-nine digits", s.USDC[:-1], "address_length")
    reject("forty-one digits", s.USDC + "0", "address_length")
    reject("a word of 32 bytes", "0x" + "0" * 24 + s.USDC[2:].lower(), "address_length")
    reject("a chain prefix before the address", "eip155:84532:" + s.USDC, "address_prefix")
    reject("a trailing space", s.USDC + " ", "address_length")
    reject("a letter that is no digit", s.USDC[:-1] + "g", "address_digit")
    reject("the letter O for a zero", "0x" + s.USDC[2:].replace("0", "O", 1).lower().replace("o", "O"), "address_digit")
    reject("a space inside", s.USDC[:20] + " " + s.USDC[21:], "address_digit")
    reject("an inner minus", s.USDC[:20] + "-" + s.USDC[21:], "address_digit")
    party = file.group("of a party", source("spec2"), comment="Read as the address of a payer, payee or asset.", party=True)
    party.accept("a payee", {"text": s.PAY_TO}, {"address": s.PAY_TO, "bytes": s.PAY_TO.lower()})
    party.accept(
        "the address one", {"text": "0x" + "0" * 39 + "1"}, {"address": "0x" + "0" * 39 + "1", "bytes": "0x" + "0" * 39 + "1"}
    )
    reject("the zero address", "0x" + "0" * 40, "address_zero", flags=["Zero"], group=party)
    reject("a wrong checksum is said of a party too", wrong, "address_checksum", flags=["Checksum"], group=party)
    return file


def network():
    file = VectorFile("types/network.json", "types/network", "A CAIP-2 network; an eip155 reference is a canonical chain id.")
    file.note("Alias", "PARSER_DIFFERENTIAL", "another spelling of a chain, which parseInt or a trimming reader takes for it")
    file.note("Pattern", "AUTH_BYPASS", "a pattern from outside chooses the chain")
    file.note("Boundary", "EDGE_CASE", "the shortest, the longest, or one beyond")

    accepted = file.group("accepted", source("caip2"), comment="`chainId` is decimal text, and only for eip155.")

    def says(result, text):
        return measured(result, object_says("requirements2", write(change(s.REQUIREMENTS_2, ["network"], text))))

    def accept(comment, text, flags=()):
        namespace, reference = text.split(":")
        expected = {"namespace": namespace, "reference": reference} | ({"chainId": reference} if namespace == "eip155" else {})
        accepted.accept(comment, {"text": text}, expected, flags=flags, says=says("accept", text))

    for comment, text in [
        ("Base", "eip155:8453"),
        ("Base Sepolia", "eip155:84532"),
        ("Ethereum", "eip155:1"),
        ("a chain nobody knows", "eip155:999999999"),
        ("Solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        ("Solana devnet", "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"),
        ("a name as reference", "cosmos:cosmoshub-4"),
        ("an underscore in the reference", "cosmos:Binance_Chain"),
        ("a hexadecimal reference", "tron:0x2b6653dc"),
        ("a plain word as reference", "hedera:mainnet"),
    ]:
        accept(comment, text)
    accept("a namespace of three characters", "sui:mainnet", ["Boundary"])
    accept("a namespace of eight characters", "chainstd:8c3444cf8970a9e41a706fab93e7a6c4", ["Boundary"])
    accept("a namespace with a digit and a minus", "a-1:x", ["Boundary"])
    accept("a reference of one character", "abc:1", ["Boundary"])
    accept("a reference of thirty-two characters", "abc:" + "a" * 32, ["Boundary"])
    accept("a leading zero outside eip155 is part of a name", "cosmos:007", ["Alias"])
    accept("the largest chain id", f"eip155:{2**64 - 1}", ["Boundary"])
    refused = file.group("refused", source("caip2"))

    def reject(comment, text, reason, flag):
        refused.reject(comment, {"text": text}, reason, flags=[flag], rows=[35], says=says("reject", text))

    for comment, text, reason, flag in [
        ("a v1 name", "base", "network_colon", "Alias"),
        ("a v1 name with a minus", "base-sepolia", "network_colon", "Alias"),
        ("a chain id alone", "8453", "network_colon", "Alias"),
        ("empty", "", "network_colon", "Boundary"),
        ("a full-width colon", "eip155\uff1a8453", "network_colon", "Alias"),
        ("a colon alone", ":", "network_namespace", "Boundary"),
        ("no namespace", ":8453", "network_namespace", "Boundary"),
        ("a namespace of two characters", "ab:1", "network_namespace", "Boundary"),
        ("a namespace of nine characters", "abcdefghi:1", "network_namespace", "Boundary"),
        ("capitals in the namespace", "EIP155:8453", "network_namespace", "Alias"),
        ("one capital in the namespace", "Eip155:8453", "network_namespace", "Alias"),
        ("an underscore in the namespace", "eip_155:8453", "network_namespace", "Alias"),
        ("a leading space", " eip155:8453", "network_namespace", "Alias"),
        ("a space before the colon", "eip155 :8453", "network_namespace", "Alias"),
        ("a Cyrillic letter in the namespace", "\u0435ip155:8453", "network_namespace", "Alias"),
        ("a pattern over everything", "*:*", "network_namespace", "Pattern"),
        ("no reference", "eip155:", "network_reference", "Boundary"),
        ("a reference of thirty-three characters", "abc:" + "a" * 33, "network_reference", "Boundary"),
        ("a pattern over a namespace", "eip155:*", "network_reference", "Pattern"),
        ("a regular expression", "eip155:.*", "network_reference", "Pattern"),
        ("a choice", "eip155:8453|84532", "network_reference", "Pattern"),
        ("a second colon", "eip155:8453:0", "network_reference", "Alias"),
        (
            "an account identifier of CAIP-10",
            "eip155:8453:0x036CbD53842c5426634e7929541eC2318f3dCF7e",
            "network_reference",
            "Alias",
        ),
        ("a trailing space", "eip155:8453 ", "network_reference", "Alias"),
        ("a trailing line feed", "eip155:8453\n", "network_reference", "Alias"),
        ("a space after the colon", "eip155: 8453", "network_reference", "Alias"),
        ("a zero-width space at the end", "eip155:8453\u200b", "network_reference", "Alias"),
        ("a byte order mark in front", "\ufeffeip155:8453", "network_namespace", "Alias"),
        ("a point in the reference", "eip155:8453.0", "network_reference", "Alias"),
        ("a plus sign", "eip155:+8453", "network_reference", "Alias"),
        ("full-width digits", "eip155:８４５３", "network_reference", "Alias"),
        ("a leading zero", "eip155:08453", "network_chain_id", "Alias"),
        ("zero", "eip155:0", "network_chain_id", "Alias"),
        ("a negative id", "eip155:-1", "network_chain_id", "Alias"),
        ("a letter at the end, which parseInt drops", "eip155:8453x", "network_chain_id", "Alias"),
        ("hexadecimal", "eip155:0x2105", "network_chain_id", "Alias"),
        ("an underscore between digits", "eip155:8_453", "network_chain_id", "Alias"),
        ("an exponent", "eip155:1e4", "network_chain_id", "Alias"),
        ("a name", "eip155:base", "network_chain_id", "Alias"),
        ("2^64", f"eip155:{2**64}", "network_chain_id", "Boundary"),
        ("thirty-two digits", "eip155:" + "9" * 32, "network_chain_id", "Boundary"),
    ]:
        reject(comment, text, reason, flag)
    return file


SAMPLE_NONCE = s.AUTHORIZATION["nonce"]


def nonce():
    file = VectorFile(
        "types/nonce.json",
        "types/nonce",
        "The nonce of EIP-3009: `0x` and sixty-four hexadecimal digits; the case of the digits does not matter.",
    )
    file.note("Case", "REPLAY", "the same nonce in another case must have the same key in a replay log", ["catalogue row 32"])
    file.note("Lenient", "PARSER_DIFFERENTIAL", "hexadecimal readers accept this text")
    accepted = Text(
        file.group(
            "accepted",
            source("spec2", "cpython"),
            comment="`nonce` is the canonical text, `decimal` the same 32 bytes as a number.",
        )
    )

    def accept(comment, text, flags=()):
        accepted.accept(comment, text, {"nonce": text.lower(), "decimal": str(int(text, 16))}, flags=flags, rows=[32])

    accept("the sample's nonce", SAMPLE_NONCE)
    accept("capitals", "0x" + SAMPLE_NONCE[2:].upper(), ["Case"])
    accept("mixed case", "0x" + "".join(c.upper() if i % 2 else c for i, c in enumerate(SAMPLE_NONCE[2:])), ["Case"])
    accept("all zero", word(0))
    accept("one", word(1))
    accept("all ones", word(MAX))
    accept("leading zero bytes are part of it", "0x" + "00" * 31 + "ff")
    accept("trailing zero bytes are part of it", "0xff" + "00" * 31)
    refused = Text(file.group("refused", source("spec2")))
    for comment, text, reason in [
        ("thirty-one bytes", SAMPLE_NONCE[:-2], "nonce_length"),
        ("thirty-three bytes", SAMPLE_NONCE + "00", "nonce_length"),
        ("sixty-three digits", SAMPLE_NONCE[:-1], "nonce_length"),
        ("sixty-five digits", SAMPLE_NONCE + "0", "nonce_length"),
        ("the prefix alone", "0x", "nonce_length"),
        ("a short hexadecimal number", "0x1", "nonce_length"),
        ("a trailing space", SAMPLE_NONCE + " ", "nonce_length"),
        ("no prefix", SAMPLE_NONCE[2:], "nonce_prefix"),
        ("0X", "0X" + SAMPLE_NONCE[2:], "nonce_prefix"),
        ("a leading space", " " + SAMPLE_NONCE, "nonce_prefix"),
        ("empty", "", "nonce_prefix"),
        ("decimal text", str(int(SAMPLE_NONCE, 16)), "nonce_prefix"),
        ("base64 of the bytes", "83RmE8LZILX9q8CFbyrrLU+I7mA3uMxdBKcaRGLxNIA=", "nonce_prefix"),
        ("a letter beyond f", SAMPLE_NONCE[:-1] + "g", "nonce_digit"),
        ("a second prefix inside", "0x0x" + SAMPLE_NONCE[4:], "nonce_digit"),
        ("a space inside", SAMPLE_NONCE[:20] + " " + SAMPLE_NONCE[21:], "nonce_digit"),
        ("a minus inside", SAMPLE_NONCE[:20] + "-" + SAMPLE_NONCE[21:], "nonce_digit"),
        ("an underscore inside", SAMPLE_NONCE[:20] + "_" + SAMPLE_NONCE[21:], "nonce_digit"),
    ]:
        says = {
            BIGINT: outcome(lambda text=text: ts().ask("bigint", text=text)),
            "Python int": outcome(lambda text=text: int(text, 16)),
        }
        lenient = any(answer != "reject" for answer in says.values())
        refused.reject(comment, text, reason, flags=["Lenient"] if lenient else [], rows=[32], says=says if lenient else None)
    return file


def permit2_nonce():
    file = VectorFile(
        "types/permit2-nonce.json",
        "types/permit2-nonce",
        "The nonce of Permit2: a uint256 in decimal text; it has the same 32 bytes and the same key as a hexadecimal one.",
    )
    integer_notes(file)
    file.note(
        "Notation",
        "REPLAY",
        "the two Permit2 samples of the specification write nonces in different notations (S11)",
        ["catalogue row 33"],
    )
    accepted = Text(file.group("accepted", source("spec2", "cpython"), comment="`nonce` is the canonical text of the 32 bytes."))
    for comment, number in [
        ("zero", 0),
        ("one", 1),
        ("the last bit of the first word", 255),
        ("the first bit of the second word", 256),
        ("a random one of 128 bits", 33247007178036348590600165115003213498),
        ("the sample's EIP-3009 nonce as a number", int(SAMPLE_NONCE, 16)),
        ("2^256 - 1", MAX),
    ]:
        accepted.accept(
            comment,
            str(number),
            {"nonce": word(number), "decimal": str(number)},
            rows=[33],
            flags=["Boundary"] if number == MAX else [],
        )
    refused = Text(file.group("refused", source("spec2")))
    for comment, text in [
        ("hexadecimal, as the upto sample has it", SAMPLE_NONCE),
        ("a short hexadecimal number", "0x1"),
        ("empty", ""),
        ("a leading zero", "01"),
        ("negative", "-1"),
        ("a plus sign", "+1"),
        ("a fraction", "1.0"),
        ("an exponent", "1e3"),
        ("a leading space", " 1"),
        ("an underscore", "1_000"),
        ("full-width", "１"),
    ]:
        says = integer_readers(text)
        lenient = any(answer != "reject" for answer in says.values())
        flags = (["Lenient"] if lenient else []) + (["Notation"] if text.startswith("0x") else [])
        refused.reject(comment, text, "nonce_decimal", flags=flags, rows=[33], says=says if lenient else None)
    for comment, number in [("2^256", 2**256), ("10^78", 10**78)]:
        refused.reject(comment, str(number), "nonce_too_large", flags=["Boundary"], rows=[33])
    return file


def payment_id():
    file = VectorFile(
        "types/payment-id.json",
        "types/payment-id",
        "The identifier of the payment-identifier extension: 16 to 128 characters of `[a-zA-Z0-9_-]`.",
    )
    file.note("Boundary", "EDGE_CASE", "the shortest, the longest, or one beyond")
    file.note("Symbol", "INJECTION", "identifiers end up in file names, keys and logs")
    accepted = Text(file.group("accepted", source("py", "map")))
    refused = Text(file.group("refused", source("py", "map")))

    def says(result, text):
        return measured(result, {PY: "accept" if is_valid_payment_id(text) else "reject"})

    for comment, text, flags in [
        ("as the TypeScript helper makes them", "pay_7d5d747be160e280a4f6b3e1c2d3e4f5", []),
        ("sixteen characters", "pay_7d5d747be160", ["Boundary"]),
        ("one hundred and twenty-eight characters", "a" * 128, ["Boundary"]),
        ("a UUID", "f47ac10b-58cc-4372-a567-0e02b2c3d479", []),
        ("every kind of character", "AZaz09_-AZaz09_-", []),
        ("digits only", "0123456789012345", []),
        ("signs only", "_-_-_-_-_-_-_-_-", []),
        ("a leading minus", "-abcdefghijklmnop", []),
    ]:
        accepted.accept(comment, text, {"id": text}, flags=flags, rows=[125], says=says("accept", text))
    for comment, text, reason, flag in [
        ("empty", "", "payment_id_length", "Boundary"),
        ("fifteen characters", "a" * 15, "payment_id_length", "Boundary"),
        ("one hundred and twenty-nine characters", "a" * 129, "payment_id_length", "Boundary"),
        ("a point", "pay.7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("a slash", "pay/7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("dots and slashes", "../../../../etc/passwd", "payment_id_symbol", "Symbol"),
        ("a space inside", "pay 7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("a trailing space", "pay_7d5d747be160e280 ", "payment_id_symbol", "Symbol"),
        ("a trailing line feed: `$` of a regular expression lets it pass", "pay_7d5d747be160e280\n", "payment_id_symbol", "Symbol"),
        ("base64 padding", "cGF5XzdkNWQ3NDdiZTE2MGUyODA=", "payment_id_symbol", "Symbol"),
        ("a plus sign", "pay+7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("a colon", "pay:7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("an accented letter", "páy_7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("a Cyrillic letter", "p\u0430y_7d5d747be160e280", "payment_id_symbol", "Symbol"),
        ("a zero-width space", "pay_7d5d747be160e280\u200b", "payment_id_symbol", "Symbol"),
        ("NUL", "pay_7d5d747be160\0e280", "payment_id_symbol", "Symbol"),
        ("a short text with a wrong character: the character is said first", "a.b", "payment_id_symbol", "Symbol"),
    ]:
        refused.reject(comment, text, reason, flags=[flag], rows=[125], says=says("reject", text))
    return file


# Version 1 network names

TYPESCRIPT_SOLANA = {
    "solana": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    "solana-devnet": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
    "solana-testnet": "solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z",
}
RS_ONLY = {"xdc": 50, "xrpl-evm": 1440000, "radius": 723487, "radius-testnet": 72344, "celo-sepolia": 11142220}
RS_NAMES = {
    "base-sepolia": 84532, "base": 8453, "avalanche-fuji": 43113, "avalanche": 43114, "iotex": 4689, "sei": 1329, "sei-testnet": 1328,
    "polygon": 137, "polygon-amoy": 80002, "peaq": 3338, "celo": 42220, **RS_ONLY,
}  # fmt: skip


def v1_names():
    file = VectorFile(
        "types/v1-network-names.json",
        "types/v1-network-names",
        "The network names of version 1 and the CAIP-2 networks they stand for.",
    )
    file.note(
        "Contested",
        "CROSS_CHAIN",
        "SDKs give the name to different chains: the signature of one is for another chain in the other (W16)",
    )
    file.note("OnlyOne", "INTEROPERABILITY", "one implementation alone knows the name")
    file.note("Unknown", "PARSER_DIFFERENTIAL", "a near miss is another name, never a guess")
    group = Text(
        file.group(
            "names",
            source("ts-evm", "py", "map"),
            comment="Where SDKs differ, TypeScript and Go decide. No entry in `says` means: does not know the name.",
        )
    )
    typescript = ts().ask("chainIds")
    every = {
        **{name: f"eip155:{number}" for name, number in {**V1_NETWORK_CHAIN_IDS, **RS_ONLY, **typescript}.items()},
        **TYPESCRIPT_SOLANA,
    }
    for name in sorted(every):
        says = {TS_EVM: typescript.get(name), PY: V1_NETWORK_CHAIN_IDS.get(name), RS: RS_NAMES.get(name)}
        says = {who: f"eip155:{number}" for who, number in says.items() if number}
        if name in TYPESCRIPT_SOLANA:
            group.accept(f"the name {name}", name, {"network": every[name]})
            continue
        differ = set(says.values()) != {every[name]}
        flags = ["Contested"] if differ else ["OnlyOne"] if len(says) == 1 else []
        group.accept(
            f"the name {name}",
            name,
            {"network": every[name]},
            flags=flags,
            rows=[35],
            says=says if flags or len(says) < 3 else None,
        )
    refused = Text(
        file.group(
            "no names", source("map"), comment="A look-up that finds nothing; an implementation may say so without an error."
        )
    )
    for comment, text in [
        ("empty", ""),
        ("a CAIP-2 network is no name of version 1", "eip155:8453"),
        ("capitals", "Base"),
        ("a trailing space", "base "),
        ("an underscore for the minus", "base_sepolia"),
        ("a network that version 1 never named", "arbitrum"),
        ("another", "optimism"),
        ("a nickname", "mainnet"),
        ("the pseudo chain id of Solana in an old library", "101"),
        ("a chain id", "8453"),
        ("a guess", "base-mainnet"),
        ("a look-alike letter", "b\u0430se"),
    ]:
        assert text not in every
        refused.reject(comment, text, "network_v1_name", flags=["Unknown"], rows=[35])
    return file
