"""What is paid, and what is wrong with it; what the official facilitator of Python says.

A case makes a payment with the official client and may change it. It is verified and settled directly, and another one like it buys at
the shop. What a case expects is each whole answer, with how much money moved.
"""

import re
import time

from chain import Chain, known
from parties import CEILING, PAYEE, PRICE, Buyer, HTTPFacilitatorClientSync, FacilitatorConfig, sign
from x402.http.utils import decode_payment_required_header, decode_payment_response_header

STRANGER = known(7)


class Counter:
    """Asks one facilitator, directly and through a shop."""

    def __init__(self, chain: Chain, facilitator_url, shop_url):
        self.chain = chain
        self.facilitator = HTTPFacilitatorClientSync(FacilitatorConfig(url=facilitator_url))
        self.shop_url = shop_url

    def verify(self, buyer, payment, terms):
        def ask():
            answer = self.facilitator.verify(payment, terms)
            return ("valid" if answer.is_valid else f"refused: {code(answer.invalid_reason)}"), None

        return self.measured(buyer, payment, ask)

    def settle(self, buyer, payment, terms):
        def ask():
            answer = self.facilitator.settle(payment, terms)
            return ("settled", answer) if answer.success else (f"failed: {code(answer.error_reason)}", None)

        return self.measured(buyer, payment, ask)

    def shop(self, buyer, payment, url):
        def ask():
            response = buyer.buy(url, payment)
            settled = response.headers.get("PAYMENT-RESPONSE")
            receipt = decode_payment_response_header(settled) if settled else None
            # the work is handed over when it is paid for, and only then
            assert (response.status_code == 200) == (response.text == "word") == bool(receipt and receipt.success)
            if receipt is None:
                return f"{response.status_code}: {code(decode_payment_required_header(response.headers['PAYMENT-REQUIRED']).error)}", None
            if not receipt.success:
                return f"{response.status_code} after the work: {code(receipt.error_reason)}", None
            return "200", receipt

        return self.measured(buyer, payment, ask)

    def measured(self, buyer, payment, ask):
        """What an ask says, and what it moved. A receipt has to be true."""
        held, had = self.chain.balance(buyer.address), self.chain.balance(PAYEE)
        try:
            said, receipt = ask()
        except ValueError as error:
            said, receipt = "error " + re.search(r"failed \((\d{3})\)", str(error)).group(1), None
        moved = self.chain.balance(PAYEE) - had
        assert held - self.chain.balance(buyer.address) == moved
        if receipt:
            inner = payment.payload
            signed = inner["authorization"]["value"] if "authorization" in inner else inner["permit2Authorization"]["permitted"]["amount"]
            value = int(receipt.amount or signed)
            assert receipt.payer == buyer.address and receipt.network == payment.accepted.network
            if value:
                self.chain.proves(receipt.transaction, buyer.address, PAYEE, value)
            else:
                assert receipt.transaction == ""
        return f"{said}, {moved} moved" if moved else said


def code(reason):
    """A reason without what some append to it for people."""
    return reason.split(":")[0]


def paid(amount):
    return {"verify": "valid", "settle": f"settled, {amount} moved", "shop": f"200, {amount} moved"}


def refused(reason, settle=None):
    return {"verify": f"refused: {reason}", "settle": f"failed: {settle or reason}", "shop": f"402: {reason}"}


def until(seconds):
    def change(inner):
        at = str(int(time.time()) + seconds)
        if "authorization" in inner:
            inner["authorization"]["validBefore"] = at
        else:
            inner["permit2Authorization"]["deadline"] = at

    return change


def since(seconds):
    def change(inner):
        at = str(int(time.time()) + seconds)
        if "authorization" in inner:
            inner["authorization"]["validAfter"] = at
        else:
            inner["permit2Authorization"]["witness"]["validAfter"] = at

    return change


def recipient(inner):
    (inner.get("authorization") or inner["permit2Authorization"]["witness"])["to"] = STRANGER.address


def value(by):
    def change(inner):
        place, name = (inner["authorization"], "value") if "authorization" in inner else (inner["permit2Authorization"]["permitted"], "amount")
        place[name] = str(int(place[name]) + by)

    return change


FORGED = {"signer": STRANGER}
EIP3009 = "invalid_exact_evm_payload_authorization_"
BALANCE = "invalid_exact_evm_insufficient_balance"
EXCEEDS = "invalid_upto_evm_payload_settlement_exceeds_amount"

CASES = [
    ("/eip3009", "a payment", paid(PRICE), {}),
    ("/eip3009", "signed by somebody else", refused("invalid_exact_evm_payload_signature"), FORGED),
    ("/eip3009", "expired", refused(EIP3009 + "valid_before"), {"change": until(-1)}),
    ("/eip3009", "not valid yet", refused(EIP3009 + "valid_after"), {"change": since(60)}),
    ("/eip3009", "pays somebody else", refused("invalid_exact_evm_payload_recipient_mismatch"), {"change": recipient}),
    ("/eip3009", "pays too little", refused(EIP3009 + "value_mismatch"), {"change": value(-1)}),
    ("/eip3009", "pays too much", refused(EIP3009 + "value_mismatch"), {"change": value(1)}),
    ("/eip3009", "a payer with too little", refused(BALANCE, settle="transaction_failed"), {"funds": PRICE - 1}),
    ("/permit2", "a payment", paid(PRICE), {}),
    ("/permit2", "signed by somebody else", refused("invalid_permit2_signature"), FORGED),
    ("/permit2", "expired", refused("permit2_deadline_expired"), {"change": until(-1)}),
    ("/permit2", "not valid yet", refused("permit2_not_yet_valid"), {"change": since(60)}),
    ("/permit2", "pays somebody else", refused("invalid_permit2_recipient_mismatch"), {"change": recipient}),
    ("/permit2", "pays too little", refused("permit2_amount_mismatch"), {"change": value(-1)}),
    # unlike TypeScript's, this server answers with 402 here too, and not with 412
    ("/permit2", "Permit2 is not approved", refused("permit2_allowance_required"), {"approved": False}),
    ("/permit2", "a payer with too little", refused(BALANCE), {"funds": PRICE - 1}),
    ("/upto", "a third of the ceiling", paid(30_000), {"charge": 30_000}),
    ("/upto", "the ceiling", paid(CEILING), {}),
    ("/upto", "nothing", {"verify": "valid", "settle": "settled", "shop": "200"}, {"charge": 0}),
    (
        "/upto",
        "more than the ceiling",
        {"verify": "valid", "settle": f"failed: {EXCEEDS}", "shop": f"402 after the work: {EXCEEDS}"},
        {"charge": CEILING + 1},
    ),
    ("/upto", "signed by somebody else", refused("invalid_permit2_signature"), FORGED),
    ("/upto", "expired", refused("permit2_deadline_expired"), {"change": until(-1)}),
    (
        "/upto",
        "Permit2 is not approved",
        refused("permit2_allowance_required", settle="invalid_upto_evm_transaction_failed"),
        {"approved": False},
    ),
]


def run(counter, route, change=None, signer=None, funds=1_000_000, approved=True, charge=None):
    buyer = Buyer(counter.chain, counter.chain.buyer(funds, approved and route != "/eip3009"))
    url = counter.shop_url + route

    def make():
        payment = buyer.payment(url)
        if change:
            change(payment.payload)
        if change or signer:
            sign(payment, signer or buyer.account)
        return payment

    payment = make()
    charged = payment.accepted if charge is None else payment.accepted.model_copy(update={"amount": str(charge)})
    said = {
        "verify": counter.verify(buyer, payment, payment.accepted),
        "settle": counter.settle(buyer, payment, charged),
    }
    said["shop"] = counter.shop(buyer, make(), url if charge is None else f"{url}?charge={charge}")
    return said
