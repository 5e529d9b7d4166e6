"""Signed offers and receipts (offer-receipt extension): making them, and finding out who made them."""

import json

from evmfacts import ANVIL0, ANVIL1, SPEC_FROM, SPEC_TO, USDC_BASE
from jsontext import without
from oracles import address_of, evm_sources, published
from statementfacts import (
    ED25519,
    EXTENSIONS,
    P256,
    SOURCES,
    base64url,
    did_jwk,
    did_key,
    did_pkh,
    ed25519_public,
    eip712,
    high,
    es256k,
    jws,
    official_check,
    p256_jwk,
    p256_key,
    secp256k1_did,
    secp256k1_jwk,
    secp256k1_public,
)
from vectorlib import VectorFile

SEED = "0x" + "2a" * 32
OFFER = {
    "version": 1,
    "resourceUrl": "https://api.example.com/premium-data",
    "scheme": "exact",
    "network": "eip155:8453",
    "asset": USDC_BASE,
    "payTo": SPEC_TO,
    "amount": "10000",
    "validUntil": 1703123516,
}
RECEIPT = {
    "version": 1,
    "network": "eip155:8453",
    "resourceUrl": "https://api.example.com/premium-data",
    "payer": SPEC_FROM,
    "issuedAt": 1703123456,
}
TRANSACTION = "0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef"
PAYLOADS = {"offer": OFFER, "receipt": RECEIPT}
SPEC = published("x402 offer and receipt extension", "0.6")


def files():
    return [sign(), check()]


def text(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def complete(kind, payload):
    """The payload as EIP-712 wants it: every member there."""
    member, absent = ("validUntil", 0) if kind == "offer" else ("transaction", "")
    return {**payload, member: payload.get(member, absent)}


def in_eip712(kind, payload, key, **more):
    payload = complete(kind, payload)
    return text({"format": "eip712", **more, "payload": payload, "signature": eip712(kind, payload, key)})


def in_jws(compact, **more):
    return text({"format": "jws", **more, "signature": compact})


# Making them


def sign():
    file = VectorFile(
        "statements/sign.json",
        "statement/sign",
        "A secp256k1 key, a format and what is to be said, to the one artifact. A JWS has a header of `alg` and `kid` in this order, the "
        "payload in RFC 8785, and without a `kid` of its own the did:key of the key. These keys are public.",
    )
    file.note("Optional", "INTEROPERABILITY", "What is not said is 0 or empty in EIP-712, and absent in a JWS.")
    file.note("Unicode", "EDGE_CASE", "Text is signed as its UTF-8 bytes.")
    for kind, payload in PAYLOADS.items():
        group = file.group(f"{kind}s in EIP-712", [SPEC, *evm_sources(), *SOURCES])

        def case(comment, payload, key=ANVIL0, flags=()):
            artifact = in_eip712(kind, payload, key)
            assert official_check(kind, artifact) == "accept", artifact
            given = {"kind": kind, "format": "eip712", "privateKey": key, "payload": text(payload)}
            group.accept(comment, given, {"text": artifact, "signer": address_of(key)}, flags)

        cases(case, kind, payload)
        group = file.group(f"{kind}s as JWS", [SPEC, *evm_sources(), *SOURCES])

        def case(comment, payload, key=ANVIL0, flags=(), kid=None):
            said = without(payload, *(name for name in ("validUntil", "transaction") if not payload.get(name)))
            artifact = in_jws(jws(said, key, {"alg": "ES256K", "kid": kid or secp256k1_did(key)}))
            assert kid is not None or official_check(kind, artifact) == "accept", artifact
            given = {"kind": kind, "format": "jws", "privateKey": key, "payload": text(payload), **({"kid": kid} if kid else {})}
            group.accept(comment, given, {"text": artifact, "signer": secp256k1_did(key)}, flags)

        cases(case, kind, payload)
        case("under a name of the web", payload, kid="did:web:api.example.com#key-1")
        case("under the name of an account", payload, kid=did_pkh(ANVIL0))
        refused = file.group(f"{kind}s under a name that is none", [SPEC])
        for comment, kid, reason in (
            ("no DID", "https://api.example.com/key", "statement_kid"),
            ("a space in it", "did:web:api.example.com #1", "statement_kid"),
            ("the did:key of another key", secp256k1_did(ANVIL1), "statement_key_mismatch"),
            ("the account of another key", did_pkh(ANVIL1), "statement_key_mismatch"),
        ):
            given = {"kind": kind, "format": "jws", "privateKey": ANVIL0, "payload": text(payload), "kid": kid}
            refused.reject(comment, given, reason)
    return file


def cases(case, kind, payload):
    case("the specification's sample", payload)
    case("by another key", payload, ANVIL1)
    case("for a resource with a query", {**payload, "resourceUrl": "https://api.example.com/a?b=1&c=%20"})
    case("for a tool", {**payload, "resourceUrl": "mcp://tool/search"})
    case("a text that is not ASCII", {**payload, "resourceUrl": "https://api.example.com/caf\u00e9"}, flags=["Unicode"])
    case("on Solana", {**payload, "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"})
    if kind == "offer":
        case("without an end", without(payload, "validUntil"), flags=["Optional"])
        case("for a role", {**payload, "payTo": "merchant", "asset": "USD"})
        case("ending at the last second that every reader can hold", {**payload, "validUntil": 2**53 - 1})
    else:
        case("with a transaction", {**payload, "transaction": TRANSACTION})
        case("with an empty transaction", {**payload, "transaction": ""}, flags=["Optional"])


# Finding out who made them


def check():
    file = VectorFile(
        "statements/check.json",
        "statement/check",
        "An artifact, to what is said and the key that said it: the recovered account of EIP-712, the key of a JWS. Whether that key may "
        "speak for the resource is another question. What has to be looked up on a network, or is of a curve that is not at hand, is "
        "not checked: such a case is refused with a reason that says so.",
    )
    file.note("Tampered", "AUTH_BYPASS", "Something was changed after it was signed; the signer is then another account, or nobody.")
    file.note("Key", "AUTH_BYPASS", "The key that is named is not the key that signed, or names itself.")
    file.note("Lookup", "MISSING_CHECK", "What cannot be checked here must not count as right.")
    file.note("Encoding", "PARSER_DIFFERENTIAL", "Two readers see two things in one text.")
    file.note("Optional", "INTEROPERABILITY", "What is not said is 0 or empty in EIP-712, and absent in a JWS.")
    for kind, payload in PAYLOADS.items():
        recovered(file, kind, payload)
        signed_web_tokens(file, kind, payload)
        refused_web_tokens(file, kind, payload)
    return file


def recovered(file, kind, payload):
    group = file.group(f"{kind}s in EIP-712", [SPEC, *evm_sources(), *SOURCES])
    full = complete(kind, payload)
    signature = eip712(kind, full, ANVIL0)
    signer = address_of(ANVIL0)

    def accept(comment, artifact, who=signer, payload=full, flags=(), rows=()):
        assert official_check(kind, artifact) == "accept", comment
        group.accept(comment, {"kind": kind, "text": artifact}, {"payload": payload, "signer": who}, flags, rows)

    def reject(comment, artifact, reason, flags, rows=()):
        says = {EXTENSIONS: official_check(kind, artifact)}
        group.reject(comment, {"kind": kind, "text": artifact}, reason, flags, rows, says if says[EXTENSIONS] == "accept" else None)

    def artifact(payload=full, signature=signature, **more):
        return text({"format": "eip712", **more, "payload": payload, "signature": signature})

    accept("the specification's sample", artifact())
    accept("with a hint at the offer, which nobody signed", artifact(acceptIndex=7))
    accept("with another member beside it, which nobody signed", artifact(note="hello"))
    accept("the digits of the signature in capitals", artifact(signature="0x" + signature[2:].upper()))
    accept("the members in another order", artifact(dict(reversed(full.items()))), payload=full)
    if kind == "offer":
        endless = without(payload, "validUntil")
        bare = text({"format": "eip712", "payload": endless, "signature": eip712(kind, endless, ANVIL0)})
        group.accept(
            "an offer without an end, and without the member",
            {"kind": kind, "text": bare},
            {"payload": endless, "signer": signer},
            ["Optional"],
            says={EXTENSIONS: official_check(kind, bare)},
        )
    other = eip712(kind, {**full, "resourceUrl": "https://api.example.com/other"}, ANVIL0)
    from oracles import recover
    from statementfacts import eip712_digest

    for member, value in changes(kind):
        changed = {**full, member: value}
        accept(
            f"{member} changed: another account, which nobody has the key of",
            artifact(changed),
            recover(eip712_digest(kind, changed), signature),
            changed,
            ["Tampered"],
        )
    accept(
        "the signature of another resource",
        artifact(signature=other),
        recover(eip712_digest(kind, full), other),
        flags=["Tampered"],
    )
    accept("by another key", artifact(signature=eip712(kind, full, ANVIL1)), address_of(ANVIL1))
    reject("another version of the payload", artifact({**full, "version": 2}), "statement_version", ["Lookup"])
    reject("a signature of 64 bytes", artifact(signature=signature[:-2]), "statement_signature", ["Encoding"])
    reject("a signature without 0x", artifact(signature=signature[2:]), "statement_signature", ["Encoding"])
    reject("a recovery byte of 0", artifact(signature=signature[:-2] + "00"), "statement_signature", ["Encoding"], [77])
    reject("an empty signature", artifact(signature=""), "statement_signature", ["Encoding"])
    reject("r of zero", artifact(signature="0x" + "00" * 32 + signature[66:]), "statement_signature", ["Encoding"], [81])
    reject("a format of tomorrow", text({"format": "eip999", "payload": full, "signature": signature}), "statement_format", ["Lookup"])


def changes(kind):
    yield "resourceUrl", "https://api.example.com/premium"
    yield "network", "eip155:84532"
    if kind == "offer":
        yield "amount", "1"
        yield "payTo", SPEC_FROM
        yield "payTo", SPEC_TO.lower()
        yield "scheme", "upto"
        yield "validUntil", 1703123517
    else:
        yield "payer", SPEC_TO
        yield "issuedAt", 1703123457
        yield "transaction", TRANSACTION


def signed_web_tokens(file, kind, payload):
    group = file.group(f"{kind}s as JWS", [SPEC, *evm_sources(), *SOURCES, published("PyCryptodome", "3.24.1")])
    own = secp256k1_did(ANVIL0)

    def accept(comment, compact, signer=own, payload=payload, flags=(), rows=(), asked=True, **more):
        artifact = in_jws(compact, **more)
        says = official_check(kind, artifact)
        assert says == "accept" or not asked, comment
        group.accept(
            comment, {"kind": kind, "text": artifact}, {"payload": payload, "signer": signer}, flags, rows,
            None if says == "accept" else {EXTENSIONS: says},
        )

    def token(header, key=ANVIL0, **more):
        return jws(payload, key, {"alg": "ES256K", **header}, **more)

    accept("by a did:key", token({"kid": own}))
    accept("by a did:key that names its only key", token({"kid": f"{own}#{own.removeprefix('did:key:')}"}))
    accept("by a did:jwk", token({"kid": did_jwk(secp256k1_jwk(ANVIL0)) + "#0"}))
    accept("by the account of a key", token({"kid": did_pkh(ANVIL0)}), address_of(ANVIL0), asked=False)
    accept("by the account of a key, on another chain", token({"kid": did_pkh(ANVIL0, "8453")}), address_of(ANVIL0), asked=False)
    accept(
        "with the key in the header, under a name of the web: the key says nothing of the name",
        token({"kid": "did:web:api.example.com#key-1", "jwk": secp256k1_jwk(ANVIL0)}),
        flags=["Key"],
        asked=False,
    )
    accept("with the key in the header, under its own did:key", token({"kid": own, "jwk": secp256k1_jwk(ANVIL0)}))
    accept("with `kid` before `alg`", jws(payload, ANVIL0, {"kid": own, "alg": "ES256K"}))
    accept("with a type", token({"kid": own, "typ": "JWT"}))
    accept("the members not in RFC 8785, as the specification's sample has them", token({"kid": own}, text=text(dict(reversed(payload.items())))))
    accept("a high s, which is no forgery of a JWS", token({"kid": own}, sign=lambda key, message: high(es256k(key, message))))
    accept("with a hint at the offer", token({"kid": own}), acceptIndex=0)


def refused_web_tokens(file, kind, payload):
    group = file.group(f"{kind}s as JWS that are not taken", [SPEC, *SOURCES, published("RFC 7515", "2015-05")])
    own, other = secp256k1_did(ANVIL0), secp256k1_did(ANVIL1)
    seen = []

    def reject(comment, compact, reason, flags, rows=(), **more):
        artifact = in_jws(compact, **more)
        says = official_check(kind, artifact)
        seen.append(says)
        group.reject(comment, {"kind": kind, "text": artifact}, reason, flags, rows, {EXTENSIONS: says} if says == "accept" else None)

    def token(header, key=ANVIL0, **more):
        return jws(payload, key, {"alg": "ES256K", **header}, **more)

    good = token({"kid": own})
    head, body, signature = good.split(".")
    changed = base64url(text({**payload, "resourceUrl": "https://api.example.com/"}).encode())
    reject("another payload", f"{head}.{changed}.{signature}", "statement_not_signed", ["Tampered"])
    reject("the first byte of the signature flipped", f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}", "statement_not_signed", ["Tampered"])
    reject("signed by another key than is named", token({"kid": own}, ANVIL1), "statement_not_signed", ["Key"])
    reject("the account of another key", token({"kid": did_pkh(ANVIL1)}), "statement_not_signed", ["Key"])
    reject(
        "the key in the header is not the key that is named",
        token({"kid": other, "jwk": secp256k1_jwk(ANVIL0)}),
        "statement_key_mismatch",
        ["Key"],
    )
    reject(
        "the key in the header is not of the account that is named",
        token({"kid": did_pkh(ANVIL1), "jwk": secp256k1_jwk(ANVIL0)}),
        "statement_key_mismatch",
        ["Key"],
    )
    reject("a name of the web", token({"kid": "did:web:api.example.com#key-1"}), "statement_key_unresolved", ["Lookup"])
    reject("a name of a method that nobody knows", token({"kid": "did:example:123"}), "statement_key_unresolved", ["Lookup"])
    reject("no signature, and an algorithm that says so", jws(payload, ANVIL0, {"alg": "none", "kid": own}, sign=lambda *_: b""), "statement_algorithm", ["Key"])
    reject("a secret in the place of a key", jws(payload, ANVIL0, {"alg": "HS256", "kid": own}, sign=lambda *_: b"\0" * 32), "statement_algorithm", ["Key"])
    for alg in ["NONE", "hs512", "", "HS"]:
        reject(f"no signature by the name of {alg!r}", jws(payload, ANVIL0, {"alg": alg, "kid": own}, sign=lambda *_: b"\0" * 64), "statement_algorithm", ["Key"])
    for alg, length in [("ES384", 96), ("RS256", 256), ("Ed448", 114), ("PS512", 64), ("es256k", 64)]:
        reject(
            f"{alg}, which is not known here",
            jws(payload, ANVIL0, {"alg": alg, "kid": own}, sign=lambda *_, length=length: b"\1" * length),
            "statement_algorithm_unknown",
            ["Lookup"],
        )
    reject("an algorithm of another curve than the key", jws(payload, ANVIL0, {"alg": "ES256", "kid": own}, sign=es256k), "statement_algorithm", ["Key"])
    reject(
        "Ed25519, which is not at hand here",
        jws(payload, SEED, {"alg": "EdDSA", "kid": did_key(ED25519, ed25519_public(SEED))}),
        "statement_curve",
        ["Lookup"],
    )
    reject("P-256 likewise", jws(payload, ANVIL1, {"alg": "ES256", "kid": did_jwk(p256_jwk(ANVIL1))}), "statement_curve", ["Lookup"])
    reject(
        "P-256 by a did:key likewise",
        jws(payload, ANVIL1, {"alg": "ES256", "kid": did_key(P256, p256_key(ANVIL1).public_key().export_key(format="SEC1", compress=True))}),
        "statement_curve",
        ["Lookup"],
    )
    reject("a did:key that is no key", token({"kid": "did:key:z" + "1" * 48}), "statement_kid", ["Key"])
    reject("a did:key of another base", token({"kid": "did:key:u" + base64url(b"\xe7\x01" + secp256k1_public(ANVIL0).to_compressed_bytes())}), "statement_kid", ["Key"])
    reject("a did:key with a letter that base58 does not have", token({"kid": own[:-1] + "0"}), "statement_kid", ["Key"])
    reject("a did:jwk that is no JSON", token({"kid": "did:jwk:" + base64url(b"{")}), "statement_kid", ["Key"])
    reject("a did:jwk whose point is not on the curve", token({"kid": did_jwk({**secp256k1_jwk(ANVIL0), "y": base64url(b"\1" * 32)})}), "statement_kid", ["Key"])
    reject("a did:pkh of no account", token({"kid": "did:pkh:eip155:1:0x12"}), "statement_kid", ["Key"])
    reject("no name of a key", token({}), "statement_kid", ["Key"])
    reject("a name that is no DID", token({"kid": "key-1"}), "statement_kid", ["Key"])
    reject("a private key in the header", token({"kid": own, "jwk": {**secp256k1_jwk(ANVIL0), "d": base64url(b"\1" * 32)}}), "statement_kid", ["Key"])
    reject("a header that must be understood and is not", token({"kid": own, "crit": ["exp"], "exp": 1}), "statement_jws", ["Encoding"])
    reject("two parts", f"{head}.{body}", "statement_jws", ["Encoding"])
    reject("four parts", f"{good}.{signature}", "statement_jws", ["Encoding"])
    reject("padding", f"{head}=.{body}.{signature}", "statement_jws", ["Encoding"])
    reject("the alphabet of headers", good.replace(".", "+", 1), "statement_jws", ["Encoding"])
    reject("a header that is no JSON", f"{base64url(b'alg')}.{body}.{signature}", "statement_jws", ["Encoding"])
    twice = base64url(('{"alg":"none","alg":"ES256K","kid":"%s"}' % own).encode())
    reject("a header that says one thing twice", f"{twice}.{body}.{signature}", "statement_jws", ["Encoding"], [22])
    reject("a signature of 63 bytes", f"{head}.{body}.{signature[:-2]}", "statement_jws", ["Encoding"])
    for comment, said in (
        ("a payload that is no JSON", "offer"),
        ("a payload that is a list", "[]"),
        ("a payload without a resource", text(without(payload, "resourceUrl"))),
        ("a payload that says one thing twice", text(payload)[:-1] + ',"network":"eip155:1"}'),
        ("a payload with a number in a text's place", text({**payload, "network": 8453})),
    ):
        reject(comment, token({"kid": own}, text=said), "statement_payload", ["Encoding"], [22] if "twice" in comment else [])
    reject("another version of the payload", token({"kid": own}, text=text({**payload, "version": 2})), "statement_version", ["Lookup"])
    assert "accept" in seen, "the package refuses nothing less than is refused here: these cases have lost their point"
