"""Whole verifications of `exact` by EIP-3009: the bytes of a header, the seller's offers and a clock, to a payer or a code."""

import base64
import copy
import json

from evmfacts import (
    ANVIL0,
    ANVIL0_ADDRESS,
    ANVIL1_ADDRESS,
    BASE,
    BASE_SEPOLIA,
    CANCEL,
    EXACT_PROXY,
    RECEIVE,
    SPEC_FROM,
    SPEC_SIGNATURE,
    SPEC_TO,
    TRANSFER,
    USDC_BASE,
    USDC_BASE_SEPOLIA,
    compact,
    high_twin,
    token_domain,
)
from oracles import digest, evm_sources, outcome, published, recover, sign_digest
from vectorlib import VectorFile

NOW = 1740672100
NONCE = "0x" + "5e" * 32
OWN_TOKEN = "0x" + "44" * 20
OFFER = {
    "scheme": "exact",
    "network": "eip155:84532",
    "amount": "10000",
    "asset": USDC_BASE_SEPOLIA,
    "payTo": SPEC_TO,
    "maxTimeoutSeconds": 60,
    "extra": {"name": "USDC", "version": "2"},
}
BASE_OFFER = {**OFFER, "network": "eip155:8453", "asset": USDC_BASE, "extra": {"name": "USD Coin", "version": "2"}}
OWN_OFFER = {**OFFER, "asset": OWN_TOKEN, "extra": {"name": "Token of Mine", "version": "1"}}
OWN_DOMAIN = token_domain("Token of Mine", "1", 84532, OWN_TOKEN)
DOMAINS = {USDC_BASE_SEPOLIA: BASE_SEPOLIA, USDC_BASE: BASE, OWN_TOKEN: OWN_DOMAIN}
TRANSFER_NAME = "TransferWithAuthorization"
MARGIN = 6
LONGEST = 315_576_000


def files():
    file = VectorFile(
        "evm/exact.json",
        "evm/exact",
        "A payment of `exact` by EIP-3009 from the header's bytes to the verdict, offline and for payers with a key: which of the seller's "
        "offers it takes, who pays, how much, until when. The codes are those of reasons/codes; `now` is the only clock.",
    )
    file.note("Amount", "LOSS_OF_FUNDS", "exact means equal: neither less nor more is the price", ["catalogue rows 57 to 59"])
    file.note("Recipient", "LOSS_OF_FUNDS", "the money goes elsewhere", ["catalogue rows 60 and 61"])
    file.note("Window", "EDGE_CASE", "the token's window is open on both sides, and a settlement needs some seconds")
    file.note("Offer", "AUTH_BYPASS", "what the client says it accepted is not what the seller offers", ["catalogue rows 61 to 67"])
    file.note("Domain", "AUTH_BYPASS", "a signature for another token, chain, name or version")
    file.note("Signature", "AUTH_BYPASS", "another signer, another message, or an encoding that the token does not read")
    file.note("Order", "EDGE_CASE", "several things are wrong; the cheapest check that fails names the reason")
    accepted(file)
    amounts_and_recipients(file)
    windows(file)
    offers(file)
    domains(file)
    signatures(file)
    order(file)
    return [file]


def transfer(**changes):
    message = {
        "from": ANVIL0_ADDRESS,
        "to": SPEC_TO,
        "value": "10000",
        "validAfter": str(NOW - 600),
        "validBefore": str(NOW + 60),
        "nonce": NONCE,
    }
    return {**message, **{name.rstrip("_"): value for name, value in changes.items()}}


def signed(message, domain=BASE_SEPOLIA, types=TRANSFER):
    name = next(iter(types))
    members = {field["name"]: message[field["name"]] for field in types[name]} if types is not CANCEL else None
    members = members or {"authorizer": message["from"], "nonce": message["nonce"]}
    return sign_digest(ANVIL0, digest(domain, types, name, members))


def payment(message, signature, accepted=OFFER, version=2):
    payload = {"signature": signature, "authorization": message}
    if version == 1:
        names = {"eip155:84532": "base-sepolia", "eip155:8453": "base"}
        return {"x402Version": 1, "scheme": accepted["scheme"], "network": names[accepted["network"]], "payload": payload}
    return {"x402Version": 2, "accepted": accepted, "payload": payload}


def encoded(value):
    return base64.b64encode(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).decode()


def judge(offer, message, signature, now, domain):
    """The rules once more, over Python's integers: the reason, or none."""
    after, before = int(message["validAfter"]), int(message["validBefore"])
    if message["value"] != offer["amount"] or message["value"] == "0":
        return "eip3009_value"
    if after < before and before - now <= LONGEST and before >= now + MARGIN and after >= now:
        return "eip3009_valid_after"
    if before < now + MARGIN or after >= before or before - now > LONGEST:
        return "eip3009_valid_before"
    if message["to"].lower() != offer["payTo"].lower():
        return "eip3009_recipient"
    if len(signature) != 132 or int(signature[130:], 16) not in (27, 28):
        return "eip3009_signature"
    hashed = digest(domain, TRANSFER, TRANSFER_NAME, message)
    if outcome(lambda: recover(hashed, signature)) != message["from"]:
        return "eip3009_signature"
    return None


class Cases:
    def __init__(self, group, version=2):
        self.group, self.version = group, version

    def input(self, message, signature, offers, accepted):
        return {
            "name": "PAYMENT-SIGNATURE" if self.version == 2 else "X-PAYMENT",
            "header": encoded(payment(message, signature, accepted, self.version)),
            "offers": [json.dumps(offer, ensure_ascii=False) for offer in offers],
        }

    def accept(self, comment, message, signature=None, offers=(OFFER,), index=0, accepted=None, domain=None, rows=(), flags=(), now=NOW):
        offer = offers[index]
        domain = domain or DOMAINS[offer["asset"]]
        signature = signature or signed(message, domain)
        assert judge(offer, message, signature, now, domain) is None, (comment, judge(offer, message, signature, now, domain))
        expected = {
            "offer": index,
            "payer": message["from"],
            "amount": message["value"],
            "nonce": message["nonce"],
            "expires": message["validBefore"],
        }
        self.group.accept(comment, self.input(message, signature, offers, accepted or offer), expected, flags, rows)

    def reject(self, comment, message, reason=None, signature=None, offers=(OFFER,), accepted=None, domain=None, rows=(), flags=(), now=NOW):
        """Without a reason given, the rules above name it; with one, it is found before they are looked at."""
        domain = domain or DOMAINS[offers[0]["asset"]]
        signature = signature or signed(message, domain)
        judged = judge(offers[0], message, signature, now, domain)
        assert reason or judged, comment
        self.group.reject(comment, self.input(message, signature, offers, accepted or offers[0]), reason or judged, flags, rows)


def group(file, name, comment, now=NOW, version=2, sources=None):
    return Cases(file.group(name, sources or evm_sources(), comment, now=str(now)), version)


def accepted(file):
    spec = [published("x402 specification, exact scheme on EVM, example", "2026-06-16"), *evm_sources()]
    message = transfer(
        from_=SPEC_FROM,
        validAfter="1740672089",
        validBefore="1740672154",
        nonce="0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480",
    )
    for now, name in ((1740672090, "the first second"), (1740672148, "the last second")):
        cases = group(file, f"the specification's example in {name}", "", now=now, sources=spec)
        cases.accept("the example", message, SPEC_SIGNATURE, now=now, rows=[73])
    for now, name in ((1740672089, "a second too early"), (1740672149, "a second too late")):
        cases = group(file, f"the specification's example {name}", "", now=now, sources=spec)
        cases.reject("the example", message, signature=SPEC_SIGNATURE, now=now, flags=["Window"], rows=[46, 47, 50])
    cases = group(file, "accepted", "What every facilitator must take.")
    cases.accept("USDC on Base Sepolia", transfer())
    cases.accept("USDC on Base, which signs under another name", transfer(), offers=(BASE_OFFER,))
    cases.accept("a token that no registry knows, under the words of the seller's own offer", transfer(), offers=(OWN_OFFER,))
    cases.accept("the second of two offers", transfer(), offers=(BASE_OFFER, OFFER), index=1)
    dearer = {**OFFER, "amount": "20000"}
    cases.accept("the dearer of two offers", transfer(value="20000"), offers=(OFFER, dearer), index=1, rows=[65])
    nameless = {name: value for name, value in OFFER.items() if name != "extra"}
    cases.accept("an offer without extra: the registry knows the domain", transfer(), offers=(nameless,), rows=[68])
    spelled = {**OFFER, "payTo": SPEC_TO.lower(), "asset": USDC_BASE_SEPOLIA.lower()}
    cases.accept("addresses of the claim in lower case", transfer(), accepted=spelled, rows=[38])
    turned = dict(reversed(list(OFFER.items())))
    cases.accept("members of the claim in another order", transfer(), accepted=turned, rows=[38])
    cases.accept("valid from the beginning of time", transfer(validAfter="0"))
    cases.accept("an amount of 2^256 - 1", transfer(value=str(2**256 - 1)), offers=({**OFFER, "amount": str(2**256 - 1)},), rows=[29])
    cases.accept("a window much longer than the seller asked for", transfer(validBefore=str(NOW + 86_400)), rows=[54])
    cases = group(file, "accepted, version 1", "Version 1 says scheme and network only.", version=1)
    cases.accept("USDC on Base Sepolia", transfer())
    cases.accept("USDC on Base", transfer(), offers=(BASE_OFFER,))
    cases.accept("the offer whose amount was signed", transfer(value="20000"), offers=(OFFER, dearer), index=1, rows=[65])


def amounts_and_recipients(file):
    cases = group(file, "amounts", "The seller's price, exactly.")
    for value, rows in (("9999", [57]), ("10001", [58]), ("100000", [58]), ("0", [59]), ("1", [57]), (str(2**256 - 1), [29])):
        cases.reject(f"{value} for 10000", transfer(value=value), flags=["Amount"], rows=rows)
    cases.reject("0 for 0", transfer(value="0"), offers=({**OFFER, "amount": "0"},), flags=["Amount"], rows=[59])
    cases = group(file, "recipients", "The seller's payee.")
    for comment, to in (("somebody else", ANVIL1_ADDRESS), ("the payer", ANVIL0_ADDRESS), ("the token", USDC_BASE_SEPOLIA)):
        cases.reject(f"to {comment}", transfer(to=to), flags=["Recipient"], rows=[60])
    cases = group(file, "amounts, version 1", "", version=1)
    cases.reject("9999 for 10000", transfer(value="9999"), flags=["Amount"], rows=[57])
    dearer = {**OFFER, "amount": "20000"}
    cases.reject(
        "an amount of neither offer", transfer(value="15000"), "no_matching_offer", offers=(OFFER, dearer), flags=["Offer"], rows=[65]
    )


def windows(file):
    cases = group(file, "windows", "now > validAfter, and now + 6 <= validBefore.")
    for comment, after, before, rows in (
        ("ended a second ago", 0, NOW - 1, [46]),
        ("ends now", 0, NOW, [46]),
        ("ends in five seconds", 0, NOW + 5, [47]),
        ("begins now", NOW, NOW + 60, [50]),
        ("begins in a second", NOW + 1, NOW + 60, [49]),
        ("ends before it begins", NOW + 60, NOW + 30, [52]),
        ("ends when it begins", NOW + 30, NOW + 30, [52]),
        ("milliseconds for seconds", 0, NOW * 1000, [53]),
        ("no end", 0, 2**64 - 1, [53]),
        ("a second beyond ten years", 0, NOW + LONGEST + 1, [53]),
    ):
        cases.reject(comment, transfer(validAfter=str(after), validBefore=str(before)), flags=["Window"], rows=rows)
    for comment, after, before in (
        ("ends in six seconds", 0, NOW + 6),
        ("began a second ago", NOW - 1, NOW + 60),
        ("ends in ten years", 0, NOW + LONGEST),
    ):
        cases.accept(comment, transfer(validAfter=str(after), validBefore=str(before)), flags=["Window"])


def offers(file):
    cases = group(file, "offers", "The claim is compared with the seller's offers, in every member.")

    def reject(comment, changes, rows, message=None):
        claim = copy.deepcopy(OFFER)
        for name, value in changes.items():
            claim[name] = value
        cases.reject(comment, message or transfer(), "no_matching_offer", accepted=claim, flags=["Offer"], rows=rows)

    reject("another amount, signed for", {"amount": "1"}, [64, 65], transfer(value="1"))
    reject("another payee, signed to", {"payTo": ANVIL1_ADDRESS}, [61], transfer(to=ANVIL1_ADDRESS))
    reject("another token", {"asset": OWN_TOKEN}, [62])
    reject("another timeout", {"maxTimeoutSeconds": 61}, [67])
    reject("another scheme", {"scheme": "Exact"}, [36])
    reject("another name in extra", {"extra": {"name": "USD Coin", "version": "2"}}, [67, 68])
    reject("a member more in extra", {"extra": {"name": "USDC", "version": "2", "more": "x"}}, [67])
    reject("no extra", {"extra": {}}, [67])
    reject("a member more", {"more": "x"}, [37])
    cases.reject("no offers", transfer(), "no_matching_offer", offers=(BASE_OFFER,), accepted=OFFER, domain=BASE_SEPOLIA, flags=["Offer"], rows=[63, 64])


def domains(file):
    cases = group(file, "domains", "The registry knows how a token signs; the seller's offer may repeat it and not contradict it.")

    def offer(base=OFFER, **extra):
        return {**base, "extra": extra}

    for comment, given, reason in (
        ("the offer gives another name", offer(name="USD Coin", version="2"), "token_name_mismatch"),
        ("the offer gives another version", offer(name="USDC", version="1"), "token_version_mismatch"),
        ("an unknown token without a version", offer(OWN_OFFER, name="Token of Mine"), "missing_eip712_domain"),
        ("an unknown token without a name", offer(OWN_OFFER, version="1"), "missing_eip712_domain"),
    ):
        cases.reject(comment, transfer(), reason, offers=(given,), flags=["Domain"], rows=[68, 83, 84])
    for comment, domain, rows in (
        ("signed for Base", BASE, [85]),
        ("signed under the name USD Coin", {**BASE_SEPOLIA, "name": "USD Coin"}, [83]),
        ("signed under version 1", {**BASE_SEPOLIA, "version": "1"}, [84]),
        ("signed for another contract", {**BASE_SEPOLIA, "verifyingContract": EXACT_PROXY}, [86]),
        ("signed without a version", {name: value for name, value in BASE_SEPOLIA.items() if name != "version"}, [87]),
    ):
        cases.reject(comment, transfer(), signature=signed(transfer(), domain), flags=["Domain"], rows=rows)


def signatures(file):
    cases = group(file, "signatures", "65 bytes, v 27 or 28, low s, by the payer, over this message.")
    good = signed(transfer())
    v = int(good[130:], 16)
    for comment, signature, rows in (
        ("the high twin", high_twin(good), [76]),
        ("the other parity", good[:130] + f"{55 - v:02x}", [78]),
        ("a bare parity", good[:130] + f"{v - 27:02x}", [77]),
        ("v of EIP-155", good[:130] + f"{v + 8 + 2 * 84532 & 0xFF:02x}", [78]),
        ("64 bytes", compact(good), [79]),
        ("66 bytes", good + "00", [80]),
        ("empty", "0x", [80]),
        ("r is zero", "0x" + "00" * 32 + good[66:], [81]),
        ("s is zero", good[:66] + "00" * 32 + good[130:], [81]),
        ("the last bit of r", good[:65] + f"{int(good[65], 16) ^ 1:x}" + good[66:], [74]),
        ("the last bit of s", good[:129] + f"{int(good[129], 16) ^ 1:x}" + good[130:], [74]),
        ("over ReceiveWithAuthorization", signed(transfer(), types=RECEIVE), [89]),
        ("over CancelAuthorization", signed(transfer(), types=CANCEL), [89]),
    ):
        cases.reject(comment, transfer(), "eip3009_signature", signature=signature, flags=["Signature"], rows=rows)
    for comment, changes in (
        ("another payer", {"from_": ANVIL1_ADDRESS}),
        ("another nonce", {"nonce": "0x" + "5f" * 32}),
        ("another beginning", {"validAfter": str(NOW - 601)}),
        ("another end", {"validBefore": str(NOW + 61)}),
    ):
        cases.reject(f"{comment} than was signed", transfer(**changes), signature=good, flags=["Signature"], rows=[74, 75])
    cases = group(file, "signatures, version 1", "", version=1)
    cases.reject("another nonce than was signed", transfer(nonce="0x" + "5f" * 32), signature=good, flags=["Signature"], rows=[74])


def order(file):
    cases = group(file, "several faults", "Offer, amount, window, recipient, domain, signature.")
    junk = "0x" + "01" * 65
    late = {"validBefore": str(NOW - 1)}
    cases.reject("everything", transfer(value="1", to=ANVIL1_ADDRESS, **late), "no_matching_offer", signature=junk, accepted={**OFFER, "amount": "1"}, flags=["Order"])
    cases.reject("amount, window, recipient, signature", transfer(value="1", to=ANVIL1_ADDRESS, **late), "eip3009_value", signature=junk, flags=["Order"])
    cases.reject("window, recipient, signature", transfer(to=ANVIL1_ADDRESS, **late), "eip3009_valid_before", signature=junk, flags=["Order"])
    cases.reject("recipient, domain, signature", transfer(to=ANVIL1_ADDRESS), "eip3009_recipient", signature=junk, offers=({**OFFER, "extra": {"name": "USD Coin", "version": "2"}},), flags=["Order"])
    cases.reject("domain, signature", transfer(), "token_name_mismatch", signature=junk, offers=({**OFFER, "extra": {"name": "USD Coin", "version": "2"}},), flags=["Order"])
