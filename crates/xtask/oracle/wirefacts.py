"""What a reader must know after decoding an object: the `facts` of a wire vector, and the text that encoding gives back.

`facts` uses one vocabulary for both protocol versions: `amount` for v1's `maxAmountRequired`, CAIP-2 for v1's network names. A member
that is absent, null, or (for `extra` and `extensions`) empty has no fact.
"""

from jsontext import facts, read, without_nulls, write
from sdk import py_model

V1_NAMES = {
    "base": "eip155:8453",
    "base-sepolia": "eip155:84532",
    "avalanche-fuji": "eip155:43113",
    "polygon": "eip155:137",
    "solana": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    "solana-devnet": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
}


def some(**members):
    return {name: value for name, value in members.items() if value is not None}


def pick(value, *names):
    return {name: facts(value[name]) for name in names if value.get(name) is not None}


def caip2(network):
    return V1_NAMES.get(network, network)


def names(value):
    """The ids of the extensions, in order."""
    return list(value) if value else None


def requirements2(o):
    out = pick(o, "scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds")
    return out | some(extra=facts(o.get("extra") or None))


def requirements1(o):
    out = pick(o, "scheme", "asset", "payTo", "maxTimeoutSeconds")
    out |= {"network": caip2(o["network"]), "amount": o["maxAmountRequired"]}
    out["resource"] = {"url": o["resource"], **pick(o, "description", "mimeType")}
    return out | some(extra=facts(o.get("extra") or None), outputSchema=facts(o.get("outputSchema") or None))


def resource(o):
    return pick(o, "url", "description", "mimeType", "serviceName", "tags", "iconUrl")


def payment_required(o):
    version = int(o["x402Version"])
    entry = requirements1 if version == 1 else requirements2
    out = {"version": version, **pick(o, "error"), "accepts": [entry(item) for item in o["accepts"]]}
    if version == 2:
        out |= some(resource=resource(o["resource"]) if o.get("resource") else None, extensions=names(o.get("extensions")))
    return out


def payment_payload(o):
    version = int(o["x402Version"])
    if version == 1:
        return {"version": 1, "scheme": o["scheme"], "network": caip2(o["network"]), "payload": facts(o["payload"])}
    out = {"version": 2, "scheme": o["accepted"]["scheme"], "network": o["accepted"]["network"]}
    out |= {"accepted": requirements2(o["accepted"]), "payload": facts(o["payload"])}
    return out | some(resource=resource(o["resource"]) if o.get("resource") else None, extensions=names(o.get("extensions")))


def settle_response(o):
    out = pick(o, "success", "errorReason", "payer", "transaction", "amount")
    network = {"network": caip2(o["network"])} if o["network"] else {}
    return out | network | some(extensions=names(o.get("extensions")))


def verify_response(o):
    return pick(o, "isValid", "invalidReason", "payer") | some(extra=facts(o.get("extra") or None))


def request(o):
    version = int(o["x402Version"])
    entry = requirements1 if version == 1 else requirements2
    return {"version": version, "payment": payment_payload(o["paymentPayload"]), "requirements": entry(o["paymentRequirements"])}


def supported(o):
    def kind(k):
        network = caip2(k["network"]) if int(k["x402Version"]) == 1 else k["network"]
        return {"version": int(k["x402Version"]), "scheme": k["scheme"], "network": network} | some(
            extra=facts(k.get("extra") or None)
        )

    return {"kinds": [kind(k) for k in o["kinds"]]} | some(extensions=o.get("extensions") or None, signers=o.get("signers") or None)


def siwx(o):
    return {name: facts(item) for name, item in o.items() if item is not None and name in SIWX_MEMBERS}


SIWX_MEMBERS = (
    "domain address uri version chainId type nonce issuedAt statement expirationTime notBefore requestId resources signatureScheme signature"
).split()


def extension_responses(o):
    return {"extensions": {name: facts(item) for name, item in o.items()}}


# decode -> encode

RESOURCE_OPTIONAL = ("description", "mimeType", "serviceName", "tags", "iconUrl")
REPLY_OPTIONAL = ("payer", "extensions", "extra")


def inside(o, **writers):
    return {name: writers[name](item) if name in writers and item is not None else item for name, item in o.items()}


def encode_requirements2(o):
    return without_nulls(o, ("extra",))


def encode_requirements1(o):
    return without_nulls(o, ("description", "mimeType", "outputSchema", "extra"))


def encode_resource(o):
    return without_nulls(o, RESOURCE_OPTIONAL)


def encode_payment_required(o):
    entry = encode_requirements1 if o["x402Version"] == "1" else encode_requirements2
    o = without_nulls(o, ("error",) if o["x402Version"] == "1" else ("error", "resource", "extensions"))
    o = inside(o, accepts=lambda items: [entry(item) for item in items])
    return o if o["x402Version"] == "1" else inside(o, resource=encode_resource)


def encode_payment_payload(o):
    if o["x402Version"] == "1":
        return o
    o = without_nulls(o, ("resource", "extensions"))
    return inside(o, resource=encode_resource, accepted=encode_requirements2)


def encode_settle_response(o):
    return without_nulls(o, (*REPLY_OPTIONAL, "errorReason", "errorMessage", "amount"))


def encode_verify_response(o):
    return without_nulls(o, (*REPLY_OPTIONAL, "invalidReason", "invalidMessage"))


def encode_request(o):
    entry = encode_requirements1 if o["x402Version"] == "1" else encode_requirements2
    return inside(o, paymentPayload=encode_payment_payload, paymentRequirements=entry)


def encode_supported(o):
    o = without_nulls(o, ("extensions", "signers"))
    return inside(o, kinds=lambda items: [without_nulls(item, ("extra",)) for item in items])


def encode_siwx(o):
    return without_nulls(o, ("statement", "expirationTime", "notBefore", "requestId", "resources", "signatureScheme"))


MODELS = {
    "paymentRequired": (payment_required, encode_payment_required),
    "paymentPayload": (payment_payload, encode_payment_payload),
    "requirements1": (requirements1, encode_requirements1),
    "requirements2": (requirements2, encode_requirements2),
    "resourceInfo": (resource, encode_resource),
    "settleResponse": (settle_response, encode_settle_response),
    "verifyResponse": (verify_response, encode_verify_response),
    "verifyRequest": (request, encode_request),
    "settleRequest": (request, encode_request),
    "supported": (supported, encode_supported),
    "siwx": (siwx, encode_siwx),
    "extensionResponses": (extension_responses, lambda o: o),
}


def expected(kind, text):
    """`{"facts", "encoded"?}` of an accepted object; `encoded` only where it is not the input itself."""
    of, encode = MODELS[kind]
    value = read(text)
    agree_with_python_sdk(kind, text, of(value))
    again = write(encode(value))
    return {"facts": of(value)} | ({"encoded": again} if again != text else {})


def agree_with_python_sdk(kind, text, ours):
    """Where the Python SDK reads the object, it must see the same facts: the model above is checked, not trusted."""
    try:
        model = py_model(kind, text)
    except Exception:
        return
    theirs = model.model_dump(by_alias=True, mode="json")
    if kind in ("paymentPayload", "paymentRequired") and ours["version"] == 1 or kind == "requirements1":
        return agree_v1(kind, theirs, ours)
    if kind in ("verifyRequest", "settleRequest"):
        theirs, ours = theirs["paymentRequirements"], ours["requirements"]
    for name in (
        "scheme",
        "network",
        "amount",
        "asset",
        "payTo",
        "maxTimeoutSeconds",
        "success",
        "isValid",
        "transaction",
        "payer",
        "url",
    ):
        if name in ours and name in theirs:
            assert theirs[name] == ours[name] or caip2(theirs[name]) == ours[name], (kind, text, name, theirs[name], ours[name])
    for name in ("accepted", "resource"):
        if isinstance(ours.get(name), dict):
            for member, value in ours[name].items():
                assert theirs[name][member] == value, (kind, text, member)
    for ours_item, theirs_item in zip(ours.get("accepts", []), theirs.get("accepts", []), strict=False):
        for member, value in ours_item.items():
            assert theirs_item[member] == value, (kind, text, member)


def agree_v1(kind, theirs, ours):
    items = zip(ours["accepts"], theirs["accepts"], strict=True) if kind == "paymentRequired" else [(ours, theirs)]
    for mine, their in items:
        assert mine["scheme"] == their["scheme"] and mine["network"] == caip2(their["network"]), (kind, mine, their)
        if "amount" in mine:
            assert mine["amount"] == their["maxAmountRequired"] and mine["resource"]["url"] == their["resource"], (
                kind,
                mine,
                their,
            )
