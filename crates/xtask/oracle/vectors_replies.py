"""What a facilitator is asked and answers: what each object decodes to, and the exact text that encoding gives back."""

import samples as s
from jsontext import Number, write
from objectcases import (
    INTEGER,
    MISSING,
    NULL,
    TYPE,
    WIRE,
    Cases,
    common_notes,
    versions,
)
from samples import change, drop
from sdk import source
from vectorlib import VectorFile


def files():
    return [
        settle_response(),
        verify_response(),
        facilitator_request("verify"),
        facilitator_request("settle"),
        supported(),
        discovery(),
    ]


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
    contradiction = {**ok, "errorReason": "insufficient_funds"}
    c.reject("settled, with a reason why not", contradiction, "member_ambiguous", flags=["Verdict"], rows=[136])
    c.accept("settled, with an empty reason", {**ok, "errorReason": ""}, flags=["Optional"])
    c.reject("success and Success: Go reads both as one", {**ok, "Success": False}, "member_ambiguous", flags=["Verdict"], rows=[135])
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
    contradiction = {**ok, "invalidReason": "insufficient_funds"}
    c.reject("valid, with a reason why not", contradiction, "member_ambiguous", flags=["Verdict"], rows=[134])
    c.accept("valid, with an empty reason", {**ok, "invalidReason": ""}, flags=["Optional"])
    twin = {"isValid": False, "IsValid": True}
    c.reject("isValid and IsValid: Go reads both as one", twin, "member_ambiguous", flags=["Verdict"], rows=[134])
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
