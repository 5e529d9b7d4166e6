"""Offers and receipts of the offer-receipt extension, signed by independent implementations, and what the official package says to them.

EIP-712: eth-account and the package's own signing, which must agree. JWS: the parts are put together here as RFC 7515 says, ES256K is
signed by eth-account and viem over SHA-256, the other algorithms by PyCryptodome; the package's verification takes each of them.
"""

import base64
import json
from functools import cache
from hashlib import sha256

import rfc8785
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS, eddsa
from eth_keys import keys
from evmfacts import OFFER, OFFER_DOMAIN, RECEIPT, RECEIPT_DOMAIN
from oracles import Node, Refused, address_of, agree, digest, hexed, raw, sign_digest
from sdk import npm_version

EXTENSIONS = f"@x402/extensions {npm_version('@x402/extensions')}"
SOURCES = [{"name": "@x402/extensions", "version": npm_version("@x402/extensions")}]
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@cache
def official():
    return Node("extensions_oracle.mjs")


def official_check(kind, text):
    """`accept`, or `reject` with any reason."""
    try:
        official().ask("check", kind=kind, text=text)
    except Refused:
        return "reject"
    return "accept"


# Encodings


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def base58(data):
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, symbol = divmod(number, 58)
        out = ALPHABET[symbol] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def did_key(prefix, key):
    """`did:key` over a multicodec prefix (a variable-length integer) and a public key."""
    return f"did:key:z{base58(bytes(prefix) + key)}"


SECP256K1, ED25519, P256 = (0xE7, 0x01), (0xED, 0x01), (0x80, 0x24)


# Keys


def secp256k1_public(key):
    return keys.PrivateKey(raw(key)).public_key


def secp256k1_did(key):
    return did_key(SECP256K1, secp256k1_public(key).to_compressed_bytes())


def secp256k1_jwk(key):
    point = secp256k1_public(key).to_bytes()
    return {"kty": "EC", "crv": "secp256k1", "x": base64url(point[:32]), "y": base64url(point[32:])}


def ed25519_key(seed):
    return ECC.construct(curve="Ed25519", seed=raw(seed))


def ed25519_public(seed):
    return ed25519_key(seed).public_key().export_key(format="raw")


def p256_key(secret):
    return ECC.construct(curve="P-256", d=int(secret, 16))


def p256_jwk(secret):
    point = p256_key(secret).public_key().export_key(format="SEC1")
    return {"kty": "EC", "crv": "P-256", "x": base64url(point[1:33]), "y": base64url(point[33:])}


def did_jwk(jwk):
    return "did:jwk:" + base64url(json.dumps(jwk, separators=(",", ":")).encode())


def did_pkh(key, chain="1"):
    return f"did:pkh:eip155:{chain}:{address_of(key)}"


# Signing


def eip712_digest(kind, payload):
    """The digest, by three implementations."""
    full = dict(payload)
    full.setdefault("validUntil" if kind == "offer" else "transaction", 0 if kind == "offer" else "")
    types, domain = (OFFER, OFFER_DOMAIN) if kind == "offer" else (RECEIPT, RECEIPT_DOMAIN)
    message = {name: str(value) if isinstance(value, int) else value for name, value in full.items()}
    message = {field["name"]: message[field["name"]] for field in types[kind.capitalize()]}
    return agree(
        f"digest of {payload}",
        digest(domain, types, kind.capitalize(), message),
        official().ask("hash", kind=kind, payload=full),
    )


def eip712(kind, payload, key):
    signature = sign_digest(key, eip712_digest(kind, payload))
    full = dict(payload)
    full.setdefault("validUntil" if kind == "offer" else "transaction", 0 if kind == "offer" else "")
    agree(f"signature of {payload}", signature, official().ask("sign", kind=kind, payload=full, privateKey=key))
    return signature


def canonical_payload(payload):
    """RFC 8785. The package's own canonicalization agrees wherever a text holds no control character."""
    return agree(f"canonical form of {payload}", rfc8785.dumps(payload).decode(), official().ask("canonicalize", payload=payload))


def es256k(key, message):
    return raw(sign_digest(key, "0x" + sha256(message).hexdigest()))[:64]


def ed25519(seed, message):
    return eddsa.new(ed25519_key(seed), "rfc8032").sign(message)


def es256(secret, message):
    return DSS.new(p256_key(secret), "deterministic-rfc6979").sign(SHA256.new(message))


SIGNERS = {"ES256K": es256k, "EdDSA": ed25519, "ES256": es256}


def jws(payload, key, header, text=None, sign=None):
    """A compact JWS over the canonical payload, or over `text` in its place."""
    head = base64url(json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode())
    body = base64url((text if text is not None else canonical_payload(payload)).encode())
    message = f"{head}.{body}".encode()
    signature = (sign or SIGNERS[header["alg"]])(key, message)
    return f"{head}.{body}.{base64url(signature)}"


def high(signature):
    """The twin of an ES256K signature with the other `s`."""
    from evmfacts import N

    s = N - int.from_bytes(signature[32:], "big")
    return signature[:32] + s.to_bytes(32, "big")


def word(data):
    return hexed(data)
