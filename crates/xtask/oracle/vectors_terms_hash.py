"""The terms hash: one name for an offer, whatever its spelling."""

import json

from evmfacts import SPEC_TO, USDC_BASE, USDC_BASE_SEPOLIA
from oracles import canonical, json_sources, published, sha256_hex
from vectorlib import VectorFile

OFFER = {
    "scheme": "exact",
    "network": "eip155:84532",
    "amount": "10000",
    "asset": USDC_BASE_SEPOLIA,
    "payTo": SPEC_TO,
    "maxTimeoutSeconds": 60,
    "extra": {"name": "USDC", "version": "2"},
}
V1_OFFER = {
    "scheme": "exact",
    "network": "base-sepolia",
    "maxAmountRequired": "10000",
    "resource": "https://api.example.com/premium-data",
    "description": "Access to premium market data",
    "mimeType": "application/json",
    "outputSchema": None,
    "payTo": SPEC_TO,
    "maxTimeoutSeconds": 60,
    "asset": USDC_BASE_SEPOLIA,
    "extra": {"name": "USDC", "version": "2"},
}
# Names of version 1 about which the published tables agree.
V1_NETWORKS = {
    "base-sepolia": "eip155:84532",
    "base": "eip155:8453",
    "avalanche-fuji": "eip155:43113",
    "avalanche": "eip155:43114",
    "iotex": "eip155:4689",
    "sei": "eip155:1329",
    "sei-testnet": "eip155:1328",
    "polygon": "eip155:137",
    "polygon-amoy": "eip155:80002",
    "solana": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    "solana-devnet": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
}


def files():
    file = VectorFile(
        "terms/terms-hash.json",
        "terms/hash",
        "An entry of `accepts` as JSON text, to its terms hash: SHA-256 over the RFC 8785 form of the entry with all its members, those that "
        "nobody knows too, except that an `extra` which is null or {} is left out. An entry of version 1 is first written as version 2 has it: "
        "scheme, network as CAIP-2, amount, asset, payTo, maxTimeoutSeconds, extra; its other members are about the resource and drop out.",
    )
    offers(file)
    spellings(file)
    changes(file)
    extras(file)
    numbers(file)
    texts(file)
    version_1(file)
    return [file]


def terms(text, version):
    """The document that is hashed, as Python reads it."""
    entry = json.loads(text)
    if version == 1:
        names = {
            "scheme": "scheme",
            "amount": "maxAmountRequired",
            "asset": "asset",
            "payTo": "payTo",
            "maxTimeoutSeconds": "maxTimeoutSeconds",
            "extra": "extra",
        }
        mapped = {name: entry[old] for name, old in names.items() if old in entry}
        entry = {**mapped, "network": V1_NETWORKS[entry["network"]]}
    if entry.get("extra", {}) in (None, {}):
        entry.pop("extra", None)
    return entry


class Hashes:
    def __init__(self, group):
        self.group, self.seen = group, {}

    def add(self, comment, entry, version=2, flags=(), rows=(), same_as=None):
        text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        form = canonical(json.dumps(terms(text, version)))
        found = "sha256:" + sha256_hex(form)
        assert self.seen.get(found) == same_as, f"{comment}: has the hash of {self.seen.get(found)}"
        self.seen.setdefault(found, comment)
        self.group.accept(comment, {"requirements": text, "version": version}, {"canonical": form, "hash": found}, flags, rows)


def offers(file):
    cases = Hashes(file.group("offers", json_sources(), "Entries as sellers write them."))
    cases.add("the specification's example", OFFER)
    cases.add("Permit2", {**OFFER, "extra": {"assetTransferMethod": "permit2", "name": "USDC", "version": "2"}})
    cases.add(
        "upto",
        {
            **OFFER,
            "scheme": "upto",
            "amount": "5000000",
            "maxTimeoutSeconds": 300,
            "extra": {"assetTransferMethod": "permit2", "facilitatorAddress": SPEC_TO, "name": "USDC", "version": "2"},
        },
    )
    cases.add(
        "on Solana",
        {
            **OFFER,
            "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
            "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
            "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
        },
    )
    cases.add("no extra", {name: value for name, value in OFFER.items() if name != "extra"})


def spellings(file):
    file.note("Spelling", "EDGE_CASE", "Another spelling of the same entry: the hash is the same.")
    cases = Hashes(file.group("spellings", json_sources(), "One entry written in several ways."))
    first = "as the specification writes it"
    cases.add(first, OFFER)

    def again(comment, entry, rows=(38,)):
        cases.add(comment, entry, flags=["Spelling"], rows=rows, same_as=first)

    again("members in reverse", dict(reversed(OFFER.items())))
    again("members sorted", dict(sorted(OFFER.items())))
    again("members of extra in reverse", {**OFFER, "extra": {"version": "2", "name": "USDC"}})
    again("extra in front", {"extra": OFFER["extra"], **{name: value for name, value in OFFER.items() if name != "extra"}})
    again("white space", json.dumps(OFFER, indent=2))
    again("tabs and carriage returns", json.dumps(OFFER, indent="\t").replace("\n", "\r\n"))
    again("a space around every sign", json.dumps(OFFER, separators=(" , ", " : ")))
    again("a value escaped", json.dumps(OFFER).replace('"USDC"', '"\\u0055\\u0053DC"'), [22])
    again("a name escaped", json.dumps(OFFER).replace('"payTo"', '"pay\\u0054o"'), [22])
    again("a slash escaped where none needs to be", json.dumps(OFFER).replace("eip155:84532", "eip155\\u003a84532"), [22])


def changes(file):
    file.note("Change", "AUTH_BYPASS", "One member differs: another hash, even where the two mean the same to a person.")
    cases = Hashes(file.group("changes", json_sources(), "The specification's example with one member changed."))
    cases.add("the specification's example", OFFER)

    def other(comment, rows=(67,), **changes):
        cases.add(comment, {**OFFER, **changes}, flags=["Change"], rows=rows)

    other("another scheme", scheme="upto")
    other("another network", network="eip155:8453")
    other("another amount", amount="10001", rows=[57])
    other("another asset", asset=USDC_BASE, rows=[62])
    other("the asset in lower case: text, so another hash", asset=USDC_BASE_SEPOLIA.lower())
    other("another payee", payTo=USDC_BASE, rows=[61])
    other("another time", maxTimeoutSeconds=61)
    other("another token name", extra={"name": "USD Coin", "version": "2"}, rows=[68])
    other("another version of the token", extra={"name": "USDC", "version": "1"}, rows=[68])
    other("one more member in extra", extra={**OFFER["extra"], "assetTransferMethod": "eip3009"})
    other("one member less in extra", extra={"name": "USDC"})
    other("a member that nobody knows", rows=[37], color="green")
    other("the same with another value", rows=[37], color="blue")
    other("a member that nobody knows, null, which is not left out", rows=[37], color=None)
    other("a member that nobody knows, empty", rows=[37], options={})
    other("a member of version 1, which version 2 does not know", rows=[37], maxAmountRequired="10000")


def extras(file):
    file.note("NoExtra", "EDGE_CASE", "An extra that is absent, null or {} is one and the same.")
    cases = Hashes(file.group("no extra", json_sources(), "The ways to have nothing in extra."))
    bare = {name: value for name, value in OFFER.items() if name != "extra"}
    cases.add("absent", bare, rows=[43])
    cases.add("null", {**bare, "extra": None}, flags=["NoExtra"], rows=[43], same_as="absent")
    cases.add("{}", {**bare, "extra": {}}, flags=["NoExtra"], rows=[43], same_as="absent")
    cases.add(
        "{} with white space inside", json.dumps(bare)[:-1] + ', "extra": {\n} }', flags=["NoExtra"], rows=[43], same_as="absent"
    )
    cases.add("a member that is null is something", {**bare, "extra": {"name": None}}, rows=[43])
    cases.add("a member that is {} is something", {**bare, "extra": {"name": {}}}, rows=[43])
    cases.add("a member that is [] is something", {**bare, "extra": {"name": []}}, rows=[43])
    cases.add("a member that is empty text is something", {**bare, "extra": {"name": ""}}, rows=[43])
    cases.add("a member without a name is something", {**bare, "extra": {"": "x"}}, rows=[43])


def numbers(file):
    file.note(
        "Number",
        "EDGE_CASE",
        "Numbers are written as ECMAScript writes doubles, so several spellings are one number.",
        ["https://www.rfc-editor.org/rfc/rfc8785#section-3.2.2.3"],
    )
    cases = Hashes(file.group("numbers in extra", json_sources(), "Numbers that a scheme may put into extra."))

    def add(comment, number, same_as=None):
        text = json.dumps({**OFFER, "extra": {"n": 77777}}, separators=(",", ":")).replace("77777", number)
        cases.add(comment, text, flags=["Number"], rows=[39], same_as=same_as)

    add("1", "1")
    add("1.0 is 1", "1.0", "1")
    add("1e0 is 1", "1e0", "1")
    add("10e-1 is 1", "10e-1", "1")
    add("0", "0")
    add("-0 is 0", "-0", "0")
    add("-0.0 is 0", "-0.0", "0")
    add("0e10 is 0", "0e10", "0")
    add("-1", "-1")
    add("0.1", "0.1")
    add("0.10 is 0.1", "0.10", "0.1")
    add("1E-1 is 0.1", "1E-1", "0.1")
    add("0.30000000000000004, the shortest digits of its double", "0.30000000000000004")
    add("100", "100")
    add("1e2 is 100", "1e2", "100")
    add("1e15, the last power of ten in full", "1e15")
    add("1e21, the first with an exponent", "1e21")
    add("0.000001, the last without an exponent", "0.000001")
    add("1e-7, the first with one", "1e-7")
    add("0.0000001 is 1e-7", "0.0000001", "1e-7, the first with one")
    add("123456789.125", "123456789.125")
    add("333333333.33333329, whose double has fewer digits", "333333333.33333329")
    add("2^-25, whose two shortest texts are as near: the even one", "2.98023223876953125e-8")
    add("2^53 - 1, the greatest integer", str(2**53 - 1))
    add("-(2^53 - 1)", str(-(2**53 - 1)))
    add("the greatest double", "1.7976931348623157e308")
    add("the least double", "5e-324")


def texts(file):
    file.note("Unicode", "EDGE_CASE", "Text is never normalised; it is written as UTF-8 with the shortest escapes.")
    file.note(
        "Order",
        "EDGE_CASE",
        "Names are sorted by their UTF-16 code units, which is not the order of code points beyond the basic plane.",
        ["https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3"],
    )
    sources = [published("RFC 8785, section 3.2.3", "2020"), *json_sources()]
    cases = Hashes(file.group("texts and names", sources, "Text outside ASCII, escapes, and the order of names."))

    def add(comment, extra, flag="Unicode", rows=(), same_as=None):
        cases.add(comment, {**OFFER, "extra": extra}, flags=[flag], rows=rows, same_as=same_as)

    add("a token name outside ASCII", {"name": "USD\u20ae0", "version": "1"}, rows=[41])
    cases.add(
        "the same, escaped",
        json.dumps({**OFFER, "extra": {"name": "USD\u20ae0", "version": "1"}}),
        flags=["Unicode"],
        rows=[41],
        same_as="a token name outside ASCII",
    )
    add("precomposed letter (NFC)", {"name": "Caf\u00e9"}, rows=[42])
    add("decomposed letter (NFD): another hash", {"name": "Cafe\u0301"}, rows=[42])
    add("emoji", {"name": "\U0001f4b5"})
    cases.add(
        "the same as a pair of escapes", json.dumps({**OFFER, "extra": {"name": "\U0001f4b5"}}), flags=["Unicode"], same_as="emoji"
    )
    add("quotation mark, backslash, slash", {"name": '"\\/'})
    add("the escapes with letters of their own", {"name": "\b\f\n\r\t"})
    add("control characters without one", {"name": "\u0000\u0001\u001f\u007f"})
    add("line separators, which JavaScript once escaped", {"name": "\u2028\u2029"})
    add(
        "the sample of the RFC",
        {
            "\u20ac": "Euro Sign",
            "\r": "Carriage Return",
            "\ufb33": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\U0001f600": "Emoji: Grinning Face",
            "\u0080": "Control",
            "\u00f6": "Latin Small Letter O With Diaeresis",
        },
        "Order",
    )
    add("two names on either side of the surrogates", {"\ufb33": 1, "\U00010000": 2}, "Order")
    add("names of which one begins the other", {"ab": 1, "a": 2, "": 3}, "Order")
    add("digits, capitals, small letters", {"a": 1, "B": 2, "10": 3, "9": 4, "_": 5, "A": 6, "b": 7}, "Order")
    add(
        "objects in objects, sorted at every level",
        {"z": {"b": [{"y": 1, "x": {"d": None, "c": True}}], "a": False}, "a": {}},
        "Order",
    )
    add("lists keep their order", {"list": [3, 1, 2, "b", "a"]}, "Order")
    add("names that JavaScript objects treat specially", {"constructor": 1, "toString": 2, "hasOwnProperty": 3}, "Order", [40])


def version_1(file):
    file.note("Version1", "BASIC", "An entry of version 1 hashes as the entry of version 2 that says the same.")
    cases = Hashes(file.group("version 1", json_sources(), "Entries of version 1."))
    first = "the specification's example, version 2"
    cases.add(first, OFFER)
    cases.add("the specification's example, version 1", V1_OFFER, 1, ["Version1"], same_as=first)
    cases.add(
        "another resource and description",
        {**V1_OFFER, "resource": "https://api.example.com/other", "description": ""},
        1,
        ["Version1"],
        [72],
        same_as=first,
    )
    cases.add(
        "without the optional members",
        {name: value for name, value in V1_OFFER.items() if name not in ("mimeType", "outputSchema")},
        1,
        ["Version1"],
        [72],
        same_as=first,
    )
    cases.add(
        "with an output schema",
        {**V1_OFFER, "outputSchema": {"input": {"type": "http", "method": "GET"}}},
        1,
        ["Version1"],
        [72],
        same_as=first,
    )
    cases.add("members in reverse", dict(reversed(V1_OFFER.items())), 1, ["Version1"], [38], same_as=first)
    cases.add("another amount", {**V1_OFFER, "maxAmountRequired": "10001"}, 1, ["Version1"])
    bare = {name: value for name, value in V1_OFFER.items() if name != "extra"}
    cases.add("no extra", bare, 1, ["Version1"], [43])
    cases.add("extra null", {**bare, "extra": None}, 1, ["Version1"], [43], same_as="no extra")
    cases.add("extra {}", {**bare, "extra": {}}, 1, ["Version1"], [43], same_as="no extra")
    for name, network in V1_NETWORKS.items():
        if name != "base-sepolia":
            cases.add(f"`{name}` is {network}", {**V1_OFFER, "network": name}, 1, ["Version1"])
    cases.add(
        "the same as version 2 on Base", {**OFFER, "network": "eip155:8453"}, 2, ["Version1"], same_as="`base` is eip155:8453"
    )
