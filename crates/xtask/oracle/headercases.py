"""What the vectors of all headers share: how a case is put to a strict reader and to both SDKs."""

import base64

import strict
from jsontext import header
from sdk import header_says, measured
from wirefacts import expected

LIMITS = {"bytes": 8192, "depth": 32}
B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Cases:
    """One group of one header: every case is put to both SDKs."""

    def __init__(self, group, name, kind):
        self.group, self.name, self.kind = group, name, kind

    def _says(self, result, raw):
        return measured(result, header_says(self.name, raw)) if self.name.startswith(("PAYMENT", "X-PAYMENT")) else None

    def accept_json(self, comment, text, **rest):
        self.accept(comment, {"header": header(text)}, text, **rest)

    def accept(self, comment, input, text, expected_=None, **rest):
        check(comment, None, raw(input))
        self.group.accept(
            comment, input, expected_ or expected_header(self.kind, text), says=self._says("accept", raw(input)), **rest
        )

    def reject(self, comment, value, reason, **rest):
        """`value` is header text, bytes, or an input object."""
        input = value if isinstance(value, dict) else {"header": value} if isinstance(value, str) else {"headerHex": value.hex()}
        check(comment, reason, raw(input))
        self.group.reject(comment, input, reason, says=self._says("reject", raw(input)), **rest)

    def reject_json(self, comment, text, reason, **rest):
        """JSON text or bytes behind impeccable base64."""
        data = text.encode() if isinstance(text, str) else text
        self.reject(comment, base64.b64encode(data).decode(), reason, **rest)


def check(comment, reason, data):
    """A second reader must agree with the claim."""
    limit, depth = LIMITS["bytes"], LIMITS["depth"]
    reason = [reason] if isinstance(reason, str) else reason
    strict.check(comment, reason, lambda: strict.document(strict.header(data, limit), limit, depth))


def raw(input):
    if "header" in input:
        return input["header"].encode()
    if "headerHex" in input:
        return bytes.fromhex(input["headerHex"])
    parts = input.get("repeat") or input["base64OfRepeat"]
    text = (parts["before"] + parts["unit"] * parts["times"] + parts["after"]).encode()
    return text if "repeat" in input else base64.b64encode(text)


def expected_header(kind, text):
    out = expected(kind, text)
    return {"facts": out["facts"]} | ({"header": header(out["encoded"])} if "encoded" in out else {})


def last_symbol_neighbour(text, step=1):
    """The same base64 text with unused bits set in its last symbol."""
    body = text.rstrip("=")
    assert body != text, "without padding no bits are unused"
    return body[:-1] + B64[B64.index(body[-1]) + step] + "=" * (len(text) - len(body))


def with_padding(text):
    """JSON text with as many spaces behind it as make its base64 end in two padding symbols."""
    return text + " " * ((1 - len(text.encode())) % 3)


def note_common(file):
    file.note(
        "Base64", "INTEROPERABILITY", "two readers see two payments in one header, or one sees none", ["RFC 4648 section 3.5"]
    )
    file.note("Size", "DENIAL_OF_SERVICE", "memory or time without a bound, spent on a stranger")
    file.note(
        "Encoding", "INTEROPERABILITY", "bytes that one reader repairs and another refuses", ["RFC 3629", "RFC 7493 section 2.1"]
    )
    file.note("Json", "PARSER_DIFFERENTIAL", "two readers see two objects in one text", ["RFC 7493"])
    file.note("Published", "KNOWN_ANSWER", "a sample printed in the specification")
