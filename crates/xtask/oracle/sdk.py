"""The official SDKs and the libraries that the wire vectors are measured against.

Nothing here decides: each function reports what one implementation does with one input. `measured` writes the answers into a case
only where somebody disagrees with the result of the vector, so that a `says` always marks a real difference.
"""

import json
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError
from x402 import schemas as py
from x402.http import utils as py_http
from x402.schemas import v1 as py_v1

HERE = Path(__file__).parent


class Refused(Exception):
    """An implementation answered with an error."""


class Node:
    """A Node process that answers one JSON line with one JSON line."""

    def __init__(self, script):
        self.process = subprocess.Popen(["node", script], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question, **parameters):
        self.process.stdin.write(json.dumps({"ask": question, **parameters}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]


@cache
def ts():
    return Node("ts_oracle.mjs")


def npm_version(name):
    return json.loads((HERE / "node_modules" / name / "package.json").read_text())["version"]


TS = f"@x402/core {npm_version('@x402/core')}"
TS_EVM = f"@x402/evm {npm_version('@x402/evm')}"
VIEM = f"viem {npm_version('viem')}"
PY = f"x402-py {version('x402')}"
RS = "x402-rs 2.0.1 (read)"
GO = "x402-go 2026-04 (read)"
JS_JSON = "JSON.parse"
PY_JSON = "CPython json"


def source(*names):
    """The `source` of a group from the short names of its implementations."""
    known = {
        "spec2": ("x402 specification v2", "2026-06-16"),
        "spec1": ("x402 specification v1", "2026-06-16"),
        "http2": ("x402 HTTP transport v2", "2026-06-16"),
        "http1": ("x402 HTTP transport v1", "2026-06-16"),
        "ts": ("@x402/core", npm_version("@x402/core")),
        "ts-evm": ("@x402/evm", npm_version("@x402/evm")),
        "viem": ("viem", npm_version("viem")),
        "canonicalize": ("canonicalize", npm_version("canonicalize")),
        "py": ("x402 (PyPI)", version("x402")),
        "rfc8785": ("rfc8785 (PyPI)", version("rfc8785")),
        "eth-utils": ("eth-utils", version("eth-utils")),
        "cpython": ("CPython", "3"),
        "base64": ("RFC 4648", "2006-10"),
        "json": ("RFC 8259", "2017-12"),
        "ijson": ("RFC 7493", "2015-03"),
        "caip2": ("CAIP-2", "2024-02"),
        "eip55": ("EIP-55", "2016-01"),
        "usdc": ("FiatTokenV2_2", "46e61d00"),
        "permit2": ("Permit2", "cc56ad0f"),
        "map": ("reading of the references", "2026-11"),
    }
    return [{"name": known[name][0], "version": known[name][1]} for name in names]


def verdict(question):
    """`accept` or `reject`, for an implementation that either answers or raises."""
    try:
        question()
    except (Refused, ValidationError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return "reject"
    return "accept"


def outcome(question):
    """The value an implementation gives, or `reject`."""
    try:
        return f"accept: {question()}"
    except (Refused, ValidationError, ValueError, TypeError, AttributeError, KeyError, ArithmeticError):
        return "reject"


def measured(result, answers):
    """`answers` if any of them differs from the result of the vector, else nothing."""
    return answers if any(answer != result for answer in answers.values()) else None


# Objects


def py_model(kind, text):
    """The object as the Python SDK reads it from JSON text."""
    data = json.loads(text)
    if kind == "paymentRequired":
        return py.parse_payment_required(data)
    if kind == "paymentPayload":
        return py.parse_payment_payload(data)
    model = {
        "requirements1": py_v1.PaymentRequirementsV1,
        "requirements2": py.PaymentRequirements,
        "resourceInfo": py.ResourceInfo,
        "verifyResponse": py.VerifyResponse,
        "settleResponse": py.SettleResponse,
        "supported": py.SupportedResponse,
        "verifyRequest": py.VerifyRequest,
        "settleRequest": py.SettleRequest,
    }[kind]
    return model.model_validate_json(text)


def ts_object(kind, text):
    endpoints = {"verifyResponse": "verify", "settleResponse": "settle", "supported": "supported"}
    if kind in endpoints:
        return ts().ask("reply", endpoint=endpoints[kind], json=text)
    return ts().ask("schema", schema=kind, json=text)


TS_KINDS = {"paymentRequired", "paymentPayload", "requirements1", "requirements2", "resourceInfo"} | {
    "verifyResponse",
    "settleResponse",
    "supported",
}


def object_says(kind, text):
    """What the SDKs do with the JSON text of an object."""
    says = {PY: verdict(lambda: py_model(kind, text))}
    if kind in TS_KINDS:
        says[TS] = verdict(lambda: ts_object(kind, text))
    return says


# Headers


def py_header(name, raw):
    """What the Python SDK reads; a header value reaches it as text in Latin-1, as ASGI servers pass it."""
    decode = {
        "PAYMENT-SIGNATURE": py_http.decode_payment_signature_header,
        "X-PAYMENT": py_http.decode_payment_signature_header,
        "PAYMENT-REQUIRED": py_http.decode_payment_required_header,
        "PAYMENT-RESPONSE": py_http.decode_payment_response_header,
        "X-PAYMENT-RESPONSE": py_http.decode_payment_response_header,
    }[name]
    return decode(raw.decode("latin-1"))


def ts_header(name, raw):
    return ts().ask("header", name=name, hex=raw.hex())


def header_says(name, raw):
    return {TS: verdict(lambda: ts_header(name, raw)), PY: verdict(lambda: py_header(name, raw))}
