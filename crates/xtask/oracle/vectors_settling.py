"""What a facilitator says of a settlement to a seller, and a seller to a buyer: whether it is the answer to that payment."""

import re

from evmfacts import UPTO_PROXY
from samples import EXACT, PAYER, PAYMENT_1, PAYMENT_2, PAY_TO, PERMIT2, REQUIREMENTS_2, SETTLED_1, SETTLED_2, SIGNATURE, TRANSACTION, change, drop, text
from sdk import source
from vectorlib import VectorFile

OTHER = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C"
NAMES = {"base-sepolia": "eip155:84532", "base": "eip155:8453"}
CEILING = change(REQUIREMENTS_2, ["scheme"], "upto")
CEILED = {
    "signature": SIGNATURE,
    "permit2Authorization": {
        **PERMIT2["permit2Authorization"],
        "spender": UPTO_PROXY,
        "witness": {"to": PAY_TO, "facilitator": OTHER, "validAfter": "1740672089"},
    },
}
SOLANA = {
    "scheme": "exact",
    "network": "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
    "amount": "10000",
    "asset": "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU",
    "payTo": "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4",
    "maxTimeoutSeconds": 60,
    "extra": {"feePayer": "EwWqGE4ZFKLofuestmU4LDdK7XM1N4ALgdZccwYugwGd"},
}
BATCH = change(REQUIREMENTS_2, ["scheme"], "batch-settlement")
FREE = change(REQUIREMENTS_2, ["amount"], "0")


def payment(offer, payload):
    return {"x402Version": 2, "accepted": offer, "payload": payload}


def files():
    file = VectorFile(
        "terms/answer.json",
        "terms/answer",
        "Whether what somebody says of a settlement is the answer to the one that was asked for: what was charged, and in which transaction.",
    )
    file.note("Another", "MISSING_CHECK", "success of something else is taken for success of this payment: content for nothing", ["catalogue row 136"])
    file.note("Failed", "MISSING_CHECK", "a settlement that failed is served as paid", ["catalogue row 133"])
    seller = "what a seller asked a facilitator: the offer names network and charge, the payment the payer"
    buyer = "what a buyer hears: the payment that was signed is all it goes by"
    rules = [
        ("exact, asked by a seller", seller, 2, PAYMENT_2, REQUIREMENTS_2, "eip155:84532", PAYER, 10000, False, SETTLED_2),
        ("exact of version 1, asked by a seller", seller, 1, PAYMENT_1, REQUIREMENTS_2, "eip155:84532", PAYER, 10000, False, SETTLED_1),
        ("upto, asked by a seller", f"{seller}; the charge is what it names", 2, payment(CEILING, CEILED), change(CEILING, ["amount"], "7000"), "eip155:84532", PAYER, 7000, False, SETTLED_2),
        ("another scheme, asked by a seller", f"{seller}; what it names may be a ceiling", 2, payment(BATCH, {"any": "0x"}), BATCH, "eip155:84532", None, 10000, True, SETTLED_2),
        ("exact, heard by a buyer", buyer, 2, PAYMENT_2, None, "eip155:84532", PAYER, 10000, False, SETTLED_2),
        ("exact of version 1, heard by a buyer", buyer, 1, PAYMENT_1, None, "eip155:84532", PAYER, 10000, False, SETTLED_1),
        ("exact by Permit2, heard by a buyer", buyer, 2, payment(REQUIREMENTS_2, PERMIT2), None, "eip155:84532", PAYER, 10000, False, SETTLED_2),
        ("upto, heard by a buyer", f"{buyer}; the permit is a ceiling", 2, payment(CEILING, CEILED), None, "eip155:84532", PAYER, 10000, True, SETTLED_2),
        ("nothing to pay, asked by a seller", seller, 2, payment(FREE, change(EXACT, ["authorization", "value"], "0")), FREE, "eip155:84532", PAYER, 0, False, SETTLED_2),
        ("exact on Solana, asked by a seller", seller, 2, payment(SOLANA, {"transaction": "AA=="}), SOLANA, SOLANA["network"], None, 10000, False,
         {"success": True, "transaction": "5" * 88, "network": SOLANA["network"], "payer": SOLANA["payTo"]}),
    ]
    for name, comment, version, paid, offer, network, payer, most, is_ceiling, base in rules:
        parameters = {"version": version, "payment": text(paid)} | ({"offer": text(offer)} if offer else {})
        group = file.group(name, source(f"spec{version}", "map"), comment=comment, **parameters)
        answers(Cases(group, network, payer, most, is_ceiling), base)
    return [file]


class Cases:
    """The verdict, by whole numbers and regular expressions."""

    def __init__(self, group, network, payer, most, is_ceiling):
        self.group, self.network, self.payer, self.most, self.is_ceiling = group, network, payer, most, is_ceiling

    def judge(self, answer):
        if not answer["success"]:
            return "answer_not_settled", None
        if NAMES.get(answer["network"], answer["network"]) != self.network:
            return "answer_network", None
        named = answer.get("payer")
        mixed = named is not None and named[2:] not in (named[2:].lower(), named[2:].upper())
        if self.payer and named is not None and (named.lower() != self.payer.lower() or (mixed and named != self.payer)):
            return "answer_payer", None
        charged = int(answer["amount"]) if answer.get("amount") else self.most
        if charged > self.most or (charged < self.most and not self.is_ceiling):
            return "answer_amount", None
        kinds = {"eip155": "0x[0-9a-fA-F]{64}", "solana": "[1-9A-HJ-NP-Za-km-z]{64,88}"}
        transaction = answer["transaction"]
        fits = charged == 0 if transaction == "" else re.fullmatch(kinds[self.network.split(":")[0]], transaction)
        return (None, charged) if fits else ("answer_transaction", None)

    def add(self, comment, answer, flag=None, rows=()):
        reason, charged = self.judge(answer)
        flags = [flag] if flag and reason else []
        if reason:
            self.group.reject(comment, {"text": text(answer)}, reason, flags=flags, rows=rows)
        else:
            self.group.accept(comment, {"text": text(answer)}, {"transaction": answer["transaction"], "charged": str(charged)}, rows=rows)


def answers(c, base):
    another, failed = "Another", "Failed"
    c.add("what was asked for", base)
    c.add("without a payer, which version 2 allows", drop(base, ["payer"]))
    c.add("a payer in small letters", {**base, "payer": base["payer"].lower()} if c.network.startswith("eip155") else {**base, "payer": PAYER}, another, [136])
    c.add("another payer", {**base, "payer": OTHER}, another, [136])
    c.add("no payer at all, as text", {**base, "payer": ""}, another, [136])
    c.add("the payer with a letter in the wrong case", {**base, "payer": PAYER[:4] + PAYER[4:].swapcase()}, another, [136])
    for network, comment in [("base-sepolia", "the network as version 1 calls it"), ("eip155:84532", "the network as version 2 calls it")]:
        if network != base["network"]:
            c.add(comment, {**base, "network": network}, another)
    for network, comment in [("eip155:8453", "another network"), ("base", "another network by its name in version 1"), ("eip155:1", "the main network")]:
        c.add(comment, {**base, "network": network}, another, [136])
    c.add("an amount that is empty", {**base, "amount": ""})
    for amount in sorted({0, 1, c.most - 1, c.most, c.most + 1, 2**256 - 1} - {-1}):
        c.add(f"{amount} charged", {**base, "amount": str(amount)}, another, [136])
    c.add("nothing charged, and no transaction", {**base, "amount": "0", "transaction": ""}, another, [136])
    c.add("no transaction", {**base, "transaction": ""}, another, [136])
    for transaction, comment in [
        (TRANSACTION[:-1], "63 digits"),
        (TRANSACTION + "0", "65 digits"),
        (TRANSACTION[2:], "without its prefix"),
        ("0X" + TRANSACTION[2:], "with a large prefix"),
        (TRANSACTION[:-1] + "g", "with a letter that is no digit"),
        (TRANSACTION[:2] + TRANSACTION[2:].upper(), "in capitals"),
        (" " + TRANSACTION[:-1], "behind a space"),
        (TRANSACTION[:-1] + "\n", "with a line feed"),
        ("pending", "a word"),
        ("0x" + "0" * 64, "all zeros, which nobody can rule out"),
        ("4" * 64, "64 symbols of base58"),
        ("4" * 63, "63 symbols of base58"),
        ("4" * 89, "89 symbols of base58"),
        ("4" * 87 + "0", "88 symbols, one of them not of base58"),
    ]:
        c.add(f"a transaction {comment}", {**base, "transaction": transaction}, another, [136])
    c.add("it failed", {"success": False, "errorReason": "insufficient_funds", "transaction": "", "network": base["network"]}, failed, [133])
    c.add("it failed, in a transaction", {**base, "success": False, "errorReason": "invalid_transaction_state"}, failed, [133])
    c.add("it is not over", {**base, "success": False, "errorReason": "settlement_pending"}, failed, [133])
    c.add("it failed for no reason", {**base, "success": False}, failed, [133])
    c.add("members that nobody knows", {**base, "confirmations": 12})
