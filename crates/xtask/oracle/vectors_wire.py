"""Offers and payments: what each object decodes to, and the exact text that encoding gives back."""

import samples as s
from objectcases import (
    AMOUNTS,
    MISSING,
    NETWORKS,
    NULL,
    TYPE,
    WIRE,
    WIRE_1,
    Cases,
    common_notes,
    networks,
    requirement_accepts,
    requirement_rules,
    requirement_shape,
    versions,
)
from samples import change, drop
from sdk import GO, RS
from vectorlib import VectorFile


def files():
    return [payment_required(), payment_payload(), requirements(), resource_info()]


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
