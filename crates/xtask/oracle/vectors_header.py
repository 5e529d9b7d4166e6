"""The payment header: which bytes are a payment, and which are refused before anything is read from them."""

import samples as s
from headercases import LIMITS, Cases, last_symbol_neighbour, note_common
from jsontext import Number, header, write
from samples import change, drop
from sdk import source
from vectorlib import VectorFile
from wirefacts import expected

SMALL = s.SMALL_PAYMENT_2


def files():
    return [payment()]


def padded_to(value, remainder):
    """A sample whose JSON length leaves the remainder modulo 3 that gives the padding wanted."""
    for fill in ("", "x", "xx"):
        text = write(change(value, ["payload"], {"signature": "0x00" + fill}))
        if len(text) % 3 == remainder:
            return text
    raise AssertionError


def payment():
    file = VectorFile(
        "wire/header-payment.json",
        "header/payment",
        "The payment header of a request: PAYMENT-SIGNATURE (v2) or X-PAYMENT (v1). Decoding gives a payment or one reason.",
    )
    note_common(file)
    file.note(
        "DuplicateKey", "PARSER_DIFFERENTIAL", "one reader checks the first value, another pays the last", ["RFC 7493 section 2.3"]
    )
    file.note("Depth", "DENIAL_OF_SERVICE", "a recursive reader runs out of stack")
    file.note("Version", "PARSER_DIFFERENTIAL", "an object of one version is judged by the rules of another")
    file.note("Extra", "PARSER_DIFFERENTIAL", "scheme data that readers compare or hash differently")
    file.note("Unknown", "INTEROPERABILITY", "members that the specification does not name are kept, never an error")

    g = file.group("v2 samples", source("http2", "ts", "py"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS)
    samples_v2(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group("v1 samples", source("http1", "ts", "py"), header="X-PAYMENT", version=1, limits=LIMITS)
    samples_v1(Cases(g, "X-PAYMENT", "paymentPayload"))
    g = file.group(
        "base64", source("base64", "cpython"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS, comment=BASE64_COMMENT
    )
    base64_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"), SMALL)
    g = file.group("base64 in v1", source("base64", "cpython"), header="X-PAYMENT", version=1, limits=LIMITS)
    base64_again(Cases(g, "X-PAYMENT", "paymentPayload"), s.PAYMENT_1)
    g = file.group("size", source("base64", "cpython"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS, comment=SIZE_COMMENT)
    size_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group("text encoding", source("json", "ijson", "cpython"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS)
    encoding_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group(
        "duplicate names", source("ijson"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS, comment=DUPLICATE_COMMENT
    )
    duplicate_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group("document and depth", source("json"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS)
    document_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group("numbers", source("ijson"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS, comment=NUMBER_COMMENT)
    number_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group(
        "version", source("spec2", "spec1"), header="PAYMENT-SIGNATURE", version=2, limits=LIMITS, comment=VERSION_COMMENT
    )
    version_cases(Cases(g, "PAYMENT-SIGNATURE", "paymentPayload"))
    g = file.group("version in v1", source("spec1"), header="X-PAYMENT", version=1, limits=LIMITS)
    version_cases_v1(Cases(g, "X-PAYMENT", "paymentPayload"))
    return file


BASE64_COMMENT = (
    "The specification says base64 and no more. Ours is the one canonical form of RFC 4648 section 4: standard alphabet, padding, "
    "unused bits zero, no white space. Every leniency of the references lets two different headers be one payment, so that a "
    "log, a cache or a replay guard keyed on the text sees two."
)
SIZE_COMMENT = "The limit is on the header value as received, 8,192 bytes here; one byte more is refused before it is decoded."
DUPLICATE_COMMENT = (
    "RFC 8259 leaves equal names to the reader; the references keep the last. A gateway that keeps the first would check one amount "
    "while the server behind it accepts another, so equal names are refused at every level, compared after unescaping."
)
NUMBER_COMMENT = (
    "RFC 7493 section 2.2: integers beyond 2^53 - 1 are changed by readers that hold numbers as doubles, and so are literals that "
    "overflow or underflow. They are refused wherever they stand, in members that nobody reads as well."
)
VERSION_COMMENT = "The version is the integer literal of the header's own version. PAYMENT-SIGNATURE carries v2 only, so that no server falls back to v1's looser rules."


def samples_v2(c):
    c.accept_json(
        "PAYMENT-SIGNATURE sample of the HTTP transport page, 1,088 characters", write(s.PAYMENT_2), flags=["Published"], rows=[73]
    )
    c.accept_json("the same payment without the optional resource", write(drop(s.PAYMENT_2, ["resource"])))
    c.accept_json("a Permit2 payload instead of EIP-3009", write(change(s.PAYMENT_2, ["payload"], s.PERMIT2)))
    c.accept_json(
        "a Solana payload: a transaction and nothing else",
        write(
            {
                "x402Version": 2,
                "accepted": {
                    "scheme": "exact",
                    "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
                    "amount": "1000",
                    "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
                    "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
                    "maxTimeoutSeconds": 60,
                    "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
                },
                "payload": {"transaction": "AQAAAA=="},
            }
        ),
    )
    c.accept_json(
        "a scheme this build does not know is kept, not refused",
        write(change(s.PAYMENT_2, ["accepted", "scheme"], "deferred")),
        flags=["Unknown"],
    )
    c.accept_json(
        "extensions are kept with info, schema and siblings",
        write(
            {
                **s.PAYMENT_2,
                "extensions": {
                    "bazaar": {"info": {"input": {"type": "http", "method": "GET"}}, "schema": {}, "routeTemplate": "/a/:id"}
                },
            }
        ),
        flags=["Unknown"],
    )
    other = {"signature": "0x01"}
    for comment, twin in [
        ("payload and Payload: Go reads both as one, and takes the later", "Payload"),
        ("payload and PAYLOAD", "PAYLOAD"),
        ("x402Version and a twin with a long s, which Unicode folds to s", "x402Ver\u017fion"),
    ]:
        c.reject_json(comment, write({**s.PAYMENT_2, twin: other}), "member_ambiguous", flags=["Unknown"], rows=[22])
    c.accept_json(
        "unknown members, at the top and inside payload, are kept",
        write({**change(s.PAYMENT_2, ["payload", "memo"], "x"), "hint": {"a": [1, None]}}),
        flags=["Unknown"],
        rows=[37],
    )
    c.accept_json(
        "a non-ASCII token name as UTF-8",
        write(change(s.PAYMENT_2, ["accepted", "extra", "name"], "USD₮0")),
        flags=["Extra"],
        rows=[41],
    )
    escaped = write(change(s.PAYMENT_2, ["accepted", "extra", "name"], "USD₮0")).replace("₮", "\\u20ae")
    c.accept_json("the same name escaped: the same payment, written back without the escape", escaped, flags=["Extra"], rows=[41])
    c.accept_json(
        "a decomposed letter in extra.name stays decomposed: no Unicode normalisation",
        write(change(s.PAYMENT_2, ["accepted", "extra", "name"], "Cafe\u0301")),
        flags=["Extra"],
        rows=[42],
    )
    c.accept_json(
        "the composed letter is another name",
        write(change(s.PAYMENT_2, ["accepted", "extra", "name"], "Caf\u00e9")),
        flags=["Extra"],
        rows=[42],
    )
    c.accept_json(
        "another order of members inside accepted",
        write({**s.PAYMENT_2, "accepted": dict(reversed(s.REQUIREMENTS_2.items()))}),
        rows=[38],
    )
    c.accept_json(
        "white space between tokens is legal JSON and does not come out again",
        write(SMALL).replace(",", " ,\n\t").replace(":", ": ", 3),
        rows=[38],
    )
    c.accept_json(
        "extra: null reads as absent", write(change(s.PAYMENT_2, ["accepted", "extra"], None)), flags=["Extra"], rows=[43]
    )
    c.accept_json("extra: {} reads as absent", write(change(s.PAYMENT_2, ["accepted", "extra"], {})), flags=["Extra"], rows=[43])
    c.accept_json("extra absent", write(drop(s.PAYMENT_2, ["accepted", "extra"])), flags=["Extra"], rows=[43])
    c.accept_json("extensions: null reads as absent", write({**s.PAYMENT_2, "extensions": None}), flags=["Extra"], rows=[43])
    c.accept_json("resource: null reads as absent", write(change(s.PAYMENT_2, ["resource"], None)))
    c.accept_json(
        "a member named __proto__ inside extra is data",
        write(change(s.PAYMENT_2, ["accepted", "extra", "__proto__"], {"name": "x"})),
        flags=["Extra"],
        rows=[40],
    )
    c.accept_json(
        "a member named constructor inside extra is data",
        write(change(s.PAYMENT_2, ["accepted", "extra", "constructor"], None)),
        flags=["Extra"],
        rows=[40],
    )
    c.accept_json("a signature of one byte decodes: judging it is verification's business", write(SMALL), rows=[6])
    c.accept_json(
        "a nonce of 31 bytes inside the payload decodes: the scheme reads it",
        write(change(s.PAYMENT_2, ["payload", "authorization", "nonce"], "0x" + "11" * 31)),
        rows=[6, 32],
    )


def samples_v1(c):
    c.accept_json("X-PAYMENT sample of the HTTP transport page, 648 characters", write(s.PAYMENT_1), flags=["Published"])
    c.accept_json("v1 on base: the name stands for eip155:8453", write(change(s.PAYMENT_1, ["network"], "base")))
    c.accept_json("v1 on polygon", write(change(s.PAYMENT_1, ["network"], "polygon")))
    c.accept_json(
        "v1 on solana-devnet",
        write({"x402Version": 1, "scheme": "exact", "network": "solana-devnet", "payload": {"transaction": "AQAAAA=="}}),
    )
    c.accept_json(
        "unknown members in v1 are kept",
        write({**s.PAYMENT_1, "resource": "https://api.example.com/premium-data"}),
        flags=["Unknown"],
        rows=[37],
    )


def base64_cases(c, value):
    two, one, none = padded_to(value, 1), padded_to(value, 2), padded_to(value, 0)
    c.accept_json("two padding symbols", two, flags=["Base64"])
    c.accept_json("one padding symbol", one, flags=["Base64"])
    c.accept_json("no padding needed", none, flags=["Base64"])
    slashes = write(change(value, ["payload", "signature"], "0x00??>>~~"))
    assert "/" in header(slashes) or "+" in header(slashes)
    c.accept_json("a value whose base64 holds symbols that the url-safe alphabet replaces", slashes, flags=["Base64"], rows=[9])
    h2, h1, h0 = header(two), header(one), header(none)
    c.reject(
        "last symbol with the lowest unused bit set, one padding symbol: atob and Buffer read the same bytes",
        last_symbol_neighbour(h1),
        "base64_canonical",
        flags=["Base64"],
        rows=[7],
    )
    c.reject(
        "last symbol with the lowest unused bit set, two padding symbols",
        last_symbol_neighbour(h2),
        "base64_canonical",
        flags=["Base64"],
        rows=[7],
    )
    c.reject(
        "last symbol with the highest of four unused bits set",
        last_symbol_neighbour(h2, 8),
        "base64_canonical",
        flags=["Base64"],
        rows=[7],
    )
    c.reject("e31= is e30= with an unused bit set: both are {}", "e31=", "base64_canonical", flags=["Base64"], rows=[7])
    c.reject("one padding symbol of two left out", h2[:-1], "base64_padding", flags=["Base64"], rows=[10])
    c.reject("both padding symbols left out", h2[:-2], "base64_padding", flags=["Base64"], rows=[10])
    c.reject("the only padding symbol left out", h1[:-1], "base64_padding", flags=["Base64"], rows=[10])
    c.reject("one padding symbol too many", h1 + "=", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("padding where none is needed", h0 + "=", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("a whole quantum of padding after a complete text", h0 + "====", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("a whole quantum of padding after a padded text", h1 + "====", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("a single symbol left over", h0 + "A", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("only padding", "====", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("one equals sign", "=", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("padding at the front", "=" + h1[:-1], "base64_padding", flags=["Base64"], rows=[10])
    c.reject("two texts glued: Buffer reads the first only", "e30=e30=", "base64_padding", flags=["Base64"], rows=[10])
    c.reject("two whole payments glued", h1 + h1, "base64_padding", flags=["Base64"], rows=[10])
    c.reject(
        "two payments without padding glued: base64 is right, the document is not one",
        h0 + h0,
        "json_trailing",
        flags=["Base64", "Json"],
        rows=[10, 23],
    )
    for comment, text in [
        ("a leading space", " " + h0),
        ("a trailing space", h0 + " "),
        ("a space in the middle", h0[:8] + " " + h0[8:]),
        ("a tab in the middle", h0[:8] + "\t" + h0[8:]),
        ("a line feed after 76 symbols, as MIME writes it", h0[:76] + "\n" + h0[76:]),
        ("CR LF after 76 symbols", h0[:76] + "\r\n" + h0[76:]),
        ("a trailing line feed, as the base64 command writes it", h0 + "\n"),
    ]:
        c.reject(
            comment, text.encode() if "\n" in text or "\t" in text else text, ["base64_symbol"], flags=["Base64"], rows=[8, 17]
        )
    url_safe = header(slashes).replace("+", "-").replace("/", "_")
    c.reject("the url-safe alphabet", url_safe, "base64_symbol", flags=["Base64"], rows=[9])
    for comment, text in [
        ("percent signs", "%%%%"),
        ("percent-encoded padding", h1[:-1] + "%3D"),
        ("raw JSON without base64", write(value)),
        ("a data URL", "data:application/json;base64," + h0),
        ("a quoted header value", '"' + h0 + '"'),
        ("an exclamation mark in the middle", h0[:8] + "!" + h0[8:]),
        ("a full stop at the end", h0[:-1] + "."),
    ]:
        c.reject(comment, text, ["base64_symbol"], flags=["Base64"], rows=[3])
    c.reject("two values joined by a proxy", h0 + ", " + h0, "base64_symbol", flags=["Base64"], rows=[13])
    c.reject("two values joined by a comma alone", h0 + "," + h0, "base64_symbol", flags=["Base64"], rows=[13])
    for comment, data in [
        ("a NUL byte at the end", h0.encode() + b"\x00"),
        ("a byte 0x80", h0[:8].encode() + b"\x80" + h0[9:].encode()),
        ("a byte 0xFF", h0[:8].encode() + b"\xff" + h0[9:].encode()),
        ("DEL", h0[:8].encode() + b"\x7f" + h0[9:].encode()),
        ("a full-width letter in UTF-8", h0[:8].encode() + "Ａ".encode() + h0[9:].encode()),
        ("a zero-width space in UTF-8", h0[:8].encode() + "\u200b".encode() + h0[8:].encode()),
    ]:
        c.reject(comment, data, "base64_symbol", flags=["Base64"], rows=[17])
    c.reject("empty: malformed, not absent", "", "empty", flags=["Base64"], rows=[2])
    c.reject("one space", " ", "empty", flags=["Base64"], rows=[2])
    c.reject("spaces only", "      ", "empty", flags=["Base64"], rows=[2])
    c.reject("a tab only", b"\t", "empty", flags=["Base64"], rows=[2])


def base64_again(c, value):
    """The rules are those of the codec, not of one header: a few again in v1."""
    text = write(value)
    h = header(text)
    assert h.endswith("=")
    c.reject("v1: padding left out", h.rstrip("="), "base64_padding", flags=["Base64"], rows=[10])
    c.reject("v1: unused bit set", last_symbol_neighbour(h), "base64_canonical", flags=["Base64"], rows=[7])
    c.reject("v1: a space in the middle", h[:8] + " " + h[8:], "base64_symbol", flags=["Base64"], rows=[8])
    c.reject("v1: empty", "", "empty", flags=["Base64"], rows=[2])
    c.reject("v1: raw JSON, as a hand-made client sends it", text, "base64_symbol", flags=["Base64"], rows=[3])
    c.reject_json(
        "v1: a duplicate name inside the authorization",
        text.replace('"value":"10000"', '"value":"10000","value":"1"'),
        "json_duplicate_key",
        flags=["DuplicateKey"],
        rows=[22],
    )
    c.reject_json("v1: a byte order mark", b"\xef\xbb\xbf" + text.encode(), "byte_order_mark", flags=["Encoding"], rows=[20])
    c.reject(
        "v1: 8,193 bytes",
        {"repeat": {"before": "", "unit": "A", "times": 8193, "after": ""}},
        "too_large",
        flags=["Size"],
        rows=[11],
    )


def filler(total):
    """The parts of a payment whose JSON has `total` bytes, one long run in the middle."""
    before, after = write(change(SMALL, ["payload", "signature"], "0x|")).split("|")
    times = total - len(before) - len(after)
    text = before + "0" * times + after
    return {"before": before, "unit": "0", "times": times, "after": after}, text


def size_cases(c):
    for total, comment in [
        (6144, "exactly 8,192 bytes of header"),
        (6142, "8,192 bytes of header, two of them padding"),
        (6141, "8,188 bytes of header"),
    ]:
        parts, text = filler(total)
        facts = expected("paymentPayload", text)["facts"]
        facts["payload"] = {"signature": {"length": len("0x") + parts["times"]}}
        c.accept(comment, {"base64OfRepeat": parts}, text, {"facts": facts}, flags=["Size"], rows=[11])
    c.reject(
        "8,196 bytes: the next length that base64 has", {"base64OfRepeat": filler(6145)[0]}, "too_large", flags=["Size"], rows=[11]
    )
    for times, comment in [
        (8193, "8,193 bytes: too long is said before base64 is looked at"),
        (16 * 1024, "16 KiB"),
        (64 * 1024, "64 KiB"),
        (1024 * 1024, "1 MiB"),
    ]:
        c.reject(
            comment, {"repeat": {"before": "", "unit": "A", "times": times, "after": ""}}, "too_large", flags=["Size"], rows=[11]
        )
    c.reject(
        "8,193 spaces: too long, not empty",
        {"repeat": {"before": "", "unit": " ", "times": 8193, "after": ""}},
        "too_large",
        flags=["Size"],
        rows=[11, 2],
    )
    # 25: many members and items within the cap
    items = {
        "before": write(change(SMALL, ["payload", "list"], Number("[0"))).removesuffix("}}"),
        "unit": ",0",
        "times": 2800,
        "after": "]}}",
    }
    text = items["before"] + items["unit"] * items["times"] + items["after"]
    facts = expected("paymentPayload", text)["facts"]
    facts["payload"] = {"signature": "0x00", "list": {"length": 2801}}
    c.accept("2,801 list items within the cap", {"base64OfRepeat": items}, text, {"facts": facts}, flags=["Size"], rows=[25])
    keys = {f"k{i}": 0 for i in range(500)}
    text = write({**SMALL, "payload": keys})
    out = expected("paymentPayload", text)
    c.accept("500 names in one object", {"header": header(text)}, text, {"facts": out["facts"]}, flags=["Size"], rows=[25])
    names = ",".join(f'"k{i}":0' for i in range(500)) + ',"k250":1'
    c.reject_json(
        "500 names, and one of them again at the end",
        write({**SMALL, "payload": Number("{" + names + "}")}),
        "json_duplicate_key",
        flags=["Size", "DuplicateKey"],
        rows=[22, 25],
    )


def encoding_cases(c):
    text = write(change(SMALL, ["accepted", "extra"], {"name": "USDx"}))
    data = text.encode()
    at = data.index(b"USDx")

    def patched(replacement):
        return data[:at] + replacement + data[at + 4 :]

    for comment, bytes_ in [
        ("a lone continuation byte inside a string", patched(b"US\x80x")),
        ("a lead byte without its continuation", patched(b"US\xc3x")),
        ("0xFF inside a string", patched(b"US\xffx")),
        ("an over-long slash, C0 AF", patched(b"U\xc0\xafx")),
        ("an over-long NUL, C0 80, as Java's modified UTF-8 writes it", patched(b"U\xc0\x80x")),
        ("a surrogate in UTF-8 (CESU-8), ED A0 80", patched(b"U\xed\xa0\x80")),
        ("a surrogate pair in CESU-8", patched(b"\xed\xa0\xbd\xed\xb8\x80")),
        ("beyond U+10FFFF, F4 90 80 80", patched(b"\xf4\x90\x80\x80")),
        ("a five-byte sequence", patched(b"\xf8\x88\x80\x80\x80")),
        ("cut inside a character at the end of the text", data + b"\xe2\x82"),
        ("Latin-1 text, 0xE9 for an accented letter", patched(b"Caf\xe9")),
        ("bytes that are no text at all", bytes(range(0x80, 0x98))),
    ]:
        c.reject_json(comment, bytes_, "utf8", flags=["Encoding"], rows=[20])
    c.reject_json(
        "a UTF-8 byte order mark before the object: TextDecoder strips it",
        b"\xef\xbb\xbf" + data,
        "byte_order_mark",
        flags=["Encoding"],
        rows=[20],
    )
    c.reject_json("a byte order mark and nothing else", b"\xef\xbb\xbf", "byte_order_mark", flags=["Encoding"], rows=[20])
    c.reject_json("a byte order mark after the object", data + b"\xef\xbb\xbf", "json_trailing", flags=["Encoding"], rows=[20])
    c.reject_json(
        "UTF-16 little-endian with its mark", b"\xff\xfe" + text.encode("utf-16-le"), "utf8", flags=["Encoding"], rows=[20]
    )
    c.reject_json("UTF-16 big-endian with its mark", b"\xfe\xff" + text.encode("utf-16-be"), "utf8", flags=["Encoding"], rows=[20])
    c.reject_json(
        "UTF-16 little-endian without a mark: NUL after the brace",
        text.encode("utf-16-le"),
        "json_syntax",
        flags=["Encoding"],
        rows=[20],
    )
    c.reject_json(
        "UTF-16 big-endian without a mark: NUL before the brace",
        text.encode("utf-16-be"),
        "json_syntax",
        flags=["Encoding"],
        rows=[20],
    )
    c.reject_json("UTF-32 little-endian without a mark", text.encode("utf-32-le"), "json_syntax", flags=["Encoding"], rows=[20])
    c.reject_json("base64 inside base64", header(text), "json_syntax", flags=["Encoding"], rows=[4])
    for comment, escape in [
        ("a lone high surrogate escape", "\\ud800"),
        ("a lone low surrogate escape", "\\udc00"),
        ("halves in the wrong order", "\\udc00\\ud800"),
        ("a high half followed by a letter", "\\ud800x"),
        ("a high half followed by an escaped letter", "\\ud800\\u0041"),
        ("two high halves", "\\ud83d\\ud83d"),
        ("a high half at the end, capital digits", "\\uDBFF"),
    ]:
        c.reject_json(comment, text.replace("USDx", escape), "json_surrogate", flags=["Encoding"], rows=[21])
    c.reject_json(
        "a half in a member name", text.replace('"name"', '"na\\ud800me"'), "json_surrogate", flags=["Encoding"], rows=[21]
    )
    c.accept_json("a whole surrogate pair is one character", text.replace("USDx", "\\ud83d\\ude00"), flags=["Encoding"], rows=[21])
    c.accept_json("NUL as an escape is legal text", text.replace("USDx", "a\\u0000b"), flags=["Encoding"], rows=[17])
    c.accept_json(
        "U+FEFF inside a string is a character, not a mark", text.replace("USDx", "\ufeffUSD"), flags=["Encoding"], rows=[20]
    )
    c.accept_json(
        "CR and LF as escapes stay escapes: they never reach a header line",
        text.replace("USDx", "a\\r\\nSet-Cookie: b"),
        flags=["Encoding"],
        rows=[18],
    )


def duplicate_cases(c):
    text = write(s.PAYMENT_2)

    def twice(old, again):
        assert old in text
        return text.replace(old, old + "," + again, 1)

    for comment, doubled in [
        ("x402Version twice, equal", twice('"x402Version":2', '"x402Version":2')),
        ("x402Version twice, different", twice('"x402Version":2', '"x402Version":1')),
        ("accepted twice", text[:-1] + ',"accepted":' + write(change(s.REQUIREMENTS_2, ["amount"], "1")) + "}"),
        ("payload twice", text[:-1] + ',"payload":{}}'),
        ("amount twice in accepted", twice('"amount":"10000"', '"amount":"1"')),
        ("amount and its escaped twin", twice('"amount":"10000"', '"amo\\u0075nt":"1"')),
        ("the escaped twin first", text.replace('"amount":"10000"', '"\\u0061mount":"1","amount":"10000"')),
        (
            "two spellings of one escape, capital and small digits",
            text.replace('"name":"USDC"', '"\\u004Eame":"a","\\u004eame":"b"'),
        ),
        (
            "payTo twice, far apart",
            text.replace(
                '"extra":{"name":"USDC","version":"2"}', '"extra":{"name":"USDC","version":"2"},"payTo":"' + s.PAYER + '"'
            ),
        ),
        ("name twice inside extra", twice('"name":"USDC"', '"name":"USD Coin"')),
        ("twice inside an object in extra", text.replace('"version":"2"', '"version":"2","deep":{"a":{"b":1,"b":1}}')),
        ("twice inside an array in extra", text.replace('"version":"2"', '"version":"2","deep":[{"a":1,"a":2}]')),
        (
            "url twice inside resource",
            twice('"url":"https://api.example.com/premium-data"', '"url":"https://api.example.com/other"'),
        ),
        ("value twice inside the authorization", twice('"value":"10000"', '"value":"1"')),
        ("signature twice", twice('"signature":"' + s.SIGNATURE + '"', '"signature":"0x00"')),
        ("an extension id twice", text[:-1] + ',"extensions":{"a":{"info":{}},"a":{"info":{}}}}'),
        ("twice inside an extension's info", text[:-1] + ',"extensions":{"a":{"info":{"id":"1","id":"2"}}}}'),
        (
            "twice inside an extension's schema",
            text[:-1] + ',"extensions":{"a":{"info":{},"schema":{"type":"object","type":"array"}}}}',
        ),
        ("twice inside an unknown member", text[:-1] + ',"hint":{"x":0,"x":0}}'),
        ("the empty name twice", text[:-1] + ',"hint":{"":0,"":0}}'),
        ("__proto__ twice", text[:-1] + ',"hint":{"__proto__":0,"__proto__":0}}'),
        ("an emoji and its escaped surrogate pair", text[:-1] + ',"hint":{"😀":0,"\\ud83d\\ude00":0}}'),
    ]:
        c.reject_json(comment, doubled, "json_duplicate_key", flags=["DuplicateKey"], rows=[22])
    c.accept_json(
        "names that differ in case are different names; only the exact one counts",
        text[:-1] + ',"PayTo":"x","Amount":"1"}',
        flags=["DuplicateKey", "Unknown"],
        rows=[22, 37],
    )
    c.accept_json("one name in two different objects", text[:-1] + ',"hint":{"a":{"n":1},"b":{"n":1}}}', flags=["DuplicateKey"])
    c.accept_json(
        "names that only look alike are different names", text[:-1] + ',"hint":{"a":0,"\\u0430":0}}', flags=["DuplicateKey"]
    )


def document_cases(c):
    text = write(SMALL)
    for comment, tail in [
        ("a second object", "{}"),
        ("a second object after white space", " \n{}"),
        ("a comma", ","),
        ("a closing brace too many", "}"),
        ("a NUL byte", "\x00"),
        ("a word", " null"),
        ("a comment", "// paid"),
        ("a vertical tab, which is not JSON white space", "\x0b"),
        ("a no-break space", "\u00a0"),
    ]:
        c.reject_json(f"after the document: {comment}", text + tail, "json_trailing", flags=["Json"], rows=[23])
    c.accept_json("JSON white space around the document", " \t\r\n" + text + "\n", flags=["Json"], rows=[23])
    for comment, body in [
        ("the word garbage", "garbage"),
        ("XML", "<payment/>"),
        ("a single quote", "'"),
        ("Python", "{'x402Version': 2}"),
    ]:
        c.reject_json(comment, body, "json_syntax", flags=["Json"], rows=[4])
    for comment, body in [("cut before the last brace", text[:-1]), ("cut inside a string", text[:-4]), ("an opening brace", "{")]:
        c.reject_json(comment, body, "json_end", flags=["Json"], rows=[4])
    c.reject_json("white space only", " \n ", "empty", flags=["Json"], rows=[4])
    for comment, body in [
        ("null", "null"),
        ("an array", "[]"),
        ("text", '"x"'),
        ("a number", "2"),
        ("true", "true"),
        ("an array that holds a payment", f"[{text}]"),
    ]:
        c.reject_json(f"the document is {comment}", body, "member_type", flags=["Json"], rows=[5])
    c.reject_json("an empty object", "{}", "x402_version", flags=["Json"], rows=[5, 27])
    for comment, edit in [
        ("no payload", drop(SMALL, ["payload"])),
        ("no accepted", drop(SMALL, ["accepted"])),
        ("accepted without amount", drop(SMALL, ["accepted", "amount"])),
        ("accepted without payTo", drop(SMALL, ["accepted", "payTo"])),
    ]:
        c.reject_json(comment, write(edit), "member_missing", flags=["Json"], rows=[6])

    def nested(levels, open_="[", close="]"):
        """A payment in which `extra` holds a chain that ends at the given level; the outermost object is level 1."""
        inner = levels - 3
        return write(change(SMALL, ["accepted", "extra"], {"deep": Number(open_ * inner + close * inner)}))

    c.accept_json("arrays down to level 32", nested(32), flags=["Depth"], rows=[24])
    c.reject_json("arrays down to level 33", nested(33), "json_depth", flags=["Depth"], rows=[24])
    c.reject_json("arrays down to level 128", nested(128), "json_depth", flags=["Depth"], rows=[24])
    objects = '{"a":' * 28 + "{}" + "}" * 28
    c.accept_json(
        "objects down to level 32",
        write(change(SMALL, ["accepted", "extra"], {"deep": Number(objects)})),
        flags=["Depth"],
        rows=[24],
    )
    c.reject_json(
        "objects down to level 33",
        write(change(SMALL, ["accepted", "extra"], {"deep": Number('{"a":' + objects + "}")})),
        "json_depth",
        flags=["Depth"],
        rows=[24],
    )
    c.reject(
        "5,000 opening brackets within the size cap",
        {"base64OfRepeat": {"before": '{"x402Version":2,"a":', "unit": "[", "times": 5000, "after": ""}},
        "json_depth",
        flags=["Depth"],
        rows=[24],
    )
    c.accept_json(
        "two branches of level 32 side by side: siblings do not add up",
        write(change(SMALL, ["accepted", "extra"], {"a": Number("[" * 29 + "]" * 29), "b": Number("[" * 29 + "]" * 29)})),
        flags=["Depth"],
        rows=[24],
    )


def number_cases(c):
    def with_extra(literal):
        return write(change(SMALL, ["accepted", "extra"], {"n": Number(literal)}))

    for literal, comment in [
        ("9007199254740991", "2^53 - 1, the largest integer"),
        ("-9007199254740991", "-(2^53 - 1)"),
        ("0", "zero"),
        ("-0", "negative zero is a JSON number"),
        ("1.0", "a whole number with a fraction keeps its spelling"),
        ("1.50", "a trailing zero keeps its place"),
        ("1e3", "an exponent"),
        ("1E+2", "a capital exponent with a sign"),
        ("0.1", "a fraction that no double holds exactly"),
        ("1.7976931348623157e308", "the largest double"),
        ("5e-324", "the smallest double"),
        ("0e999", "zero with a huge exponent is zero"),
        ("0.0e-999", "zero with a tiny exponent is zero"),
    ]:
        c.accept_json(f"in extra: {comment}", with_extra(literal), flags=["Json"], rows=[26])
    for literal, comment in [
        ("9007199254740992", "2^53"),
        ("9007199254740993", "2^53 + 1: doubles round it to 2^53"),
        ("-9007199254740992", "-2^53"),
        ("18446744073709551615", "2^64 - 1"),
        ("18446744073709551616", "2^64: some readers turn it into a double"),
        ("1" + "0" * 400, "an integer of 401 digits"),
        ("1e20", "a whole number beyond 2^53 with an exponent, which RFC 8785 writes in digits"),
        ("1e999", "overflow, which JavaScript reads as Infinity"),
        ("-1e999", "negative overflow"),
        ("1.8e308", "just above the largest double"),
        ("1e-400", "underflow to zero"),
        ("-1e-400", "negative underflow"),
        ("123.456e-789", "underflow with many digits"),
    ]:
        c.reject_json(f"in extra: {comment}", with_extra(literal), "json_number", flags=["Json"], rows=[26])
    for literal in [
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "-01",
        "1.",
        ".5",
        "+1",
        "0x10",
        "1_000",
        "1e",
        "1e+",
        "--1",
        "1.e5",
        "٣",
    ]:
        c.reject_json(f"in extra: {literal} is not a JSON number", with_extra(literal), "json_syntax", flags=["Json"], rows=[26])
    for literal, comment, reason in [
        ("60.0", "60.0", "member_integer"),
        ("6e1", "6e1", "member_integer"),
        ("-0", "-0", "member_integer"),
        ("-1", "-1", "member_integer"),
        ("60.5", "60.5", "member_integer"),
        ('"60"', "text", "member_type"),
        ("true", "true", "member_type"),
        ("null", "null", ["member_type", "member_missing"]),
        ("[60]", "an array", "member_type"),
        ("1e999", "overflow", "json_number"),
        ("9007199254740992", "2^53", "json_number"),
    ]:
        c.reject_json(
            f"maxTimeoutSeconds is {comment}",
            write(change(SMALL, ["accepted", "maxTimeoutSeconds"], Number(literal))),
            reason,
            flags=["Json"],
            rows=[39, 26],
        )
    for literal in ["10000", "1e4", "0"]:
        c.reject_json(
            f"amount is the number {literal}",
            write(change(SMALL, ["accepted", "amount"], Number(literal))),
            "member_type",
            flags=["Json"],
            rows=[30],
        )
    c.accept_json(
        "maxTimeoutSeconds 0 decodes", write(change(SMALL, ["accepted", "maxTimeoutSeconds"], 0)), flags=["Json"], rows=[39]
    )


def version_cases(c):
    for literal in ['"2"', "2.0", "2e0", "20e-1", "3", "0", "-1", "-2", "true", "null", "[2]", "{}", "1"]:
        comment = f"x402Version is {literal}" if literal != "1" else "a v2 object that says 1"
        c.reject_json(
            comment,
            write(change(SMALL, ["x402Version"], Number(literal))),
            "x402_version",
            flags=["Version"],
            rows=[27, 15] if literal == "1" else [27],
        )
    c.reject_json("x402Version is missing", write(drop(SMALL, ["x402Version"])), "x402_version", flags=["Version"], rows=[27])
    c.reject_json("a v1 payment in the v2 header", write(s.PAYMENT_1), "x402_version", flags=["Version"], rows=[15])
    c.reject_json(
        "the name in snake case", write(SMALL).replace("x402Version", "x402_version"), "x402_version", flags=["Version"], rows=[27]
    )
    c.reject_json(
        "the name in other capitals",
        write(SMALL).replace("x402Version", "X402Version"),
        "x402_version",
        flags=["Version"],
        rows=[27],
    )


def version_cases_v1(c):
    c.reject_json("a v2 payment in the v1 header", write(s.PAYMENT_2), "x402_version", flags=["Version"], rows=[15])
    for literal in ['"1"', "1.0", "2", "true"]:
        c.reject_json(
            f"v1: x402Version is {literal}",
            write(change(s.PAYMENT_1, ["x402Version"], Number(literal))),
            "x402_version",
            flags=["Version"],
            rows=[27],
        )
    c.reject_json(
        "v1: x402Version is missing", write(drop(s.PAYMENT_1, ["x402Version"])), "x402_version", flags=["Version"], rows=[27]
    )
