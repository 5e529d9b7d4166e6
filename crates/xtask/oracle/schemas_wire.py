"""The frame that every vector file has, and the schemas of the wire, type, terms and reason features."""

TEXT = {"type": "string"}
BOOL = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
VERSION = {"enum": [1, 2]}
OBJECT = {"type": "object"}
NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
UINT = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,77})$", "description": "an integer as decimal text"}
WORD = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
CAIP2 = {"type": "string", "pattern": "^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$"}
HEX = {"type": "string", "pattern": "^([0-9a-f]{2})*$", "description": "bytes as hexadecimal digits without a prefix"}
PARTS = {"before": TEXT, "unit": TEXT, "times": COUNT, "after": TEXT}


def schemas():
    return {"common.schema.json": common()} | {
        f"{name.replace('/', '-')}.schema.json": feature(name, *parts) for name, parts in features().items()
    }


def common():
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "common.schema.json",
        "title": "a file of vectors",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "format", "feature", "purpose", "count", "notes", "groups"],
        "properties": {
            "schema": {
                "type": "string",
                "pattern": "^schemas/[a-z0-9-]+\\.schema\\.json$",
                "description": "the schema of this file, from the top of spec-vectors",
            },
            "format": {"type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$", "description": "semantic version of the format"},
            "feature": {
                "type": "string",
                "pattern": "^[a-z0-9-]+/[a-z0-9-]+$",
                "description": "which operation the cases are about",
            },
            "purpose": {"type": "string", "minLength": 1},
            "count": {"type": "integer", "minimum": 1, "description": "the number of cases; a runner asserts it"},
            "notes": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                "additionalProperties": {"$ref": "#/$defs/note"},
            },
            "groups": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/group"}},
        },
        "$defs": {
            "note": {
                "description": "what a flag means",
                "type": "object",
                "additionalProperties": False,
                "required": ["bugType", "effect", "links"],
                "properties": {
                    "bugType": {"type": "string", "pattern": "^[A-Z][A-Z_]*$"},
                    "effect": {"type": "string", "minLength": 1},
                    "links": {"type": "array", "items": TEXT},
                },
            },
            "group": {
                "description": "cases that share a source and parameters; members beside these five are parameters, which the schema of the feature describes",
                "type": "object",
                "required": ["name", "comment", "source", "cases"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "comment": TEXT,
                    "source": {
                        "description": "the implementations or publications that the expected values come from",
                        "type": "array",
                        "minItems": 1,
                        "items": exact(name=TEXT, version=TEXT),
                    },
                    "cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}},
                },
            },
            "case": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "comment", "flags", "input", "result"],
                "properties": {
                    "id": {"type": "integer", "minimum": 1, "description": "position in the file"},
                    "comment": {"type": "string", "minLength": 1, "description": "what the case is about"},
                    "flags": {"type": "array", "items": TEXT, "uniqueItems": True},
                    "input": OBJECT,
                    "result": {"enum": ["accept", "reject"]},
                    "expected": {"type": "object", "description": "what an accepted case gives"},
                    "reason": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": NAME,
                        "description": "what a refused case may be refused for; one of them",
                    },
                    "rows": {
                        "type": "array",
                        "items": {"type": "integer", "minimum": 1},
                        "description": "rows of the project's catalogue of attacks",
                    },
                    "says": {
                        "type": "object",
                        "additionalProperties": TEXT,
                        "description": "what other implementations do, where somebody differs",
                    },
                },
                "oneOf": [
                    {"properties": {"result": {"const": "accept"}}, "not": {"required": ["reason"]}},
                    {"properties": {"result": {"const": "reject"}}, "required": ["reason"], "not": {"required": ["expected"]}},
                ],
            },
        },
    }


def features():
    """Feature: (input, expected, group parameters)."""
    text = exact(text=TEXT)
    limits = {"limits": exact(bytes=COUNT, depth=COUNT)}
    either = {"version": VERSION}
    return {
        **{
            f"header/{name}": (
                header_value(),
                decoded_header(),
                {"header": TEXT, "version": VERSION, **limits},
                {"header", "limits"},
            )
            for name in HEADERS
        },
        "header/set": (
            exact(
                headers={"type": "array", "items": {"type": "array", "prefixItems": [TEXT, TEXT], "minItems": 2, "items": False}}
            ),
            exact(payment=found()),
            limits,
        ),
        "json/text": ({"oneOf": [text, exact(hex=HEX), exact(repeat=exact(**PARTS))]}, exact(canonical=TEXT, text=TEXT), limits),
        **{f"wire/{name}": (text, decoded(), either) for name in OBJECTS},
        "wire/settle-response": (text, decoded(), {}),
        "wire/verify-response": (text, decoded(), {}),
        "wire/supported": (text, decoded(), {}),
        "wire/discovery": (text, decoded(), {"endpoint": {"enum": ["resources", "search"]}}),
        "wire/mapping": (text, exact(requirements=described("JSON text, RFC 8785"), resource=described("JSON text, RFC 8785")), {}),
        "types/amount": (text, exact(decimal=UINT, word=WORD), {}),
        "types/time": (text, exact(seconds=UINT), {}),
        "types/address": (text, exact(address=hex_text(40, "0-9a-fA-F"), bytes=hex_text(40)), {"party": BOOL}),
        "types/network": (text, exact({"chainId"}, namespace=TEXT, reference=TEXT, chainId=UINT), {}),
        "types/nonce": (text, exact(nonce=WORD, decimal=UINT), {}),
        "types/permit2-nonce": (text, exact(nonce=WORD, decimal=UINT), {}),
        "types/payment-id": (text, exact(id=TEXT), {}),
        "types/v1-network-names": (text, exact(network=CAIP2), {}),
        "types/money": (
            exact(text=TEXT, decimals={"type": "integer", "minimum": 0, "maximum": 255}),
            exact({"ticker"}, amount=UINT, ticker=TEXT),
            {},
        ),
        "terms/matching": (
            exact(
                offers={"type": "array", "items": TEXT, "description": "each offer as JSON text"},
                accepted=described("`accepted` of the payment as JSON text"),
            ),
            exact(index=COUNT),
            {},
        ),
        "terms/answer": (
            text,
            exact(transaction=TEXT, charged=UINT),
            {"version": VERSION, "payment": described("a payment of the version as JSON text"), "offer": described("the seller's offer as JSON text")},
            {"version", "payment"},
        ),
        "terms/window": (
            exact(validAfter=UINT, validBefore=UINT, margin=UINT),
            None,
            {"rule": {"enum": ["eip3009", "permit2"]}, "now": UINT},
        ),
        "reasons/codes": (text, reason(), {}),
    }


HEADERS = ["payment", "required", "response", "siwx", "extension-responses"]
OBJECTS = ["payment-required", "payment-payload", "requirements", "resource-info", "verify-request", "settle-request"]


def header_value():
    return {
        "oneOf": [
            exact(header=described("the value as text")),
            exact(headerHex={**HEX, "description": "the value as bytes, where it is not printable text"}),
            exact(repeat={**exact(**PARTS), "description": "the value is `before`, `unit` `times` times, `after`"}),
            exact(base64OfRepeat={**exact(**PARTS), "description": "the value is the padded standard base64 of such a text"}),
        ]
    }


def decoded_header():
    return exact({"header"}, facts=OBJECT, header=described("what encoding gives, where it is not the input"))


def decoded():
    return exact({"encoded"}, facts=OBJECT, encoded=described("what encoding gives, where it is not the input"))


def found():
    return {"oneOf": [{"type": "null"}, exact(name=TEXT, version=VERSION, scheme=TEXT, network=CAIP2)]}


def reason():
    return {
        "oneOf": [
            exact(
                kind={"enum": ["rejection", "fault"]},
                code=NAME,
                status={"type": "integer", "minimum": 400, "maximum": 599},
                retry={"enum": ["never", "new_payment", "same_bytes_later", "unknown_outcome"]},
            ),
            exact(kind={"const": "other"}),
        ]
    }


def feature(name, given, expected, parameters, required=None):
    """The schema of a feature; a feature without `expected` accepts without a value."""
    case = {"properties": {"input": given, "expected": expected if expected else False}}
    if expected:
        case |= {"if": {"properties": {"result": {"const": "accept"}}}, "then": {"required": ["expected"]}}
    fixed = dict.fromkeys(("name", "comment", "source"), True)
    required = sorted(parameters if required is None else required)
    group = {"required": required, "additionalProperties": False, "properties": {**fixed, **parameters, "cases": {"items": case}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": name.replace("/", "-") + ".schema.json",
        "title": name,
        "allOf": [{"$ref": "common.schema.json"}],
        "properties": {"feature": {"const": name}, "groups": {"items": group}},
    }


def exact(optional=frozenset(), **members):
    """An object with these members, all of them but the optional ones, and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in members if name not in optional],
        "properties": members,
    }


def described(text):
    return {"type": "string", "description": text}


def hex_text(digits, alphabet="0-9a-f"):
    return {"type": "string", "pattern": f"^0x[{alphabet}]{{{digits}}}$"}
