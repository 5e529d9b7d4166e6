"""The objects of the extensions bazaar and offer-receipt: what each decodes to, and the exact text that encoding gives back."""

from jsontext import Number, facts, read, without_nulls, write
from objectcases import INTEGER, MISSING, NULL, TYPE
from samples import change, drop
from statementfacts import EXTENSIONS, SOURCES, official
from vectorlib import VectorFile
from vectors_statements import OFFER, RECEIPT

SPEC_BAZAAR = {"name": "x402 bazaar extension", "version": "2026-11"}
SPEC_STATEMENTS = {"name": "x402 offer and receipt extension", "version": "0.6"}
GRAMMAR, AMBIGUOUS = "member_grammar", "member_ambiguous"
SIGNATURE = "0x" + "1b" * 65


def files():
    return [bazaar(), offer_receipt()]


def notes(file, *flags):
    known = {
        "Published": ("KNOWN_ANSWER", "a sample printed in the specification"),
        "Optional": ("INTEROPERABILITY", "a member that one implementation writes as null or leaves out"),
        "Unknown": ("INTEROPERABILITY", "members of a later version are lost or refused"),
        "Missing": ("MISSING_CHECK", "a reader invents a default for what the other side did not say"),
        "Type": ("PARSER_DIFFERENTIAL", "a reader converts one JSON type into another"),
        "Method": ("MISSING_CHECK", "a description that no request can be made of"),
        "Template": ("MISSING_CHECK", "a template that leads somewhere else is listed"),
        "Twice": ("PARSER_DIFFERENTIAL", "one artifact says two things"),
    }
    for flag in flags:
        file.note(flag, *known[flag])


# Bazaar

SCHEMA = {"type": "object", "properties": {"input": {"type": "object"}}, "required": ["input"]}
QUERY = {"type": "http", "method": "GET", "queryParams": {"city": "San Francisco"}}
BODY = {"type": "http", "method": "POST", "bodyType": "json", "body": {"query": "example"}}
TOOL = {
    "type": "mcp",
    "toolName": "financial_analysis",
    "description": "Advanced AI-powered financial analysis",
    "inputSchema": {"type": "object", "properties": {"ticker": {"type": "string"}}, "required": ["ticker"]},
    "example": {"ticker": "AAPL"},
}
OUTPUT = {"type": "json", "example": {"city": "San Francisco", "weather": "foggy", "temperature": 60}}


def entry(input_, output=None, **siblings):
    info = {"input": input_} if output is None else {"input": input_, "output": output}
    return {"info": info, "schema": SCHEMA, **siblings}


def without(value, names):
    return without_nulls(value, names) if isinstance(value, dict) else value


def bazaar_again(text):
    """What encoding gives: the same without the nulls of members that may be absent."""
    value = read(text)
    info = without(value["info"], ["output"])
    optional = ["queryParams", "pathParams", "headers", "description", "transport", "example"]
    if info["input"].get("type") in ("http", "mcp"):
        info["input"] = without(info["input"], optional)
    if "output" in info:
        info["output"] = without(info["output"], ["format", "example"])
    return write({**value, "info": info})


def bazaar_facts(text):
    value = facts(read(bazaar_again(text)))
    template = value.get("routeTemplate")
    usable = isinstance(template, str) and official().ask("template", template=template)
    return {"info": value["info"], **({"routeTemplate": template} if usable else {})}


def bazaar():
    file = VectorFile(
        "wire/bazaar.json",
        "wire/bazaar",
        "The entry of the extension bazaar: `info`, and the template if it has one that is one.",
    )
    notes(file, "Published", "Optional", "Unknown", "Missing", "Type", "Method", "Template")
    group = file.group("entries", [SPEC_BAZAAR, *SOURCES])

    def accept(comment, value, flags=()):
        text = write(value)
        again = bazaar_again(text)
        expected = {"facts": bazaar_facts(text)} | ({} if again == text else {"encoded": again})
        group.accept(comment, {"text": text}, expected, flags)

    def reject(comment, value, reason, flags=()):
        text = write(value)
        says = "accept" if official().ask("discovery", text=text) else "reject"
        group.reject(comment, {"text": text}, reason, flags, says={EXTENSIONS: says} if says == "accept" else None)

    for name, sample in (("a query", QUERY), ("a body", BODY), ("a tool", TOOL)):
        accept(f"{name}: the sample of the specification", entry(sample, OUTPUT), ["Published"])
        accept(f"{name} without an output", entry(sample), ["Optional"])
        accept(f"{name} with an output that is null", entry(sample, None) | {"info": {"input": sample, "output": None}}, ["Optional"])
        accept(f"{name} with a member of tomorrow", entry({**sample, "cost": 1}), ["Unknown"])
        accept(f"{name} in another order", entry(dict(reversed(sample.items())), OUTPUT))
        reject(f"{name} without a type", entry(drop(sample, ["type"])), MISSING, ["Missing"])
        reject(f"{name} with a type that is no text", entry({**sample, "type": 1}), TYPE, ["Type"])
    for method in ("HEAD", "DELETE"):
        accept(f"by {method}", entry({**QUERY, "method": method}), ["Method"])
    for method in ("PUT", "PATCH"):
        accept(f"by {method}", entry({**BODY, "method": method}), ["Method"])
    for kind, body in (("form-data", {"a": "b"}), ("text", "hello")):
        accept(f"a body of {kind}", entry({**BODY, "bodyType": kind, "body": body}))
    for member, value in (("queryParams", {"a": 1}), ("pathParams", {"id": "1"}), ("headers", {"x-a": "b"})):
        accept(f"with {member}", entry({**QUERY, member: value}))
        accept(f"{member} is null", entry({**QUERY, member: None}), ["Optional"])
        accept(f"a body with {member}", entry({**BODY, member: value}))
        reject(f"{member} is a list", entry({**QUERY, member: []}), TYPE, ["Type"])
    for transport in ("streamable-http", "sse"):
        accept(f"a tool over {transport}", entry({**TOOL, "transport": transport}))
    for member in ("description", "example", "transport"):
        accept(f"a tool with {member} null", entry({**TOOL, member: None}), ["Optional"])
    accept("a way of tomorrow, kept as it is", entry({"type": "grpc", "service": "a.B"}), ["Unknown"])
    accept("an output of text", entry(QUERY, {"type": "text", "example": "foggy"}))
    accept("an output with a format", entry(QUERY, {"type": "json", "format": "geojson"}))
    accept("an output that is a number", entry(QUERY, {"type": "json", "example": Number("60")}))
    accept("an output of nothing but a member of tomorrow", entry(QUERY, {"type": "json", "unit": "C"}), ["Unknown"])
    for template in ("/users/:userId", "/weather/:country/:city", "/a%20b"):
        accept(f"under the template {template}", entry(QUERY, routeTemplate=template), ["Template"])
    for comment, template in (
        ("that climbs", "/users/../admin"),
        ("that climbs in disguise", "/users/%2e%2e/admin"),
        ("that climbs in two disguises", "/users/%252e%252e/admin"),
        ("that is another place", "/http://evil.example"),
        ("that is no path", "users/:id"),
        ("that is a path and a query", "/users?id=1"),
        ("of one character", "/"),
        ("that is a number", 7),
    ):
        value = entry(QUERY, routeTemplate=template)
        if not isinstance(template, str):
            official_says = False
        else:
            official_says = official().ask("template", template=template)
        assert not official_says, template
        accept(f"a template {comment} is none", value, ["Template"])
    for name, sample, members in (
        ("a query", QUERY, ["method"]),
        ("a body", BODY, ["method", "bodyType", "body"]),
        ("a tool", TOOL, ["toolName", "inputSchema"]),
    ):
        for member in members:
            reject(f"{name} without {member}", entry(drop(sample, [member])), [MISSING, GRAMMAR], ["Missing"])
            reject(f"{name} with {member} null", entry({**sample, member: None}), [*NULL, GRAMMAR], ["Type"])
            reject(f"{name} with {member} a number", entry({**sample, member: 1}), TYPE, ["Type"])
    reject("a body by GET", entry({**BODY, "method": "GET"}), GRAMMAR, ["Method"])
    reject("no body by POST", entry({**QUERY, "method": "POST"}), MISSING, ["Method"])
    for method in ("get", "OPTIONS", "", "G ET"):
        reject(f"by {method!r}", entry({**QUERY, "method": method}), GRAMMAR, ["Method"])
    reject("a body of xml", entry({**BODY, "bodyType": "xml"}), GRAMMAR, ["Method"])
    reject("a body that is a list", entry({**BODY, "body": []}), TYPE, ["Type"])
    reject("a header that is a number", entry({**QUERY, "headers": {"a": 1}}), TYPE, ["Type"])
    reject("a tool without a name", entry({**TOOL, "toolName": ""}), "member_empty", ["Missing"])
    reject("a tool over pigeons", entry({**TOOL, "transport": "pigeon"}), GRAMMAR, ["Method"])
    reject("a tool whose schema is text", entry({**TOOL, "inputSchema": "{}"}), TYPE, ["Type"])
    reject("an output without a type", entry(QUERY, {"example": 1}), MISSING, ["Missing"])
    reject("an output that is text", entry(QUERY, "json"), TYPE, ["Type"])
    reject("no input", {"info": {"output": OUTPUT}, "schema": SCHEMA}, MISSING, ["Missing"])
    reject("an input that is text", entry("GET"), TYPE, ["Type"])
    reject("no info", {"schema": SCHEMA}, MISSING, ["Missing"])
    reject("a schema that is text", {**entry(QUERY), "schema": "{}"}, TYPE, ["Type"])
    return file


# Offer and receipt

EIP712_OFFER = {"format": "eip712", "acceptIndex": 0, "payload": OFFER, "signature": SIGNATURE}
EIP712_RECEIPT = {"format": "eip712", "payload": RECEIPT | {"transaction": ""}, "signature": SIGNATURE}
JWS = {"format": "jws", "signature": "e30.e30.AA"}


def statements_again(text):
    value = read(text)
    info = without(value["info"], ["offers", "receipt"])

    def artifact(item):
        item = without(item, ["acceptIndex"])
        if isinstance(item.get("payload"), dict) and item["format"] == "eip712":
            item["payload"] = without(item["payload"], ["validUntil", "transaction"])
        return item

    if "offers" in info:
        info["offers"] = [artifact(item) for item in info["offers"]]
    if "receipt" in info:
        info["receipt"] = artifact(info["receipt"])
    return write({**value, "info": info})


def offer_receipt():
    file = VectorFile(
        "wire/offer-receipt.json",
        "wire/offer-receipt",
        "The entry of the extension offer-receipt: shape only, signatures are not looked at.",
    )
    notes(file, "Published", "Optional", "Unknown", "Missing", "Type", "Twice")
    group = file.group("entries", [SPEC_STATEMENTS, *SOURCES])

    def accept(comment, info, flags=(), **siblings):
        text = write({"info": info, **siblings})
        again = statements_again(text)
        expected = {"facts": facts(read(again))["info"]} | ({} if again == text else {"encoded": again})
        group.accept(comment, {"text": text}, {"facts": expected.pop("facts"), **expected}, flags)

    def reject(comment, info, reason, flags=(), rows=()):
        group.reject(comment, {"text": write({"info": info})}, reason, flags, rows)

    def offers(*offers):
        return {"offers": list(offers)}

    accept("offers in EIP-712: the sample of the specification", offers(EIP712_OFFER), ["Published"], schema={"type": "object"})
    accept("offers as JWS", offers({**JWS, "acceptIndex": 1}), ["Published"])
    accept("a receipt in EIP-712: the sample of the specification", {"receipt": EIP712_RECEIPT}, ["Published"])
    accept("a receipt as JWS", {"receipt": JWS}, ["Published"])
    accept("both", {"offers": [EIP712_OFFER, JWS], "receipt": JWS})
    accept("neither", {}, ["Optional"])
    accept("both null", {"offers": None, "receipt": None}, ["Optional"])
    accept("no offer", offers(), ["Optional"])
    accept("no hint", offers(drop(EIP712_OFFER, ["acceptIndex"])), ["Optional"])
    accept("a hint that is null", offers(change(EIP712_OFFER, ["acceptIndex"], None)), ["Optional"])
    accept("an offer without an end", offers(drop(EIP712_OFFER, ["payload", "validUntil"])), ["Optional"])
    accept("an offer with an end of null", offers(change(EIP712_OFFER, ["payload", "validUntil"], None)), ["Optional"])
    accept("an offer with an end of 0", offers(change(EIP712_OFFER, ["payload", "validUntil"], 0)), ["Optional"])
    accept("a receipt without a transaction", {"receipt": drop(EIP712_RECEIPT, ["payload", "transaction"])}, ["Optional"])
    accept("a member of tomorrow in the payload", offers(change(EIP712_OFFER, ["payload", "tax"], "1")), ["Unknown"])
    accept("a member of tomorrow beside it", offers({**EIP712_OFFER, "note": [1]}), ["Unknown"])
    accept("a member of tomorrow in the info", {**offers(EIP712_OFFER), "terms": {}}, ["Unknown"])
    accept("a format of tomorrow, kept as it is", offers({"format": "cose", "signature": "AA", "payload": 7}), ["Unknown"])
    accept("a version of tomorrow", offers(change(EIP712_OFFER, ["payload", "version"], 2)), ["Unknown"])
    accept("a signature that is none", offers({**EIP712_OFFER, "signature": "later"}))
    reject("JWS with a payload beside it", offers({**JWS, "payload": OFFER}), AMBIGUOUS, ["Twice"], [22])
    reject("a receipt as JWS with a payload beside it", {"receipt": {**JWS, "payload": RECEIPT}}, AMBIGUOUS, ["Twice"])
    reject("EIP-712 without a payload", offers(drop(EIP712_OFFER, ["payload"])), MISSING, ["Missing"])
    reject("a receipt in EIP-712 without a payload", {"receipt": drop(EIP712_RECEIPT, ["payload"])}, MISSING, ["Missing"])
    for member in ("format", "signature"):
        reject(f"no {member}", offers(drop(EIP712_OFFER, [member])), MISSING, ["Missing"])
        reject(f"{member} is a number", offers({**EIP712_OFFER, member: 1}), TYPE, ["Type"])
        reject(f"JWS, no {member}", {"receipt": drop(JWS, [member])}, MISSING, ["Missing"])
    reject("no format in so many words", offers({**JWS, "format": ""}), "member_empty", ["Missing"])
    for kind, artifact, wrap in (("offer", EIP712_OFFER, offers), ("receipt", EIP712_RECEIPT, lambda it: {"receipt": it})):
        for member in artifact["payload"]:
            if member in ("validUntil", "transaction"):
                continue
            reject(f"an {kind} without {member}", wrap(drop(artifact, ["payload", member])), MISSING, ["Missing"])
            wrong = change(artifact, ["payload", member], [])
            reject(f"an {kind} with {member} a list", wrap(wrong), TYPE, ["Type"])
        for text, reason in (("base", "network_colon"), ("eip155:*", "network_reference")):
            reject(f"an {kind} on {text}", wrap(change(artifact, ["payload", "network"], text)), reason, ["Type"], [35])
        for literal in ("1.0", "1e0", "-1"):
            wrong = change(artifact, ["payload", "version"], Number(literal))
            reject(f"an {kind} of version {literal}", wrap(wrong), INTEGER, ["Type"], [39])
    reject("an end as text", offers(change(EIP712_OFFER, ["payload", "validUntil"], "1703123516")), TYPE, ["Type"])
    reject("an end with a fraction", offers(change(EIP712_OFFER, ["payload", "validUntil"], Number("1703123516.5"))), INTEGER, ["Type"])
    reject("a hint as text", offers({**EIP712_OFFER, "acceptIndex": "0"}), TYPE, ["Type"])
    reject("a hint below zero", offers({**EIP712_OFFER, "acceptIndex": Number("-1")}), INTEGER, ["Type"])
    reject("offers that are no list", {"offers": EIP712_OFFER}, TYPE, ["Type"])
    reject("an offer that is text", offers("e30.e30.AA"), TYPE, ["Type"])
    reject("a receipt that is text", {"receipt": "e30.e30.AA"}, TYPE, ["Type"])
    reject("a receipt that is a list", {"receipt": [JWS]}, TYPE, ["Type"])
    return file
