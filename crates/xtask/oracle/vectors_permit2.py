"""Whole verifications by Permit2, `exact` and `upto`: the bytes of a header, the seller's offers and a clock, to a payer or a code."""

import copy
import json

from evmfacts import (
    ANVIL0,
    ANVIL0_ADDRESS,
    ANVIL1_ADDRESS,
    EXACT_PERMIT2,
    EXACT_PROXY,
    PERMIT2,
    SPEC_SIGNATURE,
    SPEC_TO,
    UPTO_PERMIT2,
    UPTO_PROXY,
    USDC_BASE_SEPOLIA,
    compact,
    high_twin,
    permit2_domain,
)
from oracles import digest, evm_sources, outcome, recover, sign_digest
from vectorlib import VectorFile
from vectors_exact import encoded

NOW = 1740672100
NONCE = str(int("5e" * 32, 16))
FACILITATOR = ANVIL1_ADDRESS
MARGIN = 6
LONGEST = 315_576_000
DOMAIN = permit2_domain(84532)
OTHER_TOKEN = "0x" + "44" * 20


class Method:
    """What differs between `exact` and `upto`."""

    def __init__(self, scheme, proxy, types, witness):
        self.scheme, self.proxy, self.types, self.witness = scheme, proxy, types, witness

    def offer(self, **changes):
        extra = {"assetTransferMethod": "permit2"}
        if self.scheme == "upto":
            extra["facilitatorAddress"] = FACILITATOR
        offer = {
            "scheme": self.scheme,
            "network": "eip155:84532",
            "amount": "10000",
            "asset": USDC_BASE_SEPOLIA,
            "payTo": SPEC_TO,
            "maxTimeoutSeconds": 60,
            "extra": extra,
        }
        return {**offer, **changes}

    def permit(self, **changes):
        permit = {
            "permitted": {"token": USDC_BASE_SEPOLIA, "amount": "10000"},
            "spender": self.proxy,
            "nonce": NONCE,
            "deadline": str(NOW + 60),
            "witness": {"to": SPEC_TO, **self.witness, "validAfter": "0"},
        }
        result = copy.deepcopy(permit)
        for name, value in changes.items():
            result[name] = {**result[name], **value} if isinstance(value, dict) else value
        return result

    def sign(self, permit, domain=DOMAIN):
        return sign_digest(ANVIL0, digest(domain, self.types, "PermitWitnessTransferFrom", permit))


EXACT = Method("exact", EXACT_PROXY, EXACT_PERMIT2, {})
UPTO = Method("upto", UPTO_PROXY, UPTO_PERMIT2, {"facilitator": FACILITATOR})


def judge(method, offer, permit, signature, now):
    """The rules once more, over Python's integers: the reason, or none."""
    after, until = int(permit["witness"]["validAfter"]), int(permit["deadline"])
    if method is UPTO and permit["witness"]["facilitator"].lower() != offer["extra"]["facilitatorAddress"].lower():
        return "upto_facilitator"
    if permit["spender"] != method.proxy:
        return "permit2_spender"
    if permit["permitted"]["amount"] != offer["amount"] or offer["amount"] == "0":
        return "permit2_amount"
    if after > until or until < now + MARGIN or until - now > LONGEST:
        return "permit2_deadline"
    if after > now:
        return "permit2_valid_after"
    if permit["permitted"]["token"].lower() != offer["asset"].lower():
        return "permit2_token"
    if permit["witness"]["to"].lower() != offer["payTo"].lower():
        return "permit2_recipient"
    if len(signature) not in (130, 132) or (len(signature) == 132 and int(signature[130:], 16) not in (27, 28)):
        return "permit2_signature"
    full = signature if len(signature) == 132 else expanded(signature)
    if outcome(lambda: recover(digest(DOMAIN, method.types, "PermitWitnessTransferFrom", permit), full)) != ANVIL0_ADDRESS:
        return "permit2_signature"
    return None


def expanded(signature):
    s = int(signature[66:], 16)
    return f"{signature[:66]}{s & ~(1 << 255):064x}{27 + (s >> 255):02x}"


class Cases:
    def __init__(self, group, method):
        self.group, self.method = group, method

    def input(self, permit, signature, offers, accepted, payer):
        payload = {"signature": signature, "permit2Authorization": {"from": payer, **permit}}
        payment = {"x402Version": 2, "accepted": accepted, "payload": payload}
        return {"name": "PAYMENT-SIGNATURE", "header": encoded(payment), "offers": [json.dumps(offer) for offer in offers]}

    def accept(self, comment, permit, signature=None, offer=None, rows=(), flags=(), now=NOW):
        offer, signature = offer or self.method.offer(), signature or self.method.sign(permit)
        assert judge(self.method, offer, permit, signature, now) is None, comment
        expected = {
            "offer": 0,
            "payer": ANVIL0_ADDRESS,
            "amount": permit["permitted"]["amount"],
            "nonce": f"0x{int(permit['nonce']):064x}",
            # the permit is still good at its deadline
            "expires": str(int(permit["deadline"]) + 1),
        }
        self.group.accept(comment, self.input(permit, signature, [offer], offer, ANVIL0_ADDRESS), expected, flags, rows)

    def reject(self, comment, permit, reason=None, signature=None, offer=None, payer=ANVIL0_ADDRESS, rows=(), flags=(), now=NOW):
        offer, signature = offer or self.method.offer(), signature or self.method.sign(permit)
        judged = reason or judge(self.method, offer, permit, signature, now)
        assert judged, comment
        self.group.reject(comment, self.input(permit, signature, [offer], offer, payer), judged, flags, rows)


def files():
    return [write(EXACT, "evm/exact-permit2.json", "evm/exact"), write(UPTO, "evm/upto.json", "evm/upto")]


def write(method, path, feature):
    file = VectorFile(
        path,
        feature,
        f"A payment of `{method.scheme}` by Permit2 from the header's bytes to the verdict, offline and for payers with a key. `amount` is the "
        "price of `exact` and the ceiling of `upto`; `expires` is the first second at which the permit is worthless.",
    )
    file.note("Amount", "LOSS_OF_FUNDS", "what was signed is not what was asked, neither less nor more", ["catalogue rows 57 to 59"])
    file.note("Party", "AUTH_BYPASS", "another recipient, token, spender or facilitator", ["catalogue rows 60, 93, 95 and 164"])
    file.note("Window", "EDGE_CASE", "the proxy's window is closed on both sides, and a settlement needs some seconds")
    file.note("Signature", "AUTH_BYPASS", "another signer, domain or message, or an encoding that is not read")
    good = method.permit()

    def cases(name, comment):
        return Cases(file.group(name, evm_sources(), comment, now=str(NOW)), method)

    group = cases("accepted", "What every facilitator must take.")
    group.accept("a permit", good)
    group.accept("in 64 bytes", good, signature=compact(method.sign(good)), rows=[79])
    group.accept("valid from now on", method.permit(witness={"validAfter": str(NOW)}), flags=["Window"], rows=[51])
    group.accept("ends in six seconds", method.permit(deadline=str(NOW + 6)), flags=["Window"], rows=[51])
    group.accept("nonce 0", method.permit(nonce="0"))
    group.accept("the greatest nonce", method.permit(nonce=str(2**256 - 1)))
    other = method.offer(asset=OTHER_TOKEN)
    group.accept("a token that no registry knows: Permit2 moves any", method.permit(permitted={"token": OTHER_TOKEN}), offer=other)
    if method is EXACT:
        group.accept("an offer that names no method", good, offer=method.offer(extra={"name": "USDC", "version": "2"}))

    group = cases("amounts", "The seller's price or ceiling, exactly.")
    for value, rows in (("9999", [57]), ("10001", [58]), ("0", [59]), (str(2**256 - 1), [29])):
        group.reject(f"{value} for 10000", method.permit(permitted={"amount": value}), flags=["Amount"], rows=rows)

    group = cases("parties", "Recipient, token, spender, facilitator.")
    group.reject("another recipient", method.permit(witness={"to": ANVIL1_ADDRESS}), flags=["Party"], rows=[60])
    group.reject("another token", method.permit(permitted={"token": OTHER_TOKEN}), flags=["Party"], rows=[62, 93])
    wrong = UPTO_PROXY if method is EXACT else EXACT_PROXY
    group.reject("the other scheme's proxy as spender", method.permit(spender=wrong), flags=["Party"], rows=[93, 95])
    group.reject("Permit2 itself as spender", method.permit(spender=PERMIT2), flags=["Party"], rows=[93])
    group.reject("the payee as spender", method.permit(spender=SPEC_TO), flags=["Party"], rows=[93])
    if method is UPTO:
        group.reject("another facilitator", method.permit(witness={"facilitator": SPEC_TO}), flags=["Party"], rows=[164])
    method_named = "unsupported_payload_type"
    if method is EXACT:
        by_token = method.offer(extra={"name": "USDC", "version": "2", "assetTransferMethod": "eip3009"})
        group.reject("an offer by EIP-3009", good, method_named, offer=by_token, flags=["Party"], rows=[93])

    group = cases("windows", "now >= validAfter, and now + 6 <= deadline.")
    for comment, after, until, rows in (
        ("ended a second ago", 0, NOW - 1, [46]),
        ("ends in five seconds", 0, NOW + 5, [47]),
        ("begins in a second", NOW + 1, NOW + 60, [49]),
        ("ends before it begins", NOW + 60, NOW + 30, [52]),
        ("milliseconds for seconds", 0, NOW * 1000, [53]),
        ("no end", 0, 2**64 - 1, [53]),
    ):
        permit = method.permit(deadline=str(until), witness={"validAfter": str(after)})
        group.reject(comment, permit, flags=["Window"], rows=rows)

    group = cases("signatures", "By the payer, over this permit, in the domain of Permit2.")
    signature = method.sign(good)
    v = int(signature[130:], 16)
    others = {"exact": UPTO, "upto": EXACT}[method.scheme]
    for comment, given, rows in (
        ("the high twin", high_twin(signature), [76]),
        ("the other parity", signature[:130] + f"{55 - v:02x}", [78]),
        ("a bare parity", signature[:130] + f"{v - 27:02x}", [77]),
        ("66 bytes", signature + "00", [80]),
        ("empty", "0x", [80]),
        ("the specification's sample, which is another message's", SPEC_SIGNATURE, [94]),
        ("on another chain", method.sign(good, permit2_domain(8453)), [85]),
        ("in a domain with a version", method.sign(good, {**DOMAIN, "version": "1"}), [87]),
        ("over another nonce", method.sign(method.permit(nonce="1")), [74]),
        ("over another deadline", method.sign(method.permit(deadline=str(NOW + 61))), [74]),
        ("over another beginning", method.sign(method.permit(witness={"validAfter": "1"})), [74]),
        ("over the other scheme's permit", others.sign(others.permit()), [93, 95]),
    ):
        group.reject(comment, good, "permit2_signature", signature=given, flags=["Signature"], rows=rows)
    group.reject("said to be another's", good, "permit2_signature", payer=ANVIL1_ADDRESS, flags=["Signature"], rows=[75])
    return file
