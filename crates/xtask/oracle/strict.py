"""A second, small reader of headers and JSON built on Python's own libraries: it checks the reasons that the vectors claim.

It is not what the vectors are written from; a case whose claimed reason this reader contradicts stops the generator. Where Python's
`json` does not say more than "not JSON", any of the grammar's reasons is taken as agreement.
"""

import base64
import binascii
import json
import math
import re

GRAMMAR = {"json_syntax", "json_end", "json_trailing", "json_surrogate"}
MAX_INTEGER = 2**53 - 1


class Strict(Exception):
    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = set(reasons)


def header(raw, limit):
    """The bytes behind a header value."""
    if len(raw) > limit:
        raise Strict("too_large")
    if not raw.strip(b" \t\r\n"):
        raise Strict("empty")
    if re.search(rb"[^A-Za-z0-9+/=]", raw):
        raise Strict("base64_symbol")
    try:
        data = base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise Strict("base64_padding") from None
    if base64.b64encode(data) != raw:
        if base64.b64encode(data).rstrip(b"=") == raw.rstrip(b"=") or b"=" in raw.rstrip(b"="):
            raise Strict("base64_padding")
        raise Strict("base64_canonical")
    return data


def document(data, limit, depth):
    """The JSON value in the bytes."""
    if len(data) > limit:
        raise Strict("too_large")
    if data.startswith(b"\xef\xbb\xbf"):
        raise Strict("byte_order_mark")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Strict("utf8") from None
    if not text.strip(" \t\r\n"):
        raise Strict("empty")
    if nesting(text) > depth:
        raise Strict("json_depth")
    try:
        value, end = json.JSONDecoder(
            object_pairs_hook=members, parse_int=integer, parse_float=fraction, parse_constant=constant
        ).raw_decode(text.lstrip(" \t\r\n"))
    except json.JSONDecodeError:
        raise Strict(*GRAMMAR) from None
    if text.lstrip(" \t\r\n")[end:].strip(" \t\r\n"):
        # After a number the rest may belong to a badly written number; after anything else it follows the document.
        raise Strict(*(GRAMMAR if isinstance(value, int | float) else {"json_trailing"}))
    surrogates(value)
    return value


def nesting(text):
    deepest = level = 0
    for token in re.finditer(r'"(?:\\.|[^"\\])*"?|[\[{]|[\]}]', text):
        level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token.group(), 0)
        deepest = max(deepest, level)
    return deepest


def members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Strict("json_duplicate_key")
    return dict(pairs)


def integer(literal):
    digits = literal.lstrip("-")
    if len(digits) > 16 or int(digits) > MAX_INTEGER:
        raise Strict("json_number")
    return int(literal)


def fraction(literal):
    value = float(literal)
    zero = not re.search("[1-9]", re.split("[eE]", literal)[0])
    if math.isinf(value) or value == 0 and not zero or 2**53 <= abs(value) < 1e21:
        raise Strict("json_number")
    return value


def constant(_word):
    raise Strict("json_syntax")


def surrogates(value):
    texts = (
        [value]
        if isinstance(value, str)
        else list(value) + list(value.values())
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else []
    )
    for item in texts:
        if isinstance(item, str):
            if any(0xD800 <= ord(ch) < 0xE000 for ch in item):
                raise Strict("json_surrogate")
        else:
            surrogates(item)


def reasons(read):
    """The reasons for which a reader refuses, or nothing when it does not."""
    try:
        read()
    except Strict as refusal:
        return refusal.reasons
    return None


CODEC = (
    {"empty", "too_large", "base64_symbol", "base64_padding", "base64_canonical", "utf8", "byte_order_mark", "json_depth"}
    | GRAMMAR
    | {
        "json_duplicate_key",
        "json_number",
    }
)


def check(comment, claimed, read):
    """Stops the generator where this reader contradicts a claim: `claimed` is the list of reasons, or nothing for an accepted case."""
    found = reasons(read)
    claimed = set(claimed or ())
    if claimed & CODEC:
        assert found is not None and found & claimed, f"{comment}: claimed {claimed}, a strict reader says {found}"
    else:
        assert found is None, f"{comment}: claimed {claimed or 'accept'}, a strict reader says {found}"
