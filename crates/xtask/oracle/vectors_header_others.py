"""The other headers, and the question which header of a request is the payment."""

import base64

import samples as s
from headercases import LIMITS, Cases, check, expected_header, last_symbol_neighbour, note_common, with_padding
from jsontext import Number, header, write
from samples import change, drop
from sdk import PY, measured, source, verdict
from vectorlib import VectorFile


def files():
    return [required(), response(), siwx(), extension_responses(), header_set()]


# PAYMENT-REQUIRED


def required():
    file = VectorFile(
        "wire/header-required.json",
        "header/required",
        "The PAYMENT-REQUIRED header of a 402 answer (v2; v1 writes the same object into the body). A buyer decodes it.",
    )
    note_common(file)
    file.note("Version", "PARSER_DIFFERENTIAL", "an object of one version is judged by the rules of another")
    g = file.group("v2", source("http2", "ts", "py"), header="PAYMENT-REQUIRED", version=2, limits=LIMITS)
    c = Cases(g, "PAYMENT-REQUIRED", "paymentRequired")
    text = write(s.REQUIRED_2)
    c.accept_json("sample of the HTTP transport page, 584 characters", text, flags=["Published"])
    c.accept_json("no error text", write(drop(s.REQUIRED_2, ["error"])))
    c.accept_json(
        "an error text with markup, quotes and line breaks stays data",
        write(change(s.REQUIRED_2, ["error"], '<b>"pay"</b>\r\nX: y')),
        flags=["Encoding"],
        rows=[18],
    )
    c.accept_json(
        "two offers keep their order",
        write({**s.REQUIRED_2, "accepts": [s.REQUIREMENTS_2, change(s.REQUIREMENTS_2, ["network"], "eip155:8453")]}),
    )
    c.accept_json(
        "an extension entry with info, schema and a sibling",
        write(
            {
                **s.REQUIRED_2,
                "extensions": {
                    "sign-in-with-x": {
                        "info": {"domain": "api.example.com"},
                        "supportedChains": [{"chainId": "eip155:8453", "type": "eip191"}],
                        "schema": {},
                    }
                },
            }
        ),
    )
    c.accept_json(
        "a non-ASCII token name",
        write(change(s.REQUIRED_2, ["accepts", 0, "extra", "name"], "USD₮0")),
        flags=["Encoding"],
        rows=[41],
    )
    c.accept_json(
        "no resource: W1 of the map, the Python, Go and Rust references read it so", write(drop(s.REQUIRED_2, ["resource"]))
    )
    offers = [change(change(s.REQUIREMENTS_2, ["amount"], str(10000 + i)), ["extra"], None) for i in range(20)]
    c.accept_json(
        "twenty offers fit", write({**s.REQUIRED_2, "accepts": [drop(o, ["extra"]) for o in offers]}), flags=["Size"], rows=[44]
    )
    one = write(drop(s.REQUIREMENTS_2, ["extra"]))
    start = write({**drop(s.REQUIRED_2, ["error"]), "accepts": Number("[" + one)}).removesuffix("}")
    c.reject(
        "fifty offers do not fit into 8 KiB",
        {"base64OfRepeat": {"before": start, "unit": "," + one, "times": 49, "after": "]}"}},
        "too_large",
        flags=["Size"],
        rows=[44, 11],
    )
    c.reject("empty", "", "empty", flags=["Base64"], rows=[2])
    c.reject("raw JSON", text, "base64_symbol", flags=["Base64"], rows=[3])
    c.reject("padding left out", header(with_padding(text)).rstrip("="), "base64_padding", flags=["Base64"], rows=[10])
    c.reject(
        "url-safe alphabet",
        header(write(change(s.REQUIRED_2, ["error"], "???>>>"))).replace("/", "_").replace("+", "-"),
        "base64_symbol",
        flags=["Base64"],
        rows=[9],
    )
    c.reject("unused bits set", last_symbol_neighbour(header(with_padding(text))), "base64_canonical", flags=["Base64"], rows=[7])
    c.reject(
        "8,193 bytes", {"repeat": {"before": "", "unit": "A", "times": 8193, "after": ""}}, "too_large", flags=["Size"], rows=[11]
    )
    c.reject_json("a byte order mark", b"\xef\xbb\xbf" + text.encode(), "byte_order_mark", flags=["Encoding"], rows=[20])
    c.reject_json(
        "invalid UTF-8 in the description",
        text.encode().replace(b"premium market", b"premium\xffmarket"),
        "utf8",
        flags=["Encoding"],
        rows=[20],
    )
    c.reject_json(
        "a lone surrogate in the error text",
        text.replace("PAYMENT-SIGNATURE header", "\\ud800"),
        "json_surrogate",
        flags=["Encoding"],
        rows=[21],
    )
    c.reject_json(
        "payTo twice in an offer",
        text.replace('"payTo":', '"payTo":"' + s.PAYER + '","payTo":'),
        "json_duplicate_key",
        flags=["Json"],
        rows=[22],
    )
    c.reject_json("accepts twice", text[:-1] + ',"accepts":[]}', "json_duplicate_key", flags=["Json"], rows=[22])
    c.reject_json("a second document", text + "{}", "json_trailing", flags=["Json"], rows=[23])
    c.reject_json("null: the TypeScript decoder returns it to its caller", "null", "member_type", flags=["Json"], rows=[5])
    c.reject_json("an array: the TypeScript decoder returns it to its caller", "[]", "member_type", flags=["Json"], rows=[5])
    c.reject_json("no accepts", write(drop(s.REQUIRED_2, ["accepts"])), "member_missing", flags=["Json"])
    c.reject_json("x402Version 1 in the v2 header", write(s.REQUIRED_1), "x402_version", flags=["Version"], rows=[27])
    c.reject_json("x402Version 3", write(change(s.REQUIRED_2, ["x402Version"], 3)), "x402_version", flags=["Version"], rows=[27])
    c.reject_json("no x402Version", write(drop(s.REQUIRED_2, ["x402Version"])), "x402_version", flags=["Version"], rows=[27])
    c.accept_json(
        "an amount with a leading zero in the second offer does not spoil the first: the texts of an offer are judged when it is chosen",
        write({**s.REQUIRED_2, "accepts": [s.REQUIREMENTS_2, change(s.REQUIREMENTS_2, ["amount"], "010000")]}),
        flags=["Json"],
        rows=[28],
    )
    return file


# PAYMENT-RESPONSE and X-PAYMENT-RESPONSE


def response():
    file = VectorFile(
        "wire/header-response.json",
        "header/response",
        "The receipt header: PAYMENT-RESPONSE (v2) or X-PAYMENT-RESPONSE (v1), after settlement or after a failed settlement.",
    )
    note_common(file)
    for name, version, settled, failed in [
        ("PAYMENT-RESPONSE", 2, s.SETTLED_2, s.FAILED_2),
        ("X-PAYMENT-RESPONSE", 1, s.SETTLED_1, s.FAILED_1),
    ]:
        g = file.group(f"v{version}", source(f"http{version}", "ts", "py"), header=name, version=version, limits=LIMITS)
        c = Cases(g, name, "settleResponse")
        text = write(settled)
        c.accept_json("settled: sample of the transport page, 236 characters", text, flags=["Published"])
        c.accept_json("failed: sample of the transport page, 196 characters", write(failed), flags=["Published"], rows=[160])
        c.accept_json("unknown members are kept", write({**settled, "receipt": {"id": "r-1"}}))
        c.reject("empty", "", "empty", flags=["Base64"], rows=[2])
        c.reject("raw JSON", text, "base64_symbol", flags=["Base64"], rows=[3, 203])
        c.reject("padding left out", header(with_padding(text)).rstrip("="), "base64_padding", flags=["Base64"], rows=[10])
        c.reject("glued to itself", header(with_padding(text)) * 2, "base64_padding", flags=["Base64"], rows=[10])
        c.reject("a trailing line feed", header(text).encode() + b"\n", "base64_symbol", flags=["Base64"], rows=[8])
        c.reject(
            "8,193 bytes",
            {"repeat": {"before": "", "unit": "A", "times": 8193, "after": ""}},
            "too_large",
            flags=["Size"],
            rows=[11],
        )
        c.reject_json(
            "success twice, false then true",
            text.replace('"success":true', '"success":false,"success":true'),
            "json_duplicate_key",
            flags=["Json"],
            rows=[22, 203],
        )
        c.reject_json("null", "null", "member_type", flags=["Json"], rows=[5])
        c.reject_json("a byte order mark", b"\xef\xbb\xbf" + text.encode(), "byte_order_mark", flags=["Encoding"], rows=[20])
        c.reject_json("success is text", write(change(settled, ["success"], "true")), "member_type", flags=["Json"], rows=[135])
        c.reject_json("no transaction", write(drop(settled, ["transaction"])), "member_missing", flags=["Json"], rows=[135])
    g = file.group("v2 only", source("spec2", "map"), header="PAYMENT-RESPONSE", version=2, limits=LIMITS)
    c = Cases(g, "PAYMENT-RESPONSE", "settleResponse")
    c.accept_json("the settled amount of an upto payment", write({**s.SETTLED_2, "amount": "2500"}))
    c.accept_json("an upto settlement of zero has no transaction", write({**s.SETTLED_2, "transaction": "", "amount": "0"}))
    c.accept_json(
        "extensions with a signed receipt",
        write({**s.SETTLED_2, "extensions": {"offer-receipt": {"info": {"receipt": {"format": "jws", "signature": "a.b.c"}}}}}),
    )
    c.reject_json(
        "the receipt printed on the http-message-signatures page has neither success nor transaction",
        '{"amount":"5","asset":"USD","extensions":{"terms":{"info":{"format":"uri","terms":"https://example.com/terms-v2.0.md"}}}}',
        "member_missing",
        flags=["Published"],
        rows=[203],
    )
    c.reject_json(
        "x402-rs writes a failure without transaction",
        '{"success":false,"error_reason":"insufficient_funds","network":"eip155:84532"}',
        "member_missing",
        flags=["Json"],
        rows=[135],
    )
    return file


# SIGN-IN-WITH-X and EXTENSION-RESPONSES


def siwx():
    from x402.extensions.sign_in_with_x.parse import parse_siwx_header

    file = VectorFile(
        "wire/header-siwx.json",
        "header/siwx",
        "The SIGN-IN-WITH-X header: a wallet's proof that a payer of earlier is asking again. Decoding only; no signature is checked.",
    )
    note_common(file)
    g = file.group(
        "proof", source("map", "py"), header="SIGN-IN-WITH-X", limits=LIMITS, comment="Members: sign-in-with-x extension page."
    )

    def says(result, data):
        return measured(result, {PY: verdict(lambda: parse_siwx_header(data.decode("latin-1")))})

    def accept(comment, text, **rest):
        check(comment, None, header(text).encode())
        g.accept(
            comment, {"header": header(text)}, expected_header("siwx", text), says=says("accept", header(text).encode()), **rest
        )

    def reject(comment, value, reason, **rest):
        check(comment, reason, value.encode())
        g.reject(comment, {"header": value}, reason, says=says("reject", value.encode()), **rest)

    text = write(s.SIWX)
    accept("sample of the extension page", text, flags=["Published"])
    for name in ["expirationTime", "statement", "resources", "signatureScheme"]:
        accept(f"without the optional {name}", write(drop(s.SIWX, [name])))
    accept(
        "optional members that are null read as absent", write({**s.SIWX, "notBefore": None, "requestId": None, "statement": None})
    )
    accept("notBefore and requestId", write({**s.SIWX, "notBefore": "2024-01-15T10:30:00.000Z", "requestId": "r-1"}))
    accept(
        "a Solana proof",
        write(
            {
                **s.SIWX,
                "address": "AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9",
                "chainId": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
                "type": "ed25519",
                "signatureScheme": "siws",
                "signature": "5" * 87,
            }
        ),
    )
    accept("unknown members are kept", write({**s.SIWX, "app": "x"}))
    for name in ["domain", "address", "uri", "version", "chainId", "type", "nonce", "issuedAt", "signature"]:
        reject(f"without the required {name}", header(write(drop(s.SIWX, [name]))), "member_missing", flags=["Json"])
    reject("nonce is a number", header(write({**s.SIWX, "nonce": 1})), "member_type", flags=["Json"])
    reject("resources is text", header(write({**s.SIWX, "resources": "https://api.example.com"})), "member_type", flags=["Json"])
    reject(
        "a type that the extension does not define",
        header(write({**s.SIWX, "type": "secp256k1"})),
        "member_grammar",
        flags=["Json"],
    )
    reject("chainId without a namespace", header(write({**s.SIWX, "chainId": "8453"})), "network_colon", flags=["Json"], rows=[35])
    reject("signature twice", header(text[:-1] + ',"signature":"0x00"}'), "json_duplicate_key", flags=["Json"], rows=[22])
    reject("an array", header("[]"), "member_type", flags=["Json"], rows=[5])
    reject("raw JSON", text, "base64_symbol", flags=["Base64"], rows=[3])
    reject("padding left out", header(with_padding(text)).rstrip("="), "base64_padding", flags=["Base64"], rows=[10])
    reject("empty", "", "empty", flags=["Base64"], rows=[2])
    g.reject(
        "8,193 bytes", {"repeat": {"before": "", "unit": "A", "times": 8193, "after": ""}}, "too_large", flags=["Size"], rows=[11]
    )
    reject(
        "a byte order mark",
        base64.b64encode(b"\xef\xbb\xbf" + text.encode()).decode(),
        "byte_order_mark",
        flags=["Encoding"],
        rows=[20],
    )
    return file


def extension_responses():
    from types import SimpleNamespace

    from x402.http.extension_responses import extract_extension_responses_header

    file = VectorFile(
        "wire/header-extension-responses.json",
        "header/extension-responses",
        "The EXTENSION-RESPONSES header of a facilitator's answer: a map from extension id to an object.",
    )
    note_common(file)
    g = file.group("map", source("map", "py"), header="EXTENSION-RESPONSES", limits=LIMITS)

    def says(result, value):
        headers = {"EXTENSION-RESPONSES": value}
        read = extract_extension_responses_header(SimpleNamespace(headers=headers))
        return measured(result, {PY: "reject" if read is None else "accept"})

    def accept(comment, text, **rest):
        check(comment, None, header(text).encode())
        g.accept(
            comment,
            {"header": header(text)},
            expected_header("extensionResponses", text),
            says=says("accept", header(text)),
            **rest,
        )

    def reject(comment, value, reason, **rest):
        check(comment, reason, value.encode())
        g.reject(comment, {"header": value}, reason, says=says("reject", value), **rest)

    published = '{"bazaar":{"status":"success"}}'
    assert header(published) == "eyJiYXphYXIiOnsic3RhdHVzIjoic3VjY2VzcyJ9fQ=="
    accept("sample of the bazaar page", published, flags=["Published"])
    accept("processing", '{"bazaar":{"status":"processing"}}')
    accept("rejected with a reason", '{"bazaar":{"status":"rejected","rejectedReason":"schema does not validate info"}}')
    accept("two extensions, unknown members kept", '{"bazaar":{"status":"success","at":1},"other":{"code":"x"}}')
    accept("no extension", "{}")
    reject("an array", header("[]"), "member_type", flags=["Json"], rows=[5])
    reject("null", header("null"), "member_type", flags=["Json"], rows=[5])
    reject("text", header('"success"'), "member_type", flags=["Json"], rows=[5])
    reject("an entry that is text", header('{"bazaar":"success"}'), "member_type", flags=["Json"])
    reject(
        "one id twice",
        header('{"bazaar":{"status":"success"},"bazaar":{"status":"rejected"}}'),
        "json_duplicate_key",
        flags=["Json"],
        rows=[22],
    )
    reject("a second document", header(published + published), "json_trailing", flags=["Json"], rows=[23])
    reject("raw JSON", published, "base64_symbol", flags=["Base64"], rows=[3])
    reject("padding left out", header(published).rstrip("="), "base64_padding", flags=["Base64"], rows=[10])
    reject("empty", "", "empty", flags=["Base64"], rows=[2])
    g.reject(
        "8,193 bytes", {"repeat": {"before": "", "unit": "A", "times": 8193, "after": ""}}, "too_large", flags=["Size"], rows=[11]
    )
    reject("invalid UTF-8", base64.b64encode(b'{"bazaar":{"status":"\xff"}}').decode(), "utf8", flags=["Encoding"], rows=[20])
    return file


# Which header is the payment


def header_set():
    file = VectorFile(
        "wire/header-set.json",
        "header/set",
        "All headers of a request: which one is the payment, or why the request is refused. Names compare without case.",
    )
    file.note("Repeated", "AUTH_BYPASS", "one layer checks the first of two headers, another uses the last")
    file.note("Conflict", "DOWNGRADE", "a second, weaker verifier is reached by sending both versions")
    file.note("Empty", "INTEROPERABILITY", "an empty header is malformed; treating it as absent hides a broken client")
    file.note("Name", "INTEROPERABILITY", "header names have no case (RFC 9110 section 5.1)")
    group = file.group(
        "request headers",
        source("http2", "http1", "map"),
        limits=LIMITS,
        comment="`accept` with `payment: null` is a request without payment, which a server answers with 402 and its terms.",
    )
    v2, v1 = header(write(s.PAYMENT_2)), header(write(s.PAYMENT_1))
    other = header(write(change(s.PAYMENT_2, ["accepted", "amount"], "1")))
    found2 = {"payment": {"name": "PAYMENT-SIGNATURE", "version": 2, "scheme": "exact", "network": "eip155:84532"}}
    found1 = {"payment": {"name": "X-PAYMENT", "version": 1, "scheme": "exact", "network": "eip155:84532"}}
    nothing = {"payment": None}

    def accept(comment, headers, expected_, **rest):
        group.accept(comment, {"headers": headers}, expected_, **rest)

    def reject(comment, headers, reason, **rest):
        group.reject(comment, {"headers": headers}, reason, **rest)

    accept("no header at all", [], nothing, rows=[1])
    accept("headers, none of them a payment", [["Host", "api.example.com"], ["Accept", "*/*"]], nothing, rows=[1])
    accept(
        "the receipt header of an answer is not a payment", [["PAYMENT-RESPONSE", header(write(s.SETTLED_2))]], nothing, rows=[1]
    )
    accept("PAYMENT-REQUIRED in a request is not a payment", [["PAYMENT-REQUIRED", header(write(s.REQUIRED_2))]], nothing, rows=[1])
    accept("a name that only begins like it", [["PAYMENT-SIGNATURE-2", v2]], nothing, rows=[1])
    accept("a name with an underscore is another name", [["PAYMENT_SIGNATURE", v2]], nothing, rows=[1])
    accept("v2", [["PAYMENT-SIGNATURE", v2]], found2, rows=[16])
    accept("v1", [["X-PAYMENT", v1]], found1, rows=[16])
    for name in ["payment-signature", "Payment-Signature", "pAyMeNt-SiGnAtUrE"]:
        accept(f"written {name}", [[name, v2]], found2, flags=["Name"], rows=[16])
    for name in ["x-payment", "X-Payment"]:
        accept(f"written {name}", [[name, v1]], found1, flags=["Name"], rows=[16])
    accept(
        "among other headers",
        [["Host", "api.example.com"], ["payment-signature", v2], ["SIGN-IN-WITH-X", header(write(s.SIWX))]],
        found2,
    )
    accept(
        "the request header that the SDK clients add on a retry changes nothing",
        [["Access-Control-Expose-Headers", "PAYMENT-RESPONSE,X-PAYMENT-RESPONSE"], ["PAYMENT-SIGNATURE", v2]],
        found2,
    )
    reject("empty", [["PAYMENT-SIGNATURE", ""]], "empty", flags=["Empty"], rows=[2])
    reject("spaces only", [["PAYMENT-SIGNATURE", "   "]], "empty", flags=["Empty"], rows=[2])
    reject("v1 empty", [["X-PAYMENT", ""]], "empty", flags=["Empty"], rows=[2])
    reject(
        "twice, the same value",
        [["PAYMENT-SIGNATURE", v2], ["PAYMENT-SIGNATURE", v2]],
        "header_repeated",
        flags=["Repeated"],
        rows=[12],
    )
    reject(
        "twice, different values",
        [["PAYMENT-SIGNATURE", v2], ["PAYMENT-SIGNATURE", other]],
        "header_repeated",
        flags=["Repeated"],
        rows=[12],
    )
    reject(
        "twice in different case",
        [["PAYMENT-SIGNATURE", v2], ["payment-signature", v2]],
        "header_repeated",
        flags=["Repeated", "Name"],
        rows=[12, 16],
    )
    reject(
        "twice, far apart",
        [["payment-signature", v2], ["Host", "api.example.com"], ["payment-signature", other]],
        "header_repeated",
        flags=["Repeated"],
        rows=[12],
    )
    reject(
        "twice, the second empty",
        [["PAYMENT-SIGNATURE", v2], ["PAYMENT-SIGNATURE", ""]],
        "header_repeated",
        flags=["Repeated"],
        rows=[12],
    )
    reject("v1 twice", [["X-PAYMENT", v1], ["X-PAYMENT", v1]], "header_repeated", flags=["Repeated"], rows=[12])
    reject("joined by a proxy with a comma", [["PAYMENT-SIGNATURE", f"{v2}, {v2}"]], "base64_symbol", flags=["Repeated"], rows=[13])
    reject(
        "both versions, the same payment",
        [["PAYMENT-SIGNATURE", v2], ["X-PAYMENT", v1]],
        "header_conflict",
        flags=["Conflict"],
        rows=[14],
    )
    reject(
        "both versions, v1 first",
        [["X-PAYMENT", v1], ["PAYMENT-SIGNATURE", other]],
        "header_conflict",
        flags=["Conflict"],
        rows=[14],
    )
    reject(
        "both versions, v2 malformed: no fall-through to v1",
        [["PAYMENT-SIGNATURE", "%%%"], ["X-PAYMENT", v1]],
        "header_conflict",
        flags=["Conflict"],
        rows=[14],
    )
    reject(
        "both versions, v1 empty",
        [["PAYMENT-SIGNATURE", v2], ["X-PAYMENT", ""]],
        "header_conflict",
        flags=["Conflict", "Empty"],
        rows=[14, 2],
    )
    reject("a v1 payment under the v2 name", [["PAYMENT-SIGNATURE", v1]], "x402_version", flags=["Conflict"], rows=[15])
    reject("a v2 payment under the v1 name", [["X-PAYMENT", v2]], "x402_version", flags=["Conflict"], rows=[15])
    reject("not base64", [["PAYMENT-SIGNATURE", "%%%"]], "base64_symbol", rows=[3])
    return file
