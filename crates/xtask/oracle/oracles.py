"""The independent implementations that the EVM vectors come from, asked in pairs.

Every digest, separator and signature is computed by eth-account with eth-abi (Python) and by viem (Node). `agree` is the only way a
value leaves this module: two answers that differ stop the generator, so no vector rests on one implementation alone.
"""

import json
import subprocess
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import rfc8785
from eth_abi import encode as abi_encode
from eth_account import Account
from eth_account._utils.encode_typed_data import encoding_and_hashing as eip712
from eth_account.messages import SignableMessage, _hash_eip191_message, encode_defunct, encode_typed_data
from eth_utils import keccak, to_checksum_address

HERE = Path(__file__).parent
DOMAIN_MEMBERS = ("name", "version", "chainId", "verifyingContract", "salt")


class Refused(Exception):
    """An implementation answered with an error."""


class Node:
    """A Node process that answers one JSON line with one JSON line."""

    def __init__(self, script):
        self.process = subprocess.Popen(["node", script], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def ask(self, question, **parameters):
        self.process.stdin.write(json.dumps({"ask": question, **parameters}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]


@cache
def viem():
    return Node("viem_oracle.mjs")


@cache
def node_json():
    return Node("json_oracle.mjs")


def package_version(name):
    return json.loads((HERE / "node_modules" / name / "package.json").read_text())["version"]


def tool(name):
    """The source entry of an implementation, with the version that is installed."""
    node = {"viem", "canonicalize"}
    return {"name": name, "version": package_version(name) if name in node else version(name)}


def evm_sources():
    return [tool("eth-account"), tool("eth-abi"), tool("viem")]


def published(name, edition):
    """The source entry of a published value."""
    return {"name": name, "version": edition}


def agree(what, *answers):
    """The one answer that every implementation gave."""
    assert all(answer == answers[0] for answer in answers), f"{what}: the implementations disagree: {answers}"
    return answers[0]


def outcome(answer):
    """What an implementation does, for `says`: its value, or that it refuses."""
    try:
        return answer()
    except Exception:  # noqa: BLE001: any refusal of a foreign library is the observation
        return None


def hexed(data):
    return "0x" + bytes(data).hex()


def raw(text):
    assert text.startswith("0x"), text
    return bytes.fromhex(text[2:])


# EIP-712


def domain_types(domain):
    kinds = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address", "salt": "bytes32"}
    return {"EIP712Domain": [{"name": name, "type": kinds[name]} for name in DOMAIN_MEMBERS if name in domain]}


def native(types, kind, data):
    """A vector's JSON value as eth-account wants it: integers as int, bytes as bytes."""
    if kind.endswith("]"):
        return [native(types, kind[: kind.rindex("[")], item) for item in data]
    if kind in types:
        return {field["name"]: native(types, field["type"], data[field["name"]]) for field in types[kind]}
    if kind.startswith(("int", "uint")):
        return int(data, 0) if isinstance(data, str) else data
    return raw(data) if kind.startswith("bytes") else data


def separator(domain):
    types = domain_types(domain)
    python = hexed(eip712.hash_domain(native(types, "EIP712Domain", domain)))
    return agree(f"separator of {domain}", python, viem().ask("hashDomain", domain=domain))


def domain_type_string(domain):
    return eip712.encode_type("EIP712Domain", domain_types(domain))


def struct_hash(types, primary, message):
    python = hexed(eip712.hash_struct(primary, types, native(types, primary, message)))
    return agree(
        f"struct hash of {primary} {message}", python, viem().ask("hashStruct", types=types, primaryType=primary, message=message)
    )


def digest(domain, types, primary, message):
    """The digest by eth-account's own path, by viem's own path, and by the formula of EIP-712 over the two agreed hashes."""
    if primary == "EIP712Domain":
        formula = hexed(keccak(b"\x19\x01" + raw(separator(domain))))
        return agree(
            "digest of a bare domain", formula, viem().ask("hashTypedData", domain=domain, types=types, primaryType=primary)
        )
    data = native(types, primary, message)
    signable = SignableMessage(
        b"\x01", eip712.hash_domain(native(domain_types(domain), "EIP712Domain", domain)), eip712.hash_struct(primary, types, data)
    )
    formula = keccak(b"\x19\x01" + raw(separator(domain)) + raw(struct_hash(types, primary, message)))
    return agree(
        f"digest of {primary} {message}",
        hexed(_hash_eip191_message(signable)),
        hexed(formula),
        viem().ask("hashTypedData", domain=domain, types=types, primaryType=primary, message=message),
    )


def hashes(domain, types, primary, message):
    """Every step of the EIP for one message."""
    encoded = eip712.encode_type(primary, types)
    return {
        "encodeType": encoded,
        "typeHash": hexed(keccak(text=encoded)),
        "structHash": struct_hash(types, primary, message),
        "domainSeparator": separator(domain),
        "digest": digest(domain, types, primary, message),
    }


def says_of_typed_data(text):
    """What each implementation makes of typed data as text: its digest, or that it refuses."""

    def by_eth_account():
        return hexed(_hash_eip191_message(encode_typed_data(full_message=json.loads(text))))

    python = outcome(by_eth_account)
    node = outcome(lambda: viem().ask("hashTypedDataText", text=text))
    return {name: f"digest {answer}" if answer else "refuses" for name, answer in (("eth-account", python), ("viem", node))}


# Keys, signatures, messages


def address_of(key):
    return agree("address of a key", Account.from_key(key).address, viem().ask("privateKeyToAddress", privateKey=key))


def sign_digest(key, digest_):
    python = hexed(Account.unsafe_sign_hash(raw(digest_), private_key=key).signature)
    return agree(f"signature of {digest_}", python, viem().ask("sign", digest=digest_, privateKey=key))


def recover(digest_, signature):
    """The signer that both implementations recover; for signatures that both accept."""
    return agree(f"signer of {digest_}", eth_account_recovers(digest_, signature), viem_recovers(digest_, signature))


def eth_account_recovers(digest_, signature):
    return Account._recover_hash(raw(digest_), signature=raw(signature))


def viem_recovers(digest_, signature):
    return viem().ask("recoverAddress", digest=digest_, signature=signature)


def says_of_recovery(digest_, signature):
    """What each implementation does with a signature: the signer, or `refuses`."""
    python = outcome(lambda: eth_account_recovers(digest_, signature))
    node = outcome(lambda: viem_recovers(digest_, signature))
    return {"eth-account": verdict(python), "viem": verdict(node)}


def verdict(signer):
    return "refuses" if signer is None else f"recovers {signer}"


def checksummed(address):
    return agree(address, to_checksum_address(address), viem().ask("getAddress", address=address))


def personal_hash(message):
    """EIP-191 version 0x45 of bytes."""
    python = hexed(_hash_eip191_message(encode_defunct(primitive=message)))
    return agree("personal hash", python, viem().ask("hashMessage", raw=hexed(message)))


def sign_personal(key, message):
    python = hexed(Account.sign_message(encode_defunct(primitive=message), private_key=key).signature)
    return agree("personal signature", python, viem().ask("signMessage", raw=hexed(message), privateKey=key))


# ABI


def abi(types, values):
    """ABI encoding of JSON values (integers as decimal text, bytes as hex)."""
    python = hexed(abi_encode(types, [native({}, kind, item) for kind, item in zip(types, values, strict=True)]))
    return agree(f"encoding of {types}", python, viem().ask("encodeAbiParameters", types=types, values=values))


def keccak_abi(types, values):
    return agree("hash of an encoding", hexed(keccak(raw(abi(types, values)))), viem().ask("keccakAbi", types=types, values=values))


def keccak_of(data):
    return agree("keccak", hexed(keccak(data)), viem().ask("keccak256", data=hexed(data)))


# JSON


def json_sources():
    return [tool("rfc8785"), tool("canonicalize")]


def canonical(text):
    """RFC 8785 of JSON text."""
    python = rfc8785.dumps(json.loads(text)).decode()
    return agree(f"canonical form of {text}", python, node_json().ask("canonicalize", json=text))


def sha256_hex(text):
    return agree("SHA-256", sha256(text.encode()).hexdigest(), node_json().ask("sha256", text=text))


def whatwg_url(text):
    """How the URL standard writes a URL, or nothing if it refuses it."""
    return outcome(lambda: node_json().ask("url", url=text))
