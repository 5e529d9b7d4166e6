"""The bound nonce: terms, method, resource and metadata inside the nonce that a payer signs anyway."""

import json

from eth_abi import encode as abi_encode

from evmfacts import FULL_WORD, ZERO_WORD
from oracles import agree, canonical, evm_sources, hexed, json_sources, keccak_of, raw, sha256_hex, viem
from vectorlib import VectorFile

TAG = "quittance-binding/1"
# The terms hash of the specification's example (terms/terms-hash.json).
TERMS_TEXT = (
    '{"amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","extra":{"name":"USDC","version":"2"},"maxTimeoutSeconds":60,'
    '"network":"eip155:84532","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","scheme":"exact"}'
)
RESOURCE = "https://api.example.com/premium-data"
SALT = "0x" + bytes(range(32)).hex()


def files():
    file = VectorFile(
        "binding/bound-nonce.json",
        "binding/nonce",
        "nonce = keccak256(T, terms hash, keccak256(method), keccak256(resource), metadata hash, salt): six words of 32 bytes one after another, "
        "which is abi.encode(bytes32, ...). T = keccak256(`quittance-binding/1`). `method` is the method as it is sent, `tools/call` for MCP; "
        "`resource` is in canonical form (binding/resource); the metadata hash is SHA-256 over the RFC 8785 form of the metadata object, given as "
        "JSON text, or 32 zero bytes where there is none. `decimal` is the same number for Permit2. Where the input has a `nonce`, it is the "
        "one that was signed, and it must be this one.",
    )
    base(file)
    fields(file)
    methods(file)
    resources(file)
    metadata(file)
    confusions(file)
    signed(file)
    refusals(file)
    return [file]


def question(**changes):
    return {"termsHash": "sha256:" + sha256_hex(TERMS_TEXT), "method": "GET", "resource": RESOURCE, "salt": SALT} | changes


def bound(asked):
    assert canonical(TERMS_TEXT) == TERMS_TEXT
    metadata_hash = "0x" + sha256_hex(canonical(asked["metadata"])) if "metadata" in asked else ZERO_WORD
    words = [
        keccak_of(TAG.encode()),
        "0x" + asked["termsHash"].removeprefix("sha256:"),
        keccak_of(asked["method"].encode("ascii")),
        keccak_of(asked["resource"].encode("ascii")),
        metadata_hash,
        asked["salt"],
    ]
    preimage = "0x" + "".join(word[2:] for word in words)
    kinds = ["bytes32"] * 6
    assert hexed(abi_encode(kinds, [raw(word) for word in words])) == preimage
    nonce = agree("nonce", keccak_of(raw(preimage)), viem().ask("keccakAbi", types=kinds, values=words))
    return {"metadataHash": metadata_hash, "preimage": preimage, "nonce": nonce, "decimal": str(int(nonce, 16))}


class Nonces:
    """Cases of one group; no two may share a nonce unless they say so."""

    def __init__(self, file, name, comment):
        self.group, self.seen = file.group(name, [*evm_sources(), *json_sources()], comment), {}

    def add(self, comment, flags=(), rows=(), same_as=None, **changes):
        asked = question(**changes)
        answer = bound(asked)
        assert self.seen.get(answer["nonce"]) == same_as, f"{comment}: has the nonce of {self.seen.get(answer['nonce'])}"
        self.seen.setdefault(answer["nonce"], comment)
        self.group.accept(comment, asked, answer, flags, rows)


def base(file):
    cases = Nonces(file, "whole", "Ordinary purchases.")
    cases.add("the specification's example, fetched with GET", rows=[96])
    cases.add("the same with metadata", metadata='{"order":"A-1001"}', rows=[96])
    cases.add("a tool of an MCP server", method="tools/call", resource="mcp://tool/get_weather", rows=[96])
    cases.add(
        "a POST with metadata",
        method="POST",
        resource="https://api.example.com/llm/generate?model=small",
        metadata='{"body":"sha256:' + "ab" * 32 + '"}',
        rows=[111],
    )


def fields(file):
    file.note(
        "Field",
        "AUTH_BYPASS",
        "One field differs from the group's first case: another nonce, so the payment cannot be spent there.",
    )
    cases = Nonces(file, "each field", "The first case with one field changed.")
    cases.add("the first case")
    terms = question()["termsHash"]
    flipped = "sha256:" + f"{int(terms[7:], 16) ^ 1:064x}"
    cases.add("last bit of the terms hash", ["Field"], [65], termsHash=flipped)
    cases.add("first bit of the terms hash", ["Field"], [65], termsHash="sha256:" + f"{int(terms[7:], 16) ^ 1 << 255:064x}")
    cases.add("zero terms hash", ["Field"], termsHash="sha256:" + "00" * 32)
    cases.add("terms hash of all ones", ["Field"], termsHash="sha256:" + "ff" * 32)
    cases.add("another method", ["Field"], [110], method="POST")
    cases.add("another resource", ["Field"], [107], resource="https://api.example.com/other-data")
    cases.add("metadata where there was none", ["Field"], metadata='{"a":1}')
    cases.add("empty metadata, which is not none", ["Field"], metadata="{}")
    cases.add("last bit of the salt", ["Field"], [96], salt=f"0x{int(SALT, 16) ^ 1:064x}")
    cases.add("first bit of the salt", ["Field"], [96], salt=f"0x{int(SALT, 16) ^ 1 << 255:064x}")
    cases.add("zero salt", ["Field"], salt=ZERO_WORD)
    cases.add("salt of all ones", ["Field"], salt=FULL_WORD)


def methods(file):
    file.note(
        "Method",
        "AUTH_BYPASS",
        "The method is hashed as it is sent. HTTP methods are case-sensitive.",
        ["https://www.rfc-editor.org/rfc/rfc9110#section-9.1"],
    )
    cases = Nonces(file, "methods", "One purchase with each method.")
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "get", "Get", "tools/call", "M-SEARCH"):
        cases.add(f"`{method}`", ["Method"], [110], method=method)


def resources(file):
    file.note(
        "Resource", "AUTH_BYPASS", "Canonical resources are hashed byte for byte: what a server could tell apart has another nonce."
    )
    cases = Nonces(file, "resources", "One purchase at each resource; all are in canonical form.")
    for resource, row in (
        (RESOURCE, 107),
        (RESOURCE + "/", 113),
        (RESOURCE + "?", 112),
        (RESOURCE + "?a=1&b=2", 112),
        (RESOURCE + "?b=2&a=1", 112),
        (RESOURCE + "?a=%20", 112),
        (RESOURCE + "?a=+", 112),
        ("https://api.example.com/Premium-Data", 113),
        ("https://api.example.com//premium-data", 113),
        ("https://api.example.com/premium%2Ddata", 113),
        ("https://api.example.com/premium%2ddata", 113),
        ("http://api.example.com/premium-data", 114),
        ("https://api.example.com:8443/premium-data", 114),
        ("https://api.example.net/premium-data", 114),
        ("https://api.example.com/", 107),
        ("mcp://tool/premium-data", 107),
    ):
        cases.add(f"`{resource}`", ["Resource"], [row], resource=resource)


def signed(file):
    file.note(
        "Signed",
        "AUTH_BYPASS",
        "The nonce that was signed is checked against what is asked for: a payment bound elsewhere is refused.",
    )
    cases = Nonces(file, "signed nonces", "A nonce that was signed for the first purchase, presented with each request.")
    nonce = bound(question())["nonce"]
    cases.add("the purchase it was signed for", ["Signed"], [96], nonce=nonce)
    for comment, row, changes in (
        ("another resource", 107, {"resource": "https://api.example.com/other-data"}),
        ("the same path on another host", 109, {"resource": "https://evil.example/premium-data"}),
        ("another query", 112, {"resource": RESOURCE + "?page=2"}),
        ("another method", 110, {"method": "POST"}),
        ("other terms", 65, {"termsHash": "sha256:" + "ab" * 32}),
        ("metadata that was not signed", 96, {"metadata": '{"order":"A-1001"}'}),
        ("another salt", 96, {"salt": FULL_WORD}),
        ("the salt in reverse", 96, {"salt": "0x" + bytes(range(31, -1, -1)).hex()}),
    ):
        asked = question(**changes) | {"nonce": nonce}
        assert bound(asked)["nonce"] != nonce
        cases.group.reject(comment, asked, "binding_nonce", ["Signed"], [row])
    spec = "0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480"
    cases.group.reject("an ordinary random nonce", question() | {"nonce": spec}, "binding_nonce", ["Signed"], [96])
    cases.group.reject("zero", question() | {"nonce": ZERO_WORD}, "binding_nonce", ["Signed"], [96])
    cases.group.reject("one bit", question() | {"nonce": f"0x{int(nonce, 16) ^ 1:064x}"}, "binding_nonce", ["Signed"], [96])


def refusals(file):
    file.note("Malformed", "EDGE_CASE", "A field that no binding can hold.")
    cases = Nonces(file, "malformed", "Fields at and beyond their grammar.")
    cases.add("a method of 32 characters, the longest", ["Malformed"], method="M" * 32)
    cases.add("a method of one character", ["Malformed"], method="x")

    def refuse(comment, reason, **changes):
        cases.group.reject(comment, question(**changes), reason, ["Malformed"])

    refuse("an empty method", "binding_method", method="")
    refuse("a method of 33 characters", "binding_method", method="M" * 33)
    refuse("a space in the method", "binding_method", method="GET ")
    refuse("a line feed in the method", "binding_method", method="GET\n")
    refuse("a zero byte in the method", "binding_method", method="GET\u0000")
    refuse("a letter outside ASCII in the method", "binding_method", method="G\u00c9T")
    refuse("a salt without prefix", "hex_prefix", salt=SALT[2:])
    refuse("a salt of 31 bytes", "hex_length", salt=SALT[:-2])
    refuse("a salt of 33 bytes", "hex_length", salt=SALT + "00")
    refuse("a salt with a letter that is no digit", "hex_digit", salt=SALT[:-1] + "g")
    terms = question()["termsHash"]
    refuse("a terms hash without prefix", "hex_prefix", termsHash=terms[7:])
    refuse("a terms hash with another prefix", "hex_prefix", termsHash="0x" + terms[7:])
    refuse("a terms hash of 31 bytes", "hex_length", termsHash=terms[:-2])
    refuse("a terms hash in upper case: it has one spelling", "hex_digit", termsHash="sha256:" + "AB" * 32)
    refuse("a terms hash with its prefix in upper case", "hex_prefix", termsHash=terms.replace("sha256", "SHA256"))


def metadata(file):
    file.note("Metadata", "EDGE_CASE", "Metadata counts in its RFC 8785 form: spelling does not matter, every value does.")
    cases = Nonces(file, "metadata", "One purchase with different metadata.")

    def add(comment, text, same_as=None, rows=()):
        cases.add(comment, ["Metadata"], rows, same_as, metadata=text)

    cases.add("none")
    add("empty", "{}")
    add("empty with white space", " { } ", "empty")
    add("two members", '{"a":1,"b":"x"}')
    add("the two in the other order", '{"b":"x","a":1}', "two members")
    add("white space", '{\n "a" : 1,\n "b" : "x"\n}', "two members")
    add("1.0 for 1", '{"a":1.0,"b":"x"}', "two members", [39])
    add("1e0 for 1", '{"a":1e0,"b":"x"}', "two members", [39])
    add("an escape", '{"a":1,"b":"\\u0078"}', "two members", [22])
    add("text for the number", '{"a":"1","b":"x"}')
    add("another number", '{"a":2,"b":"x"}')
    add("a null member, which counts", '{"a":1,"b":"x","c":null}')
    add("an object inside", '{"order":{"id":"A-1001","items":[3,1,2]}}')
    add("text outside ASCII", json.dumps({"name": "USD\u20ae0"}, ensure_ascii=False))
    add("the same escaped", json.dumps({"name": "USD\u20ae0"}), "text outside ASCII")
    add("names beyond the basic plane, in the order of UTF-16", json.dumps({"\ufb33": 1, "\U00010000": 2}, ensure_ascii=False))


def confusions(file):
    file.note("Confusion", "AUTH_BYPASS", "Two fields whose bytes could run together, were they not hashed one by one.")
    cases = Nonces(file, "confusions", "Fields that must not pass for each other.")
    cases.add("an ordinary purchase")
    cases.add("a tool named as the method", ["Confusion"], method="tools/call", resource="mcp://tool/GET")
    cases.add("a method named as the tool", ["Confusion"], method="GET", resource="mcp://tool/GET")
    cases.add(
        "terms hash and salt exchanged", ["Confusion"], termsHash="sha256:" + SALT[2:], salt="0x" + question()["termsHash"][7:]
    )
    text = "sha256:" + sha256_hex(canonical('{"a":1}'))
    cases.add("the metadata's hash as salt, without metadata", ["Confusion"], salt="0x" + text[7:])
