"""Which of a seller's offers a payment accepts."""

import json

from x402.schemas import PaymentPayload, PaymentRequirements
from x402.server_base import _payment_requirements_match_accepted

import samples as s
from jsontext import Number, write
from samples import change, drop
from sdk import PY, RS, TS, Refused, source, ts
from vectorlib import VectorFile

OFFER = s.REQUIREMENTS_2
DEAR = change(OFFER, ["amount"], "20000")
SVM = {
    "scheme": "exact",
    "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
    "amount": "1000",
    "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
    "maxTimeoutSeconds": 60,
    "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
}
DYNAMIC = [
    {"network": "solana:*", "scheme": "exact", "fields": ["recentBlockhash", "lastValidBlockHeight"]},
    {"network": "eip155:*", "scheme": "exact", "fields": []},
]


def files():
    file = VectorFile(
        "terms/matching.json",
        "terms/matching",
        "The seller's offers and what a v2 payment says it accepts: which offer it is, or none.",
    )
    file.note("Spelling", "INTEROPERABILITY", "the same terms in another spelling")
    file.note("Edited", "AUTH_BYPASS", "terms that the seller did not offer")
    file.note("Additive", "AUTH_BYPASS", "terms with additions that the seller never saw; two references accept them (W4)")
    file.note("Absent", "INTEROPERABILITY", "null, an empty object and an absent member mean one thing", ["catalogue row 43"])
    file.note("Dynamic", "INTEROPERABILITY", "members that the scheme declares to change between offer and payment")
    file.note(
        "Prototype", "PROTOTYPE_POLLUTION", "a comparison that drops `__proto__` finds different terms equal", ["catalogue row 40"]
    )
    file.note("Choice", "AUTH_BYPASS", "one offer is paid while a dearer one is named")
    return [build(file)]


RULE = (
    "scheme, network, amount and maxTimeoutSeconds equal; asset and payTo equal, on eip155 as addresses, so that letter case does not matter; "
    "`extra` equal as JSON values, except the members that the scheme declares dynamic (exact on Solana: recentBlockhash, "
    "lastValidBlockHeight); no other member. The first offer that matches is the answer. A copy that differs in anything else is not what was offered."
)


# A reader that parses the accepted terms before it compares them may say what it found there instead.
NOT_AN_ACCOUNT = ["no_matching_offer", "address_prefix", "member_grammar"]


class Cases:
    def __init__(self, group):
        self.group = group

    def says(self, offers, accepted, result):
        """The TypeScript and Python resource servers run; x402-rs compares whole structs after parsing."""
        payload = write({"x402Version": 2, "accepted": Number(accepted), "payload": {}})
        try:
            found = ts().ask("match", offers=write([Number(o) for o in offers]), payload=payload, dynamic=DYNAMIC)
            typescript = "reject" if found is None else f"accept: {found}"
        except Refused:
            typescript = "reject"
        answers = {TS: typescript, PY: python(offers, payload)}
        return answers if any(answer != result for answer in answers.values()) else None

    def accept(self, comment, offers, accepted, index, flags=(), rows=(), more=None):
        offers, accepted = [text(o) for o in offers], text(accepted)
        says = self.says(offers, accepted, f"accept: {index}")
        self.group.accept(
            comment, given(offers, accepted), {"index": index}, flags=flags, rows=rows, says=(says or {}) | more if more else says
        )

    def reject(self, comment, offers, accepted, flags=(), rows=(), more=None, reason="no_matching_offer"):
        offers, accepted = [text(o) for o in offers], text(accepted)
        says = self.says(offers, accepted, "reject")
        self.group.reject(
            comment, given(offers, accepted), reason, flags=flags, rows=rows, says=(says or {}) | more if more else says
        )


def text(value):
    return value if isinstance(value, str) else write(value)


def given(offers, accepted):
    return {"offers": offers, "accepted": accepted}


def python(offers, payload):
    try:
        models = [PaymentRequirements.model_validate_json(offer) for offer in offers]
        accepted = PaymentPayload.model_validate_json(payload).accepted
    except ValueError:
        return "reject"
    for index, offer in enumerate(models):
        fields = next(
            (d["fields"] for d in DYNAMIC if offer.network.startswith(d["network"][:-1]) and offer.scheme == d["scheme"]), None
        )
        if _payment_requirements_match_accepted(offer, accepted, fields):
            return f"accept: {index}"
    return "reject"


def build(file):
    c = Cases(file.group("spelling", source("spec2", "ts", "py"), comment=RULE))
    c.accept("the offer itself", [OFFER], OFFER, 0)
    c.accept("members in reverse order", [OFFER], dict(reversed(OFFER.items())), 0, flags=["Spelling"], rows=[38])
    c.accept(
        "members of extra in reverse order",
        [OFFER],
        change(OFFER, ["extra"], {"version": "2", "name": "USDC"}),
        0,
        flags=["Spelling"],
        rows=[38],
    )
    c.accept("white space", [OFFER], json.dumps(OFFER, indent=2), 0, flags=["Spelling"], rows=[38])
    c.accept(
        "escapes in a member's name", [OFFER], write(OFFER).replace('"amount"', '"amo\\u0075nt"'), 0, flags=["Spelling"], rows=[38]
    )
    c.accept("escapes in a text", [OFFER], write(OFFER).replace("exact", "\\u0065xact"), 0, flags=["Spelling"], rows=[38])
    lower = {**OFFER, "asset": s.USDC.lower(), "payTo": s.PAY_TO.lower()}
    c.accept("addresses in small letters: the same addresses", [OFFER], lower, 0, flags=["Spelling"], more={RS: "accept: 0"})
    c.accept("an offer in small letters, accepted with checksums", [lower], OFFER, 0, flags=["Spelling"], more={RS: "accept: 0"})
    c.accept(
        "payTo in capitals",
        [OFFER],
        change(OFFER, ["payTo"], "0x" + s.PAY_TO[2:].upper()),
        0,
        flags=["Spelling"],
        more={RS: "accept: 0"},
    )
    card = {**OFFER, "network": "fiat:visa", "asset": "USD", "payTo": "merchant"}
    c.accept("a payTo that is a role, on a network without addresses", [card], card, 0, flags=["Spelling"])
    c.reject("a role in other capitals is another role", [card], change(card, ["payTo"], "Merchant"), flags=["Edited"])
    c.reject(
        "an asset in small letters, on a network without addresses",
        [card],
        change(card, ["asset"], "usd"),
        flags=["Edited"],
        rows=[62],
    )
    c.accept(
        "a number in extra in another spelling of the same value",
        [change(OFFER, ["extra", "decimals"], 6)],
        write(change(OFFER, ["extra", "decimals"], Number("6.0"))),
        0,
        flags=["Spelling"],
        rows=[38],
    )
    c.accept(
        "a number in extra with an exponent",
        [change(OFFER, ["extra", "fee"], Number("0.5"))],
        write(change(OFFER, ["extra", "fee"], Number("5e-1"))),
        0,
        flags=["Spelling"],
        rows=[38],
    )
    c.accept(
        "minus zero and zero are one value",
        [change(OFFER, ["extra", "n"], 0)],
        write(change(OFFER, ["extra", "n"], Number("-0"))),
        0,
        flags=["Spelling"],
        rows=[38],
    )
    c.accept(
        "deep equality inside extra, keys in any order",
        [change(OFFER, ["extra", "deep"], {"a": [1, {"b": None, "c": True}], "d": "x"})],
        change(OFFER, ["extra", "deep"], {"d": "x", "a": [1, {"c": True, "b": None}]}),
        0,
        flags=["Spelling"],
        rows=[38],
    )

    c = Cases(file.group("absent, null and empty", source("map"), comment=RULE))
    none, null, empty = drop(OFFER, ["extra"]), change(OFFER, ["extra"], None), change(OFFER, ["extra"], {})
    for offered, offered_name in [(none, "absent"), (null, "null"), (empty, "empty")]:
        for accepted, name in [(none, "absent"), (null, "null"), (empty, "empty")]:
            c.accept(f"extra offered {offered_name}, accepted {name}", [offered], accepted, 0, flags=["Absent"], rows=[43])
    c.reject("extra offered, accepted without", [OFFER], none, flags=["Edited"], rows=[43, 67])
    c.reject("extra offered, accepted null", [OFFER], null, flags=["Edited"], rows=[43, 67])
    c.reject("extra offered, accepted empty", [OFFER], empty, flags=["Edited"], rows=[43, 67])
    c.reject(
        "a member of extra offered as null, accepted without it: null inside extra is a value",
        [change(OFFER, ["extra", "memo"], None)],
        OFFER,
        flags=["Edited"],
        rows=[43, 67],
    )
    c.reject(
        "a member of extra accepted as null, offered without it",
        [OFFER],
        change(OFFER, ["extra", "memo"], None),
        flags=["Additive"],
        rows=[43, 67],
        more={RS: "reject"},
    )
    c.reject(
        "a member of extra offered as null, accepted as an empty object",
        [change(OFFER, ["extra", "memo"], None)],
        change(OFFER, ["extra", "memo"], {}),
        flags=["Edited"],
        rows=[43, 67],
    )

    c = Cases(file.group("edited terms", source("spec2", "ts", "py"), comment=RULE))
    for path, value, comment, rows in [
        (["amount"], "9999", "one unit less", [57, 64]),
        (["amount"], "10001", "one unit more", [58, 64]),
        (["amount"], "100000", "ten times as much", [58, 64]),
        (["amount"], "0", "nothing", [59, 64]),
        (["payTo"], s.PAYER, "payTo is the payer", [61]),
        (["payTo"], s.PAY_TO[:-1].lower() + "d", "one digit of payTo, in small letters", [61]),
        (["asset"], "0x0000000000000000000000000000000000000001", "another token", [62]),
        (["asset"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "the same token's address on another chain", [62]),
        (["network"], "eip155:8453", "the mainnet instead of the testnet", [63]),
        (["network"], "eip155:84531", "another testnet", [63]),
        (["scheme"], "upto", "another scheme", [64]),
        (["scheme"], "Exact", "the scheme in capitals", [36, 64]),
        (["maxTimeoutSeconds"], 61, "one second more", [67]),
        (["maxTimeoutSeconds"], 59, "one second less", [67]),
        (["maxTimeoutSeconds"], 31536000, "a year", [67]),
        (["extra", "name"], "USD Coin", "the token's name", [68]),
        (["extra", "version"], "1", "the token's version", [68]),
        (["extra", "version"], 2, "the version as a number", [67, 68]),
        (["extra", "name"], "usdc", "the token's name in small letters", [68]),
        (["extra", "name"], ["USDC"], "the token's name in a list", [67, 68]),
    ]:
        c.reject(comment, [OFFER], change(OFFER, path, value), flags=["Edited"], rows=rows)
    c.reject("a member of extra left out", [OFFER], drop(OFFER, ["extra", "version"]), flags=["Edited"], rows=[67])
    c.reject(
        "a composed letter for a decomposed one in extra.name",
        [change(OFFER, ["extra", "name"], "Cafe\u0301")],
        change(OFFER, ["extra", "name"], "Café"),
        flags=["Edited"],
        rows=[42],
    )
    c.reject(
        "elements of a list in extra exchanged",
        [change(OFFER, ["extra", "l"], [1, 2])],
        change(OFFER, ["extra", "l"], [2, 1]),
        flags=["Edited"],
        rows=[67],
    )
    c.reject(
        "an element of a list in extra more",
        [change(OFFER, ["extra", "l"], [1])],
        change(OFFER, ["extra", "l"], [1, 2]),
        flags=["Edited"],
        rows=[67],
    )
    c.reject(
        "false for null inside extra",
        [change(OFFER, ["extra", "f"], None)],
        change(OFFER, ["extra", "f"], False),
        flags=["Edited"],
        rows=[67],
    )
    c.reject(
        "text for a number inside extra",
        [change(OFFER, ["extra", "n"], 1)],
        change(OFFER, ["extra", "n"], "1"),
        flags=["Edited"],
        rows=[67],
    )
    c.reject("nothing is offered", [], OFFER, flags=["Edited"], rows=[64])

    c = Cases(file.group("additions", source("map"), comment=RULE))
    for comment, accepted, rows in [
        ("a member more in extra", change(OFFER, ["extra", "memo"], "x"), [67]),
        (
            "a member more in an object inside extra",
            change(change(OFFER, ["extra", "deep"], {"a": 1}), ["extra", "deep", "b"], 2),
            [67],
        ),
        ("extra where none was offered", OFFER, [67]),
        ("an unknown member beside the known ones", {**OFFER, "note": "x"}, [37]),
        ("an unknown member that is null", {**OFFER, "note": None}, [37]),
        ("a description, which belongs into resource", {**OFFER, "description": "x"}, [37, 72]),
        ("v1's name of the amount beside the amount", {**OFFER, "maxAmountRequired": "1"}, [37]),
        ("the amount again in capitals", {**OFFER, "Amount": "1"}, [37]),
    ]:
        offer = (
            none if "where none" in comment else change(OFFER, ["extra", "deep"], {"a": 1}) if "inside extra" in comment else OFFER
        )
        # Go's reader takes two names that differ in capitals for one
        reason = ["no_matching_offer", "member_ambiguous"] if "capitals" in comment else "no_matching_offer"
        more = {RS: "reject"} if rows == [67] else None
        c.reject(comment, [offer], accepted, flags=["Additive"], rows=rows, more=more, reason=reason)
    c.reject(
        "a member named like a dynamic one of Solana, on an EVM chain",
        [OFFER],
        change(OFFER, ["extra", "recentBlockhash"], "x"),
        flags=["Additive"],
        rows=[67],
        more={RS: "reject"},
    )

    c = Cases(file.group("names with a meaning in JavaScript", source("map"), comment=RULE))
    for key, value, other in [
        ("__proto__", {"a": 1}, {"a": 2}),
        ("constructor", "x", "y"),
        ("prototype", {}, None),
        ("toString", 1, 2),
        ("hasOwnProperty", True, False),
    ]:
        offer = change(OFFER, ["extra", key], value)
        c.accept(f"{key} in extra, equal", [offer], offer, 0, flags=["Prototype"], rows=[40])
        c.reject(f"{key} in extra, different", [offer], change(OFFER, ["extra", key], other), flags=["Prototype"], rows=[40])
        c.reject(f"{key} in extra, left out", [offer], OFFER, flags=["Prototype"], rows=[40])

    nested = change(OFFER, ["extra", "list"], [{"__proto__": {"a": 1}}])
    c.accept("__proto__ in an object in a list, equal", [nested], nested, 0, flags=["Prototype"], rows=[40])
    c.reject(
        "__proto__ in an object in a list, different",
        [nested],
        change(OFFER, ["extra", "list"], [{"__proto__": {"a": 2}}]),
        flags=["Prototype"],
        rows=[40],
    )
    c.reject(
        "__proto__ in an object in a list, left out",
        [nested],
        change(OFFER, ["extra", "list"], [{}]),
        flags=["Prototype"],
        rows=[40],
    )
    c.reject(
        "__proto__ as an unknown member of the accepted terms",
        [OFFER],
        {**OFFER, "__proto__": {"amount": "1"}},
        flags=["Prototype", "Additive"],
        rows=[37, 40],
    )

    c = Cases(file.group("members that the scheme declares dynamic", source("map"), comment=RULE))
    hash_, height = "EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N", "312345678"
    with_both = change(change(SVM, ["extra", "recentBlockhash"], hash_), ["extra", "lastValidBlockHeight"], height)
    c.accept("exact on Solana, no dynamic member", [SVM], SVM, 0, flags=["Dynamic"])
    c.accept("exact on Solana, both offered and accepted as offered", [with_both], with_both, 0, flags=["Dynamic"])
    c.accept(
        "exact on Solana, a newer blockhash was offered meanwhile",
        [change(with_both, ["extra", "recentBlockhash"], "9sHcv6xwn9YkB8nxTUGKDwPwNnmqVp5oAXxU8Fdkm4J6")],
        with_both,
        0,
        flags=["Dynamic"],
        rows=[67],
    )
    c.accept(
        "exact on Solana, another height",
        [with_both],
        change(with_both, ["extra", "lastValidBlockHeight"], "312345999"),
        0,
        flags=["Dynamic"],
        rows=[67],
    )
    c.accept("exact on Solana, offered with both, accepted without", [with_both], SVM, 0, flags=["Dynamic"], rows=[67])
    c.accept("exact on Solana, offered without, accepted with both", [SVM], with_both, 0, flags=["Dynamic"], rows=[67])
    c.accept(
        "exact on Solana, offered with a blockhash and nothing else in extra",
        [change(SVM, ["extra"], {"recentBlockhash": hash_})],
        drop(SVM, ["extra"]),
        0,
        flags=["Dynamic", "Absent"],
        rows=[43],
    )
    c.reject(
        "exact on Solana, another fee payer",
        [with_both],
        change(with_both, ["extra", "feePayer"], "9hSR6S7WPtxmTojgo6GG3k4yDPecgJY292j7xrsUGWBu"),
        flags=["Edited", "Dynamic"],
        rows=[67],
    )
    c.reject(
        "exact on Solana, recentSlot belongs to another scheme",
        [SVM],
        change(SVM, ["extra", "recentSlot"], 1),
        flags=["Additive", "Dynamic"],
        rows=[67],
    )
    c.reject(
        "exact on Solana, a memo that was not asked for", [SVM], change(SVM, ["extra", "memo"], "x"), flags=["Additive"], rows=[67]
    )
    c.reject(
        "exact on Solana, an asset in other capitals is another asset",
        [SVM],
        change(SVM, ["asset"], SVM["asset"].swapcase()),
        flags=["Edited"],
        rows=[62],
        reason=NOT_AN_ACCOUNT,
    )
    c.reject(
        "exact on Solana, a payTo in small letters is another account",
        [SVM],
        change(SVM, ["payTo"], SVM["payTo"].lower()),
        flags=["Edited"],
        rows=[61],
        reason=NOT_AN_ACCOUNT,
    )

    c = Cases(file.group("several offers", source("spec2", "ts", "py"), comment=RULE))
    c.accept("the first of two", [OFFER, DEAR], OFFER, 0, flags=["Choice"], rows=[65])
    c.accept("the second of two that differ in price only", [OFFER, DEAR], DEAR, 1, flags=["Choice"], rows=[65])
    c.reject("neither price", [OFFER, DEAR], change(OFFER, ["amount"], "15000"), flags=["Choice", "Edited"], rows=[65])
    c.accept("the same offer twice: the first", [OFFER, OFFER], OFFER, 0, flags=["Choice"])
    c.accept("by network", [change(OFFER, ["network"], "eip155:8453"), SVM, OFFER], OFFER, 2, flags=["Choice"], rows=[63])
    c.accept(
        "by extra",
        [OFFER, change(OFFER, ["extra", "assetTransferMethod"], "permit2")],
        change(OFFER, ["extra", "assetTransferMethod"], "permit2"),
        1,
        flags=["Choice"],
        rows=[67],
    )
    c.accept(
        "without the addition it is the first",
        [OFFER, change(OFFER, ["extra", "assetTransferMethod"], "permit2")],
        OFFER,
        0,
        flags=["Choice"],
        rows=[67],
    )
    c.reject(
        "the price of one with the payee of the other",
        [OFFER, change(DEAR, ["payTo"], s.PAYER)],
        change(OFFER, ["payTo"], s.PAYER),
        flags=["Choice", "Edited"],
        rows=[65],
    )
    c.reject(
        "the network of one with the asset of the other",
        [OFFER, SVM],
        change(OFFER, ["asset"], SVM["asset"]),
        flags=["Choice", "Edited"],
        rows=[62, 65],
        reason=NOT_AN_ACCOUNT,
    )
    c.reject("an offer that was withdrawn", [DEAR], OFFER, flags=["Choice"], rows=[64, 66])
    return file
