"""The JSON objects of the protocol: what each decodes to, and the exact text that encoding gives back."""

import samples as s
from jsontext import Number, write
from samples import change, drop
from sdk import GO, RS, measured, object_says, source
from vectorlib import VectorFile
from wirefacts import expected

MISSING, TYPE, INTEGER = "member_missing", "member_type", "member_integer"
NULL = [TYPE, MISSING]
WIRE = source("spec2", "py", "ts")
WIRE_1 = source("spec1", "py", "ts")


def files():
    return [
        payment_required(),
        payment_payload(),
        requirements(),
        resource_info(),
        settle_response(),
        verify_response(),
        facilitator_request("verify"),
        facilitator_request("settle"),
        supported(),
        discovery(),
    ]


class Cases:
    """One group of one object: every case is put to both SDKs."""

    def __init__(self, file, group, sources, kind, asked=True, **parameters):
        self.group, self.kind, self.asked = file.group(group, sources, **parameters), kind, asked

    def says(self, result, text, more):
        if not self.asked:
            return more
        return measured(result, object_says(self.kind, text) | (more or {}))

    def accept(self, comment, value, flags=(), rows=(), more=None):
        text = value if isinstance(value, str) else write(value)
        self.group.accept(
            comment, {"text": text}, expected(self.kind, text), flags=flags, rows=rows, says=self.says("accept", text, more)
        )

    def reject(self, comment, value, reason, flags=(), rows=(), more=None):
        text = value if isinstance(value, str) else write(value)
        self.group.reject(comment, {"text": text}, reason, flags=flags, rows=rows, says=self.says("reject", text, more))


def common_notes(file, *extra):
    notes = {
        "Optional": ("INTEROPERABILITY", "a member that one implementation writes as null and another refuses as null", []),
        "Unknown": ("INTEROPERABILITY", "members of a later version or of an extension are lost or refused", []),
        "Missing": ("MISSING_CHECK", "a reader invents a default for what the other side did not say", []),
        "Type": ("PARSER_DIFFERENTIAL", "a reader converts one JSON type into another", []),
        "Number": ("PARSER_DIFFERENTIAL", "a reader accepts other spellings of an integer", []),
        "Amount": (
            "PARSER_DIFFERENTIAL",
            "texts that one reader takes for a number and another refuses, or takes for another number",
            [],
        ),
        "Network": ("PARSER_DIFFERENTIAL", "a name that stands for different chains, or for several", []),
        "Version": ("DOWNGRADE", "an object of one version is judged by the rules of another", []),
        "Published": ("KNOWN_ANSWER", "a sample printed in the specification", []),
        "Order": ("INTEROPERABILITY", "an echo that reorders or loses members no longer equals what was sent", []),
    }
    for flag in extra:
        file.note(flag, *notes[flag])


AMOUNTS = [
    ("", "amount_empty", "empty text: BigInt reads it as zero", [28]),
    ("010000", "amount_leading_zero", "a leading zero", [28]),
    ("00", "amount_leading_zero", "two zeros", [28]),
    ("0x2710", "amount_digit", "hexadecimal", [28]),
    ("1e4", "amount_digit", "an exponent", [31]),
    ("1.0", "amount_digit", "a fraction", [31]),
    ("-1", "amount_digit", "negative", [31]),
    ("+10000", "amount_digit", "a plus sign", [28]),
    (" 10000", "amount_digit", "a leading space", [28]),
    ("10000 ", "amount_digit", "a trailing space", [28]),
    ("10,000", "amount_digit", "a separator", [31]),
    ("1_0000", "amount_digit", "an underscore, which Python's int takes", [28]),
    ("１００００", "amount_digit", "full-width digits, which Python's int takes", [28]),
    (str(2**256), "amount_too_large", "2^256", [29]),
]

NETWORKS = [
    ("base-sepolia", "network_colon", "a v1 name in a v2 object", [35]),
    ("", ["network_colon", "member_empty"], "empty", [35]),
    ("eip155:", "network_reference", "no reference", [35]),
    (":84532", "network_namespace", "no namespace", [35]),
    ("EIP155:84532", "network_namespace", "a namespace in capitals", [35]),
    ("eip155:084532", "network_chain_id", "a leading zero in the chain id", [35]),
    ("eip155:84532x", "network_chain_id", "a letter behind the chain id, which parseInt drops", [35]),
    ("eip155:*", "network_reference", "a pattern instead of a network", [35]),
    ("eip155:84532\u200b", "network_reference", "a zero-width space at the end", [35]),
    ("eip155:84532:1", "network_reference", "a second colon", [35]),
    (" eip155:84532", "network_namespace", "a leading space", [35]),
]

TIMEOUTS = [
    ("60.0", INTEGER, "60.0"),
    ("6e1", INTEGER, "6e1"),
    ("60.5", INTEGER, "60.5"),
    ("-1", INTEGER, "-1"),
    ("-0", INTEGER, "-0"),
    ('"60"', TYPE, "text"),
    ("true", TYPE, "true, which Python reads as 1"),
    ("null", NULL, "null"),
    ("[60]", TYPE, "an array"),
]


def requirement_rules(c, build, amount, sample, every=1):
    """What is refused in a requirement; `build` makes the object around it. An object around it repeats every third rule only."""
    amount_texts(c, build, amount, sample, every)
    requirement_shape(c, build, amount, sample, every)


def amount_texts(c, build, amount, sample, every=1):
    for text, reason, comment, rows in AMOUNTS[::every]:
        c.reject(f"{amount} is {comment}", build(change(sample, [amount], text)), reason, flags=["Amount"], rows=rows)


def requirement_shape(c, build, amount, sample, every=1):
    for literal in ["10000", "1e4", "null", "true", '["1"]'][::every]:
        c.reject(
            f"{amount} is the JSON value {literal}",
            build(change(sample, [amount], Number(literal))),
            NULL if literal == "null" else TYPE,
            flags=["Type"],
            rows=[30],
        )
    for literal, reason, comment in TIMEOUTS[::every]:
        c.reject(
            f"maxTimeoutSeconds is {comment}",
            build(change(sample, ["maxTimeoutSeconds"], Number(literal))),
            reason,
            flags=["Number"],
            rows=[39],
        )
    for name in ["scheme", "network", amount, "asset", "payTo", "maxTimeoutSeconds"]:
        c.reject(f"no {name}", build(drop(sample, [name])), MISSING, flags=["Missing"])
    for name in ["scheme", "network", "asset", "payTo"]:
        c.reject(f"{name} is a number", build(change(sample, [name], 1)), TYPE, flags=["Type"])
    for name in ["scheme", "asset", "payTo"]:
        c.reject(
            f"{name} is empty",
            build(change(sample, [name], "")),
            "member_empty",
            flags=["Missing"],
            rows=[36] if name == "scheme" else [],
        )
    c.reject("extra is an array", build(change(sample, ["extra"], [])), TYPE, flags=["Type"], more={RS: "accept"})
    c.reject("extra is text", build(change(sample, ["extra"], "USDC")), TYPE, flags=["Type"])
    c.reject("payTo in snake case", build({**drop(sample, ["payTo"]), "pay_to": s.PAY_TO}), MISSING, flags=["Missing"])
    c.reject(
        "payTo in other capitals",
        build({**drop(sample, ["payTo"]), "PayTo": s.PAY_TO}),
        MISSING,
        flags=["Missing"],
        more={GO: "accept"},
    )


def requirement_accepts(c, build, amount, sample):
    c.accept(
        "extra is null: read as absent and not written again", build(change(sample, ["extra"], None)), flags=["Optional"], rows=[43]
    )
    c.accept("extra is an empty object", build(change(sample, ["extra"], {})), flags=["Optional"], rows=[43])
    c.accept("no extra", build(drop(sample, ["extra"])), flags=["Optional"], rows=[43])
    c.accept("an unknown member is kept", build({**sample, "note": {"a": [1, None]}}), flags=["Unknown"], rows=[37])
    c.accept(
        "members inside extra are kept as they are, null and numbers too",
        build(change(sample, ["extra"], {"z": None, "a": Number("1.50"), "list": [{}]})),
        flags=["Unknown"],
    )
    c.accept("the order of members is kept", build(dict(reversed(sample.items()))), flags=["Order"], rows=[38])
    c.accept(f"{amount} is zero", build(change(sample, [amount], "0")), flags=["Amount"], rows=[59])
    c.accept(f"{amount} is 2^256 - 1", build(change(sample, [amount], str(2**256 - 1))), flags=["Amount"], rows=[29])
    c.accept("maxTimeoutSeconds is zero", build(change(sample, ["maxTimeoutSeconds"], 0)), flags=["Number"], rows=[39])
    c.accept("maxTimeoutSeconds is a year", build(change(sample, ["maxTimeoutSeconds"], 31536000)), flags=["Number"], rows=[193])
    c.accept("maxTimeoutSeconds is 2^53 - 1", build(change(sample, ["maxTimeoutSeconds"], 2**53 - 1)), flags=["Number"], rows=[193])
    c.accept("a scheme of another author", build(change(sample, ["scheme"], "auth-capture")), flags=["Unknown"])
    c.accept(
        "a scheme that only looks like exact is another scheme",
        build(change(sample, ["scheme"], "Exact")),
        flags=["Unknown"],
        rows=[36],
    )
    c.accept("an asset that is no address", build(change(sample, ["asset"], "USD")), flags=["Unknown"])
    c.accept("a payTo that is a role", build(change(sample, ["payTo"], "merchant")), flags=["Unknown"])


# 402


def payment_required():
    file = VectorFile(
        "wire/payment-required.json", "wire/payment-required", "The object of a 402 answer: v2 in PAYMENT-REQUIRED, v1 in the body."
    )
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Number", "Amount", "Network", "Version", "Published", "Order")
    c = Cases(file, "v2", WIRE, "paymentRequired", version=2)
    v2 = s.REQUIRED_2
    c.accept("the sample of the specification", v2, flags=["Published"])
    c.accept("no error", drop(v2, ["error"]), flags=["Optional"])
    c.accept("error is null", change(v2, ["error"], None), flags=["Optional"])
    c.accept("error is empty", change(v2, ["error"], ""), flags=["Optional"])
    c.accept(
        "no resource: W1, required by the page and TypeScript, optional in Python, Go and Rust",
        drop(v2, ["resource"]),
        flags=["Optional"],
        more={RS: "accept", GO: "accept"},
    )
    c.accept("resource is null", change(v2, ["resource"], None), flags=["Optional"], more={RS: "accept", GO: "accept"})
    c.accept(
        "no offers: a seller may ask for something this client cannot see",
        change(v2, ["accepts"], []),
        flags=["Optional"],
        more={RS: "accept", GO: "accept"},
    )
    c.accept("extensions is null", {**v2, "extensions": None}, flags=["Optional"], rows=[43])
    c.accept("extensions is empty", {**v2, "extensions": {}}, flags=["Optional"], rows=[43])
    c.accept(
        "an extension with info and schema",
        {
            **v2,
            "extensions": {
                "payment-identifier": {
                    "info": {"required": False},
                    "schema": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
                }
            },
        },
    )
    c.accept(
        "an extension with info only",
        {
            **v2,
            "extensions": {
                "http-message-signatures": {"info": {"registrationUrl": "https://example.com/r", "signatureSchemes": ["ed25519"]}}
            },
        },
    )
    c.accept(
        "an extension with siblings of info and schema",
        {
            **v2,
            "extensions": {
                "bazaar": {"info": {"input": {"type": "http", "method": "GET"}}, "schema": {}, "routeTemplate": "/users/:id"}
            },
        },
        flags=["Unknown"],
    )
    c.accept("two extensions keep their order", {**v2, "extensions": {"b": {"info": {}}, "a": {"info": {}}}}, flags=["Order"])
    c.accept("an unknown member at the top", {**v2, "terms": "https://example.com/terms"}, flags=["Unknown"], rows=[37])
    c.accept("an unknown member that is null stays null", {**v2, "terms": None}, flags=["Unknown"], rows=[37])
    c.accept("an unknown member inside resource", change(v2, ["resource", "license"], "CC0"), flags=["Unknown"], rows=[37])
    c.accept(
        "resource with every optional member null",
        change(
            v2,
            ["resource"],
            {"url": "https://a.example", "description": None, "mimeType": None, "serviceName": None, "tags": None, "iconUrl": None},
        ),
        flags=["Optional"],
    )
    c.accept(
        "two offers on two networks",
        {**v2, "accepts": [s.REQUIREMENTS_2, change(s.REQUIREMENTS_2, ["network"], "eip155:8453")]},
        flags=["Order"],
    )
    c.accept("two equal offers", {**v2, "accepts": [s.REQUIREMENTS_2, s.REQUIREMENTS_2]})
    c.accept(
        "an offer on Solana beside one on Base",
        {
            **v2,
            "accepts": [
                {
                    "scheme": "exact",
                    "network": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
                    "amount": "1000",
                    "asset": "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU",
                    "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
                    "maxTimeoutSeconds": 60,
                    "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
                },
                s.REQUIREMENTS_2,
            ],
        },
    )
    requirement_accepts(c, lambda r: {**v2, "accepts": [r]}, "amount", s.REQUIREMENTS_2)
    c.reject("no accepts", drop(v2, ["accepts"]), MISSING, flags=["Missing"], more={RS: "accept"})
    c.reject("accepts is null", change(v2, ["accepts"], None), NULL, flags=["Type"])
    c.reject("accepts is one object instead of a list", change(v2, ["accepts"], s.REQUIREMENTS_2), TYPE, flags=["Type"])
    c.reject("an offer that is text", change(v2, ["accepts"], ["exact"]), TYPE, flags=["Type"])
    c.reject("an offer that is null", change(v2, ["accepts"], [None]), TYPE, flags=["Type"])
    c.reject(
        "one bad offer among good ones spoils the list",
        {**v2, "accepts": [s.REQUIREMENTS_2, drop(s.REQUIREMENTS_2, ["payTo"])]},
        MISSING,
        flags=["Missing"],
    )
    c.reject("error is a number", change(v2, ["error"], 402), TYPE, flags=["Type"])
    c.reject("error is an object", change(v2, ["error"], {"code": "x"}), TYPE, flags=["Type"])
    c.reject("resource is text, as in v1", change(v2, ["resource"], "https://api.example.com/premium-data"), TYPE, flags=["Type"])
    c.reject("resource without url", drop(v2, ["resource", "url"]), MISSING, flags=["Missing"])
    c.reject("extensions is a list", {**v2, "extensions": []}, TYPE, flags=["Type"])
    c.reject("extensions is text", {**v2, "extensions": "bazaar"}, TYPE, flags=["Type"])
    c.reject(
        "a v1 offer in a v2 object",
        {**v2, "accepts": [drop(s.REQUIREMENTS_1, ["outputSchema"])]},
        [MISSING, "network_colon"],
        flags=["Version"],
    )
    versions(c, v2, 2)
    requirement_shape(c, lambda r: {**v2, "accepts": [r]}, "amount", s.REQUIREMENTS_2, every=3)
    # One offer that nobody can pay does not spoil the others: its texts are judged when it is chosen.
    for text, _, comment, rows in NETWORKS[::3]:
        c.accept(
            f"an offer whose network is {comment} is read with the others",
            {**v2, "accepts": [change(s.REQUIREMENTS_2, ["network"], text), s.REQUIREMENTS_2]},
            flags=["Network"],
            rows=rows,
        )
    for text, _, comment, rows in AMOUNTS[::3]:
        c.accept(
            f"an offer whose amount is {comment} is read with the others",
            {**v2, "accepts": [s.REQUIREMENTS_2, change(s.REQUIREMENTS_2, ["amount"], text)]},
            flags=["Amount"],
            rows=rows,
        )
    for text in ["null", "[]", '"x"', "402"]:
        c.reject(f"the document is {text}", text, TYPE, flags=["Type"], rows=[5])

    c = Cases(file, "v1", WIRE_1, "paymentRequired", version=1)
    v1 = s.REQUIRED_1
    c.accept("a v1 body", v1)
    c.accept("the sample with outputSchema null", {**v1, "accepts": [s.REQUIREMENTS_1]}, flags=["Published", "Optional"])
    c.accept("no error: required by the page, optional in TypeScript and Python (W17)", drop(v1, ["error"]), flags=["Optional"])
    c.accept("an unknown member at the top", {**v1, "payer": None}, flags=["Unknown"], rows=[37])
    c.accept("two offers", {**v1, "accepts": [v1["accepts"][0], change(v1["accepts"][0], ["network"], "base")]}, flags=["Order"])
    c.reject("no accepts", drop(v1, ["accepts"]), MISSING, flags=["Missing"])
    c.reject("a v2 offer in a v1 object", {**v1, "accepts": [s.REQUIREMENTS_2]}, MISSING, flags=["Version"])
    versions(c, v1, 1)
    return file


def versions(c, value, own):
    for literal in [f'"{own}"', f"{own}.0", f"{own}e0", "3", "0", "-1", "true", "null", "[]"]:
        c.reject(
            f"x402Version is {literal}",
            change(value, ["x402Version"], Number(literal)),
            "x402_version",
            flags=["Version"],
            rows=[27],
        )
    c.reject("no x402Version", drop(value, ["x402Version"]), "x402_version", flags=["Version"], rows=[27])


def networks(c, build, every=1):
    for text, reason, comment, rows in NETWORKS[::every]:
        c.reject(f"network is {comment}", build(change(s.REQUIREMENTS_2, ["network"], text)), reason, flags=["Network"], rows=rows)
    c.accept(
        "a network of another namespace",
        build(change(s.REQUIREMENTS_2, ["network"], "cosmos:cosmoshub-4")),
        flags=["Network"],
        rows=[35],
    )
    c.accept(
        "a chain this build does not know",
        build(change(s.REQUIREMENTS_2, ["network"], "eip155:999999999")),
        flags=["Network"],
        rows=[35],
    )


# The payment


def payment_payload():
    file = VectorFile(
        "wire/payment-payload.json",
        "wire/payment-payload",
        "The payment of a buyer, v1 and v2; what is inside `payload` belongs to the scheme.",
    )
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Number", "Amount", "Network", "Version", "Published", "Order")
    c = Cases(file, "v2", WIRE, "paymentPayload", version=2)
    v2 = s.PAYMENT_2
    c.accept("the sample of the specification", v2, flags=["Published"], rows=[73])
    c.accept("no resource", drop(v2, ["resource"]), flags=["Optional"], rows=[71])
    c.accept("resource is null", change(v2, ["resource"], None), flags=["Optional"], rows=[71])
    c.accept("resource with null members", change(v2, ["resource", "description"], None), flags=["Optional"])
    c.accept("extensions is null", {**v2, "extensions": None}, flags=["Optional"], rows=[43])
    c.accept("extensions is empty", {**v2, "extensions": {}}, flags=["Optional"], rows=[43])
    c.accept(
        "an echoed extension with a member of the client's own",
        {**v2, "extensions": {"payment-identifier": {"info": {"required": True, "id": "pay_7d5d747be160e280"}, "schema": {}}}},
        flags=["Unknown"],
    )
    c.accept("payload is empty: the scheme will refuse it, the wire does not", change(v2, ["payload"], {}))
    c.accept("a Permit2 payload", change(v2, ["payload"], s.PERMIT2))
    c.accept("null inside payload is data", change(v2, ["payload", "hint"], None), flags=["Unknown"])
    c.accept("unknown members at the top", {**v2, "client": "x/1.0"}, flags=["Unknown"], rows=[37])
    c.accept(
        "scheme and network at the top, as in v1, are unknown members of a v2 payment",
        {**v2, "scheme": "upto", "network": "base"},
        flags=["Unknown", "Version"],
        rows=[15, 37],
    )
    c.accept("the order of members at the top is kept", dict(reversed(v2.items())), flags=["Order"], rows=[38])
    requirement_accepts(c, lambda r: {**v2, "accepted": r}, "amount", s.REQUIREMENTS_2)
    for name in ["accepted", "payload"]:
        c.reject(f"no {name}", drop(v2, [name]), MISSING, flags=["Missing"], rows=[6])
        c.reject(f"{name} is null", change(v2, [name], None), NULL, flags=["Type"])
        c.reject(f"{name} is a list", change(v2, [name], []), TYPE, flags=["Type"])
        c.reject(f"{name} is text", change(v2, [name], "0x00"), TYPE, flags=["Type"])
    c.reject(
        "accepts instead of accepted, as two sample pages print it (W6)",
        {**drop(v2, ["accepted"]), "accepts": [s.REQUIREMENTS_2]},
        MISSING,
        flags=["Missing", "Published"],
        rows=[6],
    )
    c.reject("accepted is a list of one", change(v2, ["accepted"], [s.REQUIREMENTS_2]), TYPE, flags=["Type"])
    c.reject("resource is text", change(v2, ["resource"], "https://api.example.com/premium-data"), TYPE, flags=["Type"])
    c.reject("resource is a list", change(v2, ["resource"], []), TYPE, flags=["Type"])
    c.reject("extensions is a list", {**v2, "extensions": []}, TYPE, flags=["Type"])
    c.reject("a v1 shape that says 2", {**s.PAYMENT_1, "x402Version": 2}, MISSING, flags=["Version"], rows=[15])
    versions(c, v2, 2)
    networks(c, lambda r: {**v2, "accepted": r}, every=3)
    requirement_rules(c, lambda r: {**v2, "accepted": r}, "amount", s.REQUIREMENTS_2, every=3)
    for text in ["null", "[]", '"x"', "2"]:
        c.reject(f"the document is {text}", text, TYPE, flags=["Type"], rows=[5])

    c = Cases(file, "v1", WIRE_1, "paymentPayload", version=1)
    v1 = s.PAYMENT_1
    c.accept("the sample of the specification", v1, flags=["Published"])
    for name in ["base", "polygon", "avalanche-fuji", "solana-devnet"]:
        c.accept(f"network {name}", change(v1, ["network"], name), flags=["Network"])
    c.accept("a scheme this build does not know", change(v1, ["scheme"], "deferred"), flags=["Unknown"])
    c.accept("unknown members", {**v1, "resource": {"url": 1}, "extensions": None}, flags=["Unknown"], rows=[37])
    c.accept("the order of members is kept", dict(reversed(v1.items())), flags=["Order"], rows=[38])
    for name in ["scheme", "network", "payload"]:
        c.reject(f"no {name}", drop(v1, [name]), MISSING, flags=["Missing"])
        c.reject(f"{name} is null", change(v1, [name], None), NULL, flags=["Type"])
        c.reject(f"{name} is a number", change(v1, [name], 1), TYPE, flags=["Type"])
    c.reject("payload is the base64 of the payload", change(v1, ["payload"], "e30="), TYPE, flags=["Type"])
    c.reject("payload is a list", change(v1, ["payload"], []), TYPE, flags=["Type"])
    c.reject("scheme is empty", change(v1, ["scheme"], ""), "member_empty", flags=["Missing"], rows=[36])
    c.reject("a v2 shape that says 1", {**s.PAYMENT_2, "x402Version": 1}, MISSING, flags=["Version"], rows=[15])
    versions(c, v1, 1)
    return file


def requirements():
    file = VectorFile("wire/requirements.json", "wire/requirements", "One payment requirement: what a seller asks for, v1 and v2.")
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Number", "Amount", "Network", "Published", "Order")
    c = Cases(file, "v2", WIRE, "requirements2", version=2)
    c.accept("the sample of the specification", s.REQUIREMENTS_2, flags=["Published"])
    requirement_accepts(c, lambda r: r, "amount", s.REQUIREMENTS_2)
    networks(c, lambda r: r)
    requirement_rules(c, lambda r: r, "amount", s.REQUIREMENTS_2)
    c.reject(
        "maxAmountRequired instead of amount",
        {**drop(s.REQUIREMENTS_2, ["amount"]), "maxAmountRequired": "10000"},
        MISSING,
        flags=["Missing"],
    )
    c = Cases(file, "v1", WIRE_1, "requirements1", version=1)
    v1 = drop(s.REQUIREMENTS_1, ["outputSchema"])
    c.accept("the sample of the specification, outputSchema null", s.REQUIREMENTS_1, flags=["Published", "Optional"])
    c.accept("an outputSchema", {**v1, "outputSchema": {"type": "object", "properties": {"price": {"type": "number"}}}})
    c.accept("no description: required by the page, optional in Python (W17)", drop(v1, ["description"]), flags=["Optional"])
    c.accept("description is null", change(v1, ["description"], None), flags=["Optional"])
    c.accept("no mimeType", drop(v1, ["mimeType"]), flags=["Optional"])
    c.accept("mimeType is null", change(v1, ["mimeType"], None), flags=["Optional"])
    c.accept("mimeType is empty", change(v1, ["mimeType"], ""), flags=["Optional"])
    requirement_accepts(c, lambda r: r, "maxAmountRequired", v1)
    requirement_rules(c, lambda r: r, "maxAmountRequired", v1)
    c.reject("no resource", drop(v1, ["resource"]), MISSING, flags=["Missing"])
    c.reject("resource is an object, as in v2", change(v1, ["resource"], s.RESOURCE), TYPE, flags=["Type"])
    c.reject(
        "amount instead of maxAmountRequired", {**drop(v1, ["maxAmountRequired"]), "amount": "10000"}, MISSING, flags=["Missing"]
    )
    c.reject("outputSchema is text", {**v1, "outputSchema": "{}"}, TYPE, flags=["Type"])
    c.reject("description is a number", change(v1, ["description"], 1), TYPE, flags=["Type"])
    return file


def resource_info():
    file = VectorFile(
        "wire/resource-info.json",
        "wire/resource-info",
        "What is being paid for, as the seller describes it (v2). Display data: never part of a match.",
    )
    common_notes(file, "Optional", "Unknown", "Missing", "Type")
    file.note(
        "Limit",
        "INTEROPERABILITY",
        "limits of the page for display data: a reader keeps what exceeds them, a catalogue drops it",
        ["core specification v2 section 5.1.2"],
    )
    c = Cases(file, "v2", WIRE, "resourceInfo", version=2)
    c.accept("url, description, mimeType", s.RESOURCE, rows=[72])
    c.accept("url alone", {"url": "https://api.example.com/"})
    c.accept("an MCP tool", {"url": "mcp://tool/search"})
    c.accept("a relative url: the page does not forbid it", {"url": "/premium-data"})
    c.accept(
        "every member",
        {**s.RESOURCE, "serviceName": "Example", "tags": ["data", "market"], "iconUrl": "https://api.example.com/icon.png"},
    )
    for name in ["description", "mimeType", "serviceName", "tags", "iconUrl"]:
        c.accept(f"{name} is null", {**s.RESOURCE, name: None}, flags=["Optional"])
    c.accept("description is empty", {**s.RESOURCE, "description": ""}, flags=["Optional"])
    c.accept("tags is empty", {**s.RESOURCE, "tags": []}, flags=["Optional"])
    c.accept("an unknown member", {**s.RESOURCE, "license": None}, flags=["Unknown"], rows=[37])
    c.accept("markup in the description stays data", {**s.RESOURCE, "description": "<script>alert(1)</script>"}, rows=[18])
    c.accept("a serviceName of 32 characters", {**s.RESOURCE, "serviceName": "a" * 32}, flags=["Limit"])
    c.accept("a serviceName of 33 characters", {**s.RESOURCE, "serviceName": "a" * 33}, flags=["Limit"])
    c.accept("a serviceName with a non-ASCII letter", {**s.RESOURCE, "serviceName": "Café"}, flags=["Limit"])
    c.accept("six tags", {**s.RESOURCE, "tags": ["a", "b", "c", "d", "e", "f"]}, flags=["Limit"])
    c.accept("a tag of 33 characters", {**s.RESOURCE, "tags": ["a" * 33]}, flags=["Limit"])
    c.accept(
        "an iconUrl that is not http: W28, TypeScript looks at its length only",
        {**s.RESOURCE, "iconUrl": "ftp://example.com/icon.png"},
        flags=["Limit"],
    )
    c.accept("an iconUrl of 2,049 characters", {**s.RESOURCE, "iconUrl": "https://example.com/" + "a" * 2029}, flags=["Limit"])
    c.reject("no url", drop(s.RESOURCE, ["url"]), MISSING, flags=["Missing"])
    c.reject("url is null", change(s.RESOURCE, ["url"], None), NULL, flags=["Type"])
    c.reject("url is a number", change(s.RESOURCE, ["url"], 1), TYPE, flags=["Type"])
    c.reject("url is empty: names nothing", change(s.RESOURCE, ["url"], ""), "member_empty", flags=["Missing"])
    c.reject("description is a number", change(s.RESOURCE, ["description"], 1), TYPE, flags=["Type"])
    c.reject("mimeType is a list", change(s.RESOURCE, ["mimeType"], ["application/json"]), TYPE, flags=["Type"])
    c.reject("tags is text", {**s.RESOURCE, "tags": "data"}, TYPE, flags=["Type"])
    c.reject("a tag that is a number", {**s.RESOURCE, "tags": ["data", 1]}, TYPE, flags=["Type"])
    c.reject("iconUrl is an object", {**s.RESOURCE, "iconUrl": {}}, TYPE, flags=["Type"])
    c.reject("a list", "[]", TYPE, flags=["Type"], rows=[5])
    return file


# Facilitator replies


def settle_response():
    file = VectorFile(
        "wire/settle-response.json",
        "wire/settle-response",
        "The outcome of a settlement: a facilitator's answer, and the content of the receipt header.",
    )
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Amount", "Network", "Published")
    file.note("Verdict", "AUTH_BYPASS", "a reader takes something that is not `true` for success", ["catalogue row 135"])
    c = Cases(file, "settlement", WIRE, "settleResponse")
    ok, failed = s.SETTLED_2, s.FAILED_2
    c.accept("settled: the sample of the specification", ok, flags=["Published"])
    c.accept("failed: the sample of the specification", failed, flags=["Published"], rows=[160])
    c.accept("settled on a v1 network name", s.SETTLED_1, flags=["Network"])
    c.accept("failed on a v1 network name", s.FAILED_1, flags=["Network"])
    c.accept("no payer", drop(ok, ["payer"]), flags=["Optional"])
    for name in ["payer", "errorReason", "errorMessage", "amount", "extensions", "extra"]:
        c.accept(f"{name} is null", {**ok, name: None}, flags=["Optional"])
    c.accept("the settled amount", {**ok, "amount": "2500"}, flags=["Amount"])
    c.accept("settled nothing: no transaction, amount zero", {**ok, "transaction": "", "amount": "0"}, flags=["Amount"], rows=[164])
    c.accept(
        "an empty amount, as batch settlement writes it where nothing moved",
        {**ok, "transaction": "", "amount": ""},
        flags=["Amount"],
    )
    c.accept("failed without a reason", drop(failed, ["errorReason"]), flags=["Optional"])
    c.accept("failed with a reason nobody knows", change(failed, ["errorReason"], "out_of_gas"), flags=["Unknown"])
    c.accept("failed with a reason that is prose", change(failed, ["errorReason"], "The nonce was used."), flags=["Unknown"])
    c.accept("failed with a message", {**failed, "errorMessage": "insufficient balance"})
    c.accept(
        "pending: failed with a transaction hash",
        {**failed, "errorReason": "settlement_pending", "transaction": s.TRANSACTION},
        rows=[141],
    )
    c.accept(
        "failed before the network was known: x402-rs writes an empty one (W18)",
        {"success": False, "network": "", "transaction": "", "errorReason": "invalid_format", "errorMessage": "x", "payer": ""},
        flags=["Network"],
    )
    c.accept(
        "on Solana",
        change(change(ok, ["network"], "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), ["transaction"], "5" * 88),
        flags=["Network"],
    )
    c.accept("extensions", {**ok, "extensions": {"bazaar": {"status": "success"}}})
    c.accept("extra of a scheme", {**ok, "extra": {"channelId": "0x00"}}, flags=["Unknown"])
    c.accept("an unknown member", {**ok, "blockNumber": 1}, flags=["Unknown"], rows=[37])
    for name in ["success", "transaction", "network"]:
        c.reject(f"no {name}", drop(ok, [name]), MISSING, flags=["Missing"], rows=[135])
        c.reject(f"{name} is null", change(ok, [name], None), NULL, flags=["Type"], rows=[135])
    for literal in ['"true"', "1", "0", '"yes"', "[]", "{}"]:
        c.reject(f"success is {literal}", change(ok, ["success"], Number(literal)), TYPE, flags=["Verdict", "Type"], rows=[135])
    c.reject("transaction is a number", change(ok, ["transaction"], 1), TYPE, flags=["Type"])
    c.reject("transaction is false", change(failed, ["transaction"], False), TYPE, flags=["Type"])
    c.reject("network is a chain id", change(ok, ["network"], 84532), TYPE, flags=["Type", "Network"])
    c.reject("network is a chain id as text", change(ok, ["network"], "eip155"), "network_colon", flags=["Network"], rows=[35])
    c.reject("network is a pattern", change(ok, ["network"], "eip155:*"), "network_reference", flags=["Network"], rows=[35])
    c.reject(
        "settled on an empty network", change(ok, ["network"], ""), ["network_colon", "member_empty"], flags=["Network"], rows=[135]
    )
    c.reject("payer is an object", change(ok, ["payer"], {}), TYPE, flags=["Type"])
    c.reject("errorReason is a number", change(failed, ["errorReason"], 402), TYPE, flags=["Type"])
    c.reject("amount is a number", {**ok, "amount": 2500}, TYPE, flags=["Amount", "Type"], rows=[30])
    c.reject("amount in hexadecimal", {**ok, "amount": "0x9c4"}, "amount_digit", flags=["Amount"], rows=[28])
    c.reject("extensions is a list", {**ok, "extensions": []}, TYPE, flags=["Type"])
    c.reject(
        "failed as x402-rs writes it: no transaction, the reason in snake case (W3)",
        '{"success":false,"error_reason":"insufficient_funds","network":"eip155:84532"}',
        MISSING,
        flags=["Missing"],
        rows=[135],
    )
    for text in ["null", "[]", "true", '"settled"', "{}"]:
        c.reject(f"the document is {text}", text, MISSING if text == "{}" else TYPE, flags=["Verdict"], rows=[5, 135])
    return file


def verify_response():
    file = VectorFile("wire/verify-response.json", "wire/verify-response", "A facilitator's verdict on a payment.")
    common_notes(file, "Optional", "Unknown", "Missing", "Type")
    file.note("Verdict", "AUTH_BYPASS", "a reader takes something that is not `true` for a valid payment", ["catalogue row 135"])
    c = Cases(file, "verdict", WIRE, "verifyResponse")
    ok, bad = {"isValid": True, "payer": s.PAYER}, {"isValid": False, "invalidReason": "insufficient_funds", "payer": s.PAYER}
    c.accept("valid", ok)
    c.accept("not valid, with a reason", bad, rows=[134])
    c.accept("valid without payer", {"isValid": True}, flags=["Optional"])
    c.accept("not valid without a reason", {"isValid": False}, flags=["Optional"], rows=[134])
    c.accept("a reason nobody knows", change(bad, ["invalidReason"], "blocked_by_policy"), flags=["Unknown"])
    c.accept("a message beside the reason", {**bad, "invalidMessage": "balance is 0"})
    for name in ["payer", "invalidReason", "invalidMessage", "extensions", "extra"]:
        c.accept(f"{name} is null", {**ok, name: None}, flags=["Optional"])
    c.accept("extra of a scheme", {**ok, "extra": {"channelState": {"balance": "1"}}}, flags=["Unknown"])
    c.accept("an unknown member", {**ok, "verifiedAt": "2026-01-01T00:00:00Z"}, flags=["Unknown"], rows=[37])
    c.accept(
        "x402-rs: not valid, an empty payer, a reason of its own",
        {"isValid": False, "invalidReason": "invalid_format", "invalidReasonDetails": "x", "payer": ""},
        flags=["Unknown"],
    )
    c.reject("no isValid", {"payer": s.PAYER}, MISSING, flags=["Missing", "Verdict"], rows=[135])
    c.reject("isValid in snake case", {"is_valid": True}, MISSING, flags=["Missing", "Verdict"], rows=[135])
    c.reject("valid instead of isValid", {"valid": True}, MISSING, flags=["Missing", "Verdict"], rows=[135])
    c.reject("isValid is null", {"isValid": None}, NULL, flags=["Type", "Verdict"], rows=[135])
    for literal in ['"true"', '"false"', "1", "0", "[]", "{}"]:
        c.reject(f"isValid is {literal}", {"isValid": Number(literal)}, TYPE, flags=["Type", "Verdict"], rows=[135])
    c.reject("payer is a number", change(ok, ["payer"], 1), TYPE, flags=["Type"])
    c.reject("invalidReason is an object", change(bad, ["invalidReason"], {"code": "x"}), TYPE, flags=["Type"])
    c.reject("extra is a list", {**ok, "extra": []}, TYPE, flags=["Type"])
    for text in ["null", "[]", "true", "{}"]:
        c.reject(f"the document is {text}", text, MISSING if text == "{}" else TYPE, flags=["Verdict"], rows=[5, 135])
    return file


def facilitator_request(name):
    file = VectorFile(
        f"wire/{name}-request.json",
        f"wire/{name}-request",
        f"The body of POST /{name}: a payment and the requirement it is to meet.",
    )
    common_notes(file, "Unknown", "Missing", "Type", "Version", "Optional", "Order")
    v2 = {"x402Version": 2, "paymentPayload": s.PAYMENT_2, "paymentRequirements": s.REQUIREMENTS_2}
    v1 = {"x402Version": 1, "paymentPayload": s.PAYMENT_1, "paymentRequirements": drop(s.REQUIREMENTS_1, ["outputSchema"])}
    kind = f"{name}Request"
    c = Cases(file, "v2", source("spec2", "py"), kind, version=2)
    c.accept("v2", v2)
    c.accept("an unknown member", {**v2, "idempotencyKey": "a"}, flags=["Unknown"], rows=[37])
    c.accept(
        "null members inside",
        change(change(v2, ["paymentPayload", "resource"], None), ["paymentRequirements", "extra"], None),
        flags=["Optional"],
        rows=[43],
    )
    c.accept("the order of members is kept", dict(reversed(v2.items())), flags=["Order"])
    c.accept(
        "a requirement that differs from the accepted one decodes: comparing is the verifier's business",
        change(v2, ["paymentRequirements", "amount"], "20000"),
        rows=[61],
    )
    for member in ["paymentPayload", "paymentRequirements"]:
        c.reject(f"no {member}", drop(v2, [member]), MISSING, flags=["Missing"])
        c.reject(f"{member} is null", change(v2, [member], None), NULL, flags=["Type"])
        c.reject(f"{member} is a list", change(v2, [member], []), TYPE, flags=["Type"])
    c.reject(
        "paymentHeader instead of paymentPayload, as old drafts had it",
        {**drop(v2, ["paymentPayload"]), "paymentHeader": "e30="},
        MISSING,
        flags=["Missing"],
    )
    c.reject("the payment as base64 text", change(v2, ["paymentPayload"], "e30="), TYPE, flags=["Type"])
    c.reject(
        "a payment of v1 in a request of v2",
        change(v2, ["paymentPayload"], s.PAYMENT_1),
        ["x402_version", "member_ambiguous"],
        flags=["Version"],
        rows=[15],
    )
    c.reject(
        "a requirement of v1 in a request of v2",
        change(v2, ["paymentRequirements"], v1["paymentRequirements"]),
        [MISSING, "network_colon"],
        flags=["Version"],
        rows=[15],
    )
    versions(c, v2, 2)
    # No SDK model takes a v1 request; the facts are those of the two objects inside.
    c = Cases(file, "v1", source("spec1", "map"), kind, asked=False, version=1)
    c.accept("v1", v1)
    c.accept("an unknown member", {**v1, "note": None}, flags=["Unknown"], rows=[37])
    c.reject(
        "a payment of v2 in a request of v1",
        change(v1, ["paymentPayload"], s.PAYMENT_2),
        ["x402_version", "member_ambiguous"],
        flags=["Version"],
        rows=[15],
    )
    c.reject(
        "a requirement of v2 in a request of v1",
        change(v1, ["paymentRequirements"], s.REQUIREMENTS_2),
        MISSING,
        flags=["Version"],
        rows=[15],
    )
    c.reject(
        "a request that says 2 around objects of v1",
        {**v1, "x402Version": 2},
        ["x402_version", "member_ambiguous"],
        flags=["Version"],
        rows=[15],
    )
    return file


def supported():
    file = VectorFile("wire/supported.json", "wire/supported", "What a facilitator can settle: the answer of GET /supported.")
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Network", "Number")
    c = Cases(file, "supported", WIRE, "supported")
    kind = {"x402Version": 2, "scheme": "exact", "network": "eip155:84532"}
    full = {
        "kinds": [kind, {"x402Version": 1, "scheme": "exact", "network": "base-sepolia"}],
        "extensions": ["bazaar", "eip2612GasSponsoring"],
        "signers": {"eip155:*": ["0x1111111111111111111111111111111111111111"]},
    }
    c.accept("kinds of both versions, extensions, signers", full)
    c.accept("v1 answers hold kinds only", {"kinds": full["kinds"]}, flags=["Optional"])
    c.accept("nothing at all", {"kinds": [], "extensions": [], "signers": {}}, flags=["Optional"])
    c.accept(
        "a kind with extra: the fee payer of Solana",
        {
            **full,
            "kinds": [
                {
                    "x402Version": 2,
                    "scheme": "exact",
                    "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
                    "extra": {"feePayer": "9hSR6S7WPtxmTojgo6GG3k4yDPecgJY292j7xrsUGWBu"},
                }
            ],
        },
    )
    c.accept("a kind whose extra is null", {**full, "kinds": [{**kind, "extra": None}]}, flags=["Optional"])
    c.accept("a scheme nobody knows", {**full, "kinds": [{**kind, "scheme": "deferred"}]}, flags=["Unknown"])
    c.accept(
        "unknown members at both levels",
        {**full, "kinds": [{**kind, "asset": "USDC"}], "version": "1.0"},
        flags=["Unknown"],
        rows=[37],
    )
    c.accept(
        "signers of one network instead of a pattern (W23)",
        {**full, "signers": {"eip155:8453": ["0x1111111111111111111111111111111111111111"]}},
        flags=["Network"],
    )
    c.accept("extensions is null", {**full, "extensions": None}, flags=["Optional"])
    c.accept("signers is null", {**full, "signers": None}, flags=["Optional"])
    c.reject("no kinds", drop(full, ["kinds"]), MISSING, flags=["Missing"])
    c.reject("kinds is null", change(full, ["kinds"], None), NULL, flags=["Type"])
    c.reject("kinds is an object", change(full, ["kinds"], {}), TYPE, flags=["Type"])
    for name in ["scheme", "network"]:
        c.reject(f"a kind without {name}", {**full, "kinds": [drop(kind, [name])]}, MISSING, flags=["Missing"])
        c.reject(f"a kind whose {name} is a number", {**full, "kinds": [change(kind, [name], 1)]}, TYPE, flags=["Type"])
    c.reject(
        "a kind without x402Version",
        {**full, "kinds": [drop(kind, ["x402Version"])]},
        ["x402_version", MISSING],
        flags=["Missing"],
        rows=[27],
    )
    c.reject(
        "a kind whose x402Version is text",
        {**full, "kinds": [change(kind, ["x402Version"], "2")]},
        ["x402_version", TYPE],
        flags=["Type"],
        rows=[27],
    )
    c.reject(
        "a kind whose x402Version is 2.0",
        {**full, "kinds": [change(kind, ["x402Version"], Number("2.0"))]},
        ["x402_version", INTEGER],
        flags=["Number"],
        rows=[27],
    )
    c.reject("a kind that is text", {**full, "kinds": ["exact"]}, TYPE, flags=["Type"])
    c.reject("extensions is an object", {**full, "extensions": {}}, TYPE, flags=["Type"])
    c.reject("an extension that is an object", {**full, "extensions": [{"id": "bazaar"}]}, TYPE, flags=["Type"])
    c.reject("signers is a list", {**full, "signers": []}, TYPE, flags=["Type"])
    c.reject(
        "signers of a network is text",
        {**full, "signers": {"eip155:*": "0x1111111111111111111111111111111111111111"}},
        TYPE,
        flags=["Type"],
    )
    c.reject("a list of kinds without the object around it", write([kind]), TYPE, flags=["Type"], rows=[5])
    return file


# Discovery


def discovery():
    file = VectorFile(
        "wire/discovery.json",
        "wire/discovery",
        "A facilitator's catalogue: the answers of GET /discovery/resources and GET /discovery/search.",
    )
    common_notes(file, "Optional", "Unknown", "Missing", "Type", "Version", "Number")
    file.note("Ambiguous", "INTEROPERABILITY", "the page contradicts itself: W21 of the map", ["core specification v2 section 8"])
    item = {
        "resource": "https://api.example.com/premium-data",
        "type": "http",
        "x402Version": 2,
        "accepts": [s.REQUIREMENTS_2],
        "lastUpdated": 1703123456,
    }
    page = {"x402Version": 2, "items": [item], "pagination": {"limit": 20, "offset": 0, "total": 1}}
    found = {"x402Version": 2, "resources": [item], "pagination": {"limit": 20, "cursor": None}}
    list_ = Discovery(file, "list", "resources", "items")
    list_.accept("one item", page)
    list_.accept("no item", {**page, "items": []})
    list_.accept(
        "a v1 item: its offers are of v1",
        {**page, "items": [{**item, "x402Version": 1, "accepts": s.REQUIRED_1["accepts"]}]},
        flags=["Version"],
    )
    list_.accept(
        "lastUpdated as an ISO 8601 text, as the TypeScript type has it",
        {**page, "items": [{**item, "lastUpdated": "2023-12-21T01:50:56.000Z"}]},
        flags=["Ambiguous"],
    )
    list_.accept(
        "metadata, as the sample of the page has it, is an unknown member",
        {**page, "items": [{**item, "metadata": {"category": "data"}}]},
        flags=["Ambiguous", "Unknown"],
    )
    list_.accept("an MCP tool", {**page, "items": [{**item, "type": "mcp", "resource": "mcp://tool/search"}]})
    list_.accept(
        "display members",
        {
            **page,
            "items": [
                {
                    **item,
                    "description": "d",
                    "mimeType": "application/json",
                    "serviceName": "s",
                    "tags": ["a"],
                    "iconUrl": "https://example.com/i.png",
                }
            ],
        },
    )
    list_.accept(
        "display members that are null",
        {**page, "items": [{**item, "description": None, "tags": None, "extensions": None}]},
        flags=["Optional"],
    )
    list_.accept("extensions of an item", {**page, "items": [{**item, "extensions": {"bazaar": {"info": {}, "schema": {}}}}]})
    list_.accept(
        "unknown members at both levels", {**page, "items": [{**item, "rank": 1}], "took": 3}, flags=["Unknown"], rows=[37]
    )
    list_.reject("no items", drop(page, ["items"]), MISSING, flags=["Missing"])
    list_.reject("items is an object", change(page, ["items"], {}), TYPE, flags=["Type"])
    list_.reject("no pagination", drop(page, ["pagination"]), MISSING, flags=["Missing"])
    list_.reject("an item without resource", {**page, "items": [drop(item, ["resource"])]}, MISSING, flags=["Missing"])
    list_.reject("an item without accepts", {**page, "items": [drop(item, ["accepts"])]}, MISSING, flags=["Missing"])
    list_.reject("an item whose resource is an object", {**page, "items": [{**item, "resource": s.RESOURCE}]}, TYPE, flags=["Type"])
    list_.reject("a total in text", change(page, ["pagination", "total"], "1"), TYPE, flags=["Type"])
    list_.reject("a limit of 20.0", change(page, ["pagination", "limit"], Number("20.0")), INTEGER, flags=["Number"])
    list_.reject("a negative offset", change(page, ["pagination", "offset"], -1), INTEGER, flags=["Number"])
    list_.reject("x402Version is text", change(page, ["x402Version"], "2"), "x402_version", flags=["Version"], rows=[27])
    search = Discovery(file, "search", "search", "resources")
    search.accept("the last page: cursor null", found, flags=["Optional"])
    search.accept("a page with a cursor", change(found, ["pagination", "cursor"], "b2Zmc2V0PTIw"))
    search.accept("pagination null", change(found, ["pagination"], None), flags=["Optional"])
    search.accept("no pagination", drop(found, ["pagination"]), flags=["Optional"])
    search.accept("partial results", {**found, "partialResults": True})
    search.reject("no resources", drop(found, ["resources"]), MISSING, flags=["Missing"])
    search.reject("a cursor that is a number", change(found, ["pagination", "cursor"], 20), TYPE, flags=["Type"])
    search.reject("partialResults in text", {**found, "partialResults": "true"}, TYPE, flags=["Type"])
    return file


class Discovery:
    """No reference parses this answer strictly, so the facts come from the specification alone."""

    def __init__(self, file, group, endpoint, items):
        self.group, self.items = file.group(group, source("spec2", "map"), endpoint=endpoint), items

    def accept(self, comment, value, flags=(), rows=()):
        import wirefacts as w

        def one(item):
            entry = w.requirements1 if item["x402Version"] == "1" else w.requirements2
            out = w.pick(item, "resource", "type", "lastUpdated", "description", "mimeType", "serviceName", "tags", "iconUrl")
            return (
                out
                | {"version": int(item["x402Version"]), "accepts": [entry(r) for r in item["accepts"]]}
                | w.some(extensions=w.names(item.get("extensions")))
            )

        def encode(item):
            entry = w.encode_requirements1 if item["x402Version"] == "1" else w.encode_requirements2
            item = w.without_nulls(item, ("description", "mimeType", "serviceName", "tags", "iconUrl", "extensions"))
            return w.inside(item, accepts=lambda offers: [entry(r) for r in offers])

        text = write(value)
        read = s.parsed(text)
        facts = {"version": int(read["x402Version"]), "items": [one(item) for item in read[self.items]]}
        pagination = {name: w.facts(v) for name, v in (read.get("pagination") or {}).items() if v is not None}
        facts |= w.some(pagination=pagination or None) | w.pick(read, "partialResults")
        out = w.inside(read, **{self.items: lambda items: [encode(item) for item in items]})
        if self.items == "resources":
            out = w.inside(
                w.without_nulls(out, ("pagination", "partialResults")), pagination=lambda p: w.without_nulls(p, ("cursor",))
            )
        again = write(out)
        self.group.accept(
            comment, {"text": text}, {"facts": facts} | ({"encoded": again} if again != text else {}), flags=flags, rows=rows
        )

    def reject(self, comment, value, reason, flags=(), rows=()):
        self.group.reject(comment, {"text": write(value)}, reason, flags=flags, rows=rows)
