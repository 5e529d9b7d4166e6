"""Whole authorizations: a domain, a message, a signature, and the account that is said to have signed."""

from evmfacts import (
    ANVIL0,
    ANVIL0_ADDRESS,
    ANVIL1,
    ANVIL1_ADDRESS,
    BASE,
    BASE_SEPOLIA,
    CANCEL,
    DEPOSIT,
    EXACT_PERMIT,
    EXACT_PERMIT2,
    EXACT_PROXY,
    FULL_WORD,
    GAS_PERMIT,
    KNOWN_SIGNATURES,
    MAX,
    OFFER,
    OFFER_DOMAIN,
    PERMIT,
    RECEIPT,
    RECEIPT_DOMAIN,
    RECEIVE,
    SPEC_DIGEST,
    SPEC_FROM,
    SPEC_GAS_PERMIT,
    SPEC_OFFER,
    SPEC_PERMIT,
    SPEC_RECEIPT,
    SPEC_SIGNATURE,
    SPEC_TO,
    SPEC_TRANSFER,
    TRANSFER,
    UPTO_PERMIT,
    UPTO_PERMIT2,
    UPTO_PROXY,
    USDC_BASE,
    ZERO_ADDRESS,
    ZERO_WORD,
    changed,
    compact,
    fields,
    high_twin,
    join,
    permit2_domain,
    sign_in_text,
    split,
)
from oracles import abi, digest, evm_sources, personal_hash, published, recover, says_of_recovery, sign_digest, sign_personal, viem
from vectorlib import VectorFile

SEPOLIA_PERMIT2 = permit2_domain(84532)
ANVIL0_TRANSFER = changed(SPEC_TRANSFER, from_=ANVIL0_ADDRESS)


def files():
    file = VectorFile(
        "evm/authorization.json",
        "evm/authorization",
        "A signed message and the account that is said to have signed it. `signer` is that claim: `from` of an EIP-3009 authorization, `owner` of "
        "an EIP-2612 permit, and for Permit2 the payload's `from`, which the message itself does not hold. Accepted if the signature is "
        "canonical and the signer's. Messages are written as in evm/message; `says` tells whose signature it is instead.",
    )
    genuine(file)
    other_members(file)
    other_domains(file)
    other_types(file)
    reused_sample(file)
    other_signers(file)
    other_bytes(file)
    return [file]


class Authorizations:
    def __init__(self, group):
        self.group = group

    def accept(self, comment, domain, types, message, signature, signer, form="eip3009", flags=(), rows=(), key=None):
        hashed = digest(domain, types, next(iter(types)), message)
        canonical = self.canonical(signature)
        if key:
            asked = viem().ask(
                "signTypedData", privateKey=key, domain=domain, types=types, primaryType=next(iter(types)), message=message
            )
            assert asked == canonical == sign_digest(key, hashed), comment
        assert recover(hashed, canonical) == signer, comment
        self.group.accept(
            comment, case(domain, types, message, signature, signer, form), {"digest": hashed, "signer": signer}, flags, rows
        )

    def reject(
        self, comment, domain, types, message, signature, signer, reason="signature_wrong_signer", form="eip3009", flags=(), rows=()
    ):
        hashed = digest(domain, types, next(iter(types)), message)
        if reason == "signature_wrong_signer":
            assert recover(hashed, self.canonical(signature)) != signer, comment
        self.group.reject(
            comment, case(domain, types, message, signature, signer, form), reason, flags, rows, says_of_recovery(hashed, signature)
        )

    @staticmethod
    def canonical(signature):
        if len(signature) != 130:
            return signature
        r, s = int(signature[2:66], 16), int(signature[66:], 16)
        return join(r, s & ~(1 << 255), 27 + (s >> 255))


def case(domain, types, message, signature, signer, form):
    return {
        "domain": domain,
        "primaryType": next(iter(types)),
        "message": message,
        "signature": signature,
        "form": form,
        "signer": signer,
    }


def genuine(file):
    source = [published("x402 specification, exact scheme on EVM, example", "2026-06-16"), *evm_sources()]
    cases = Authorizations(file.group("genuine", source, "Authorizations as their signers made them."))
    cases.accept("the specification's example", BASE_SEPOLIA, TRANSFER, SPEC_TRANSFER, SPEC_SIGNATURE, SPEC_FROM, rows=[73])
    known = {name: signature for name, (_, signature) in KNOWN_SIGNATURES.items()}

    def accept(comment, domain, types, message, signature, form="eip3009", rows=()):
        cases.accept(
            comment, domain, types, message, signature, ANVIL0_ADDRESS, form, (), rows, None if len(signature) == 130 else ANVIL0
        )

    accept("EIP-3009 transfer", BASE_SEPOLIA, TRANSFER, ANVIL0_TRANSFER, known["EIP-3009 transfer"])
    accept("EIP-3009 receive", BASE_SEPOLIA, RECEIVE, DEPOSIT, known["EIP-3009 receive"])
    cancel = {"authorizer": ANVIL0_ADDRESS, "nonce": SPEC_TRANSFER["nonce"]}
    accept(
        "EIP-3009 cancel",
        BASE_SEPOLIA,
        CANCEL,
        cancel,
        sign_digest(ANVIL0, digest(BASE_SEPOLIA, CANCEL, "CancelAuthorization", cancel)),
    )
    accept("exact Permit2", SEPOLIA_PERMIT2, EXACT_PERMIT2, EXACT_PERMIT, known["exact Permit2"], "permit2")
    accept("exact Permit2, compact", SEPOLIA_PERMIT2, EXACT_PERMIT2, EXACT_PERMIT, compact(known["exact Permit2"]), "permit2", [79])
    accept("upto Permit2", SEPOLIA_PERMIT2, UPTO_PERMIT2, UPTO_PERMIT, known["upto Permit2"], "permit2")
    accept("upto Permit2, compact", SEPOLIA_PERMIT2, UPTO_PERMIT2, UPTO_PERMIT, compact(known["upto Permit2"]), "permit2", [79])
    accept("EIP-2612 permit", BASE_SEPOLIA, PERMIT, GAS_PERMIT, known["EIP-2612 permit"])
    accept("offer", OFFER_DOMAIN, OFFER, SPEC_OFFER, known["offer"])
    accept("receipt", RECEIPT_DOMAIN, RECEIPT, SPEC_RECEIPT, known["receipt"])
    flare = {
        "name": "USD\u20ae0",
        "version": "1",
        "chainId": "14",
        "verifyingContract": "0xe7cd86e13AC4309349F30B3435a9d337750fC82D",
    }
    for comment, domain in (("on Base", BASE), ("of a token whose name is not ASCII", flare)):
        hashed = digest(domain, TRANSFER, "TransferWithAuthorization", ANVIL0_TRANSFER)
        accept(f"EIP-3009 transfer {comment}", domain, TRANSFER, ANVIL0_TRANSFER, sign_digest(ANVIL0, hashed))


def other_members(file):
    file.note("Member", "AUTH_BYPASS", "One member differs from what was signed.")
    cases = Authorizations(
        file.group("changed members", evm_sources(), "A genuine signature with one member of the message changed.")
    )

    def reject(comment, types, message, signature, signer, domain=BASE_SEPOLIA, form="eip3009", rows=(74,)):
        cases.reject(comment, domain, types, message, signature, signer, form=form, flags=["Member"], rows=rows)

    nonce = SPEC_TRANSFER["nonce"]
    for comment, changes in (
        ("another recipient", {"to": ANVIL0_ADDRESS}),
        ("the payer as recipient", {"to": SPEC_FROM}),
        ("one unit less", {"value": "9999"}),
        ("one unit more", {"value": "10001"}),
        ("ten times the value", {"value": "100000"}),
        ("no value", {"value": "0"}),
        ("the greatest value", {"value": MAX[256]}),
        ("valid earlier", {"validAfter": "0"}),
        ("valid one second earlier", {"validAfter": "1740672088"}),
        ("valid one second longer", {"validBefore": "1740672155"}),
        ("valid for ever", {"validBefore": MAX[64]}),
        ("the times exchanged", {"validAfter": "1740672154", "validBefore": "1740672089"}),
        ("last bit of the nonce", {"nonce": nonce[:-1] + "1"}),
        ("first bit of the nonce", {"nonce": "0x73" + nonce[4:]}),
        ("zero nonce", {"nonce": ZERO_WORD}),
        ("nonce in reverse", {"nonce": "0x" + bytes.fromhex(nonce[2:])[::-1].hex()}),
    ):
        reject(f"transfer: {comment}", TRANSFER, changed(SPEC_TRANSFER, **changes), SPEC_SIGNATURE, SPEC_FROM)
    reject(
        "transfer: another payer, who is said to have signed", TRANSFER, ANVIL0_TRANSFER, SPEC_SIGNATURE, ANVIL0_ADDRESS, rows=[75]
    )
    exact = KNOWN_SIGNATURES["exact Permit2"][1]
    for comment, changes, rows in (
        ("another token", {"permitted": {"token": USDC_BASE}}, [93]),
        ("one unit more", {"permitted": {"amount": "1000001"}}, [74]),
        ("the upto proxy as spender", {"spender": UPTO_PROXY}, [93, 95]),
        ("the facilitator as spender", {"spender": ANVIL1_ADDRESS}, [93]),
        ("another nonce", {"nonce": "2"}, [74]),
        ("another deadline", {"deadline": "1770000000"}, [74]),
        ("another recipient", {"witness": {"to": SPEC_TO}}, [74]),
        ("another valid-after", {"witness": {"validAfter": "1"}}, [74]),
    ):
        reject(
            f"exact Permit2: {comment}",
            EXACT_PERMIT2,
            changed(EXACT_PERMIT, **changes),
            exact,
            ANVIL0_ADDRESS,
            SEPOLIA_PERMIT2,
            "permit2",
            rows,
        )
    upto = KNOWN_SIGNATURES["upto Permit2"][1]
    for comment, changes, rows in (
        ("another facilitator", {"witness": {"facilitator": ANVIL1_ADDRESS}}, [164]),
        ("a higher ceiling", {"permitted": {"amount": "2000000"}}, [161]),
        ("the exact proxy as spender", {"spender": EXACT_PROXY}, [93, 95]),
        ("another recipient", {"witness": {"to": SPEC_TO}}, [74]),
    ):
        reject(
            f"upto Permit2: {comment}",
            UPTO_PERMIT2,
            changed(UPTO_PERMIT, **changes),
            upto,
            ANVIL0_ADDRESS,
            SEPOLIA_PERMIT2,
            "permit2",
            rows,
        )
    permit = KNOWN_SIGNATURES["EIP-2612 permit"][1]
    for comment, changes in (
        ("unlimited value", {"value": MAX[256]}),
        ("another spender", {"spender": EXACT_PROXY}),
        ("the next nonce", {"nonce": "1"}),
    ):
        reject(f"EIP-2612: {comment}", PERMIT, changed(GAS_PERMIT, **changes), permit, ANVIL0_ADDRESS, rows=[167])
    offer = KNOWN_SIGNATURES["offer"][1]
    reject("offer: another amount", OFFER, changed(SPEC_OFFER, amount="1"), offer, ANVIL0_ADDRESS, OFFER_DOMAIN)
    receipt = KNOWN_SIGNATURES["receipt"][1]
    reject(
        "receipt: a transaction added",
        RECEIPT,
        changed(SPEC_RECEIPT, transaction=FULL_WORD),
        receipt,
        ANVIL0_ADDRESS,
        RECEIPT_DOMAIN,
    )


def other_domains(file):
    file.note("Domain", "AUTH_BYPASS", "The message under a domain that it was not signed for.")
    cases = Authorizations(file.group("changed domains", evm_sources(), "The specification's example under domains near its own."))
    usdc = BASE_SEPOLIA
    for comment, domain, row in (
        ("wrong name", {**usdc, "name": "USD Coin"}, 83),
        ("name in lower case", {**usdc, "name": "usdc"}, 83),
        ("empty name", {**usdc, "name": ""}, 83),
        ("version 1", {**usdc, "version": "1"}, 84),
        ("no version", {name: usdc[name] for name in ("name", "chainId", "verifyingContract")}, 84),
        ("Base's chain", {**usdc, "chainId": "8453"}, 85),
        ("no chain", {name: usdc[name] for name in ("name", "version", "verifyingContract")}, 85),
        ("another token", {**usdc, "verifyingContract": USDC_BASE}, 86),
        ("no contract", {name: usdc[name] for name in ("name", "version", "chainId")}, 86),
        ("a zero salt added", {**usdc, "salt": ZERO_WORD}, 87),
        ("no domain, as wallets make it when the type list has none", {}, 88),
        ("USDC on Base altogether", BASE, 85),
        ("Permit2", permit2_domain(84532), 86),
    ):
        cases.reject(comment, domain, TRANSFER, SPEC_TRANSFER, SPEC_SIGNATURE, SPEC_FROM, flags=["Domain"], rows=[row])


def other_types(file):
    file.note("Type", "AUTH_BYPASS", "The signature is of the same values under another type.")
    cases = Authorizations(
        file.group("changed types", evm_sources(), "Signatures over another type with the same values, offered as payments.")
    )

    def reject(comment, signed, offered, domain=BASE_SEPOLIA, form="eip3009", rows=(89,)):
        signed_types, signed_message = signed
        signature = sign_digest(ANVIL0, digest(domain, signed_types, next(iter(signed_types)), signed_message))
        types, message = offered
        cases.reject(comment, domain, types, message, signature, ANVIL0_ADDRESS, form=form, flags=["Type"], rows=rows)

    transfer, receive = (TRANSFER, ANVIL0_TRANSFER), (RECEIVE, ANVIL0_TRANSFER)
    reject("a receive offered as transfer", receive, transfer)
    reject("a transfer offered as receive", transfer, receive)
    cancel = (CANCEL, {"authorizer": ANVIL0_ADDRESS, "nonce": SPEC_TRANSFER["nonce"]})
    reject("a cancel offered as transfer", cancel, transfer)
    reject("a transfer offered as cancel", transfer, cancel)
    members = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
    for comment, text in (
        ("members in another order", "address to,address from,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"),
        ("value of 128 bits", members.replace("uint256 value", "uint128 value")),
        ("nonce as a number", members.replace("bytes32 nonce", "uint256 nonce")),
        ("a member more", members + ",uint256 fee"),
        ("without the nonce", members.removesuffix(",bytes32 nonce")),
    ):
        message = {**ANVIL0_TRANSFER, "fee": "0"}
        if comment == "nonce as a number":
            message["nonce"] = str(int(message["nonce"], 16))
        chosen = {field["name"]: message[field["name"]] for field in fields(text)}
        reject(
            f"a transfer whose type has {comment}" if "without" not in comment else "a transfer whose type has no nonce",
            ({"TransferWithAuthorization": fields(text)}, chosen),
            transfer,
            rows=[91],
        )
    reject(
        "a transfer whose type has another name",
        ({"transferWithAuthorization": fields(members)}, ANVIL0_TRANSFER),
        transfer,
        rows=[91],
    )
    renamed = {"sender" if name == "from" else name: value for name, value in ANVIL0_TRANSFER.items()}
    reject(
        "a transfer whose type names a member otherwise",
        ({"TransferWithAuthorization": fields(members.replace("address from", "address sender"))}, renamed),
        transfer,
        rows=[91],
    )

    def permit2(comment, signed, offered, rows=(93,)):
        reject(comment, signed, offered, SEPOLIA_PERMIT2, "permit2", rows)

    same_spender = changed(UPTO_PERMIT, spender=EXACT_PROXY)
    permit2("an exact permit offered to upto", (EXACT_PERMIT2, EXACT_PERMIT), (UPTO_PERMIT2, same_spender), [93, 95])
    permit2("an upto permit offered to exact", (UPTO_PERMIT2, same_spender), (EXACT_PERMIT2, EXACT_PERMIT), [93, 95])
    plain = {
        "PermitTransferFrom": fields("TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline"),
        "TokenPermissions": EXACT_PERMIT2["TokenPermissions"],
    }
    bare = {name: value for name, value in EXACT_PERMIT.items() if name != "witness"}
    permit2("a permit without witness offered as one with", (plain, bare), (EXACT_PERMIT2, EXACT_PERMIT))
    swapped = EXACT_PERMIT2 | {"Witness": fields("uint256 validAfter,address to")}
    permit2("the members of the witness in another order", (swapped, EXACT_PERMIT), (EXACT_PERMIT2, EXACT_PERMIT))
    extra = EXACT_PERMIT2 | {"Witness": fields("bytes extra,address to,uint256 validAfter")}
    message = changed(EXACT_PERMIT, witness={"extra": "0x"})
    permit2("the witness of an older draft, with extra bytes", (extra, message), (EXACT_PERMIT2, EXACT_PERMIT))
    gas = {"owner": ANVIL0_ADDRESS, "spender": SPEC_TO, "value": "10000", "nonce": "0", "deadline": "1740672154"}
    reject("an EIP-2612 permit offered as transfer", (PERMIT, gas), transfer)


def reused_sample(file):
    file.note(
        "ReusedSample",
        "AUTH_BYPASS",
        "The specification prints the signature of its EIP-3009 example in other samples too. It is not theirs.",
        ["https://github.com/coinbase/x402/blob/main/specs/schemes/exact/scheme_exact_evm.md"],
    )
    source = [published("x402 specification, samples of exact, upto, gas sponsoring and sign-in", "2026-06-16"), *evm_sources()]
    cases = Authorizations(
        file.group("the reused sample signature", source, "The 65 bytes of the EIP-3009 example where they do not belong.")
    )

    def reject(comment, domain, types, message, form="eip3009", known=None, rows=(94,)):
        hashed = digest(domain, types, next(iter(types)), message)
        assert known in (None, recover(hashed, SPEC_SIGNATURE)), f"{comment}: {hashed} {recover(hashed, SPEC_SIGNATURE)}"
        cases.reject(comment, domain, types, message, SPEC_SIGNATURE, SPEC_FROM, form=form, flags=["ReusedSample"], rows=rows)

    reject(
        "exact Permit2 sample", SEPOLIA_PERMIT2, EXACT_PERMIT2, SPEC_PERMIT, "permit2", "0x468D6ad86C21a78C0c1F4F1fdc6c67616b9beB6f"
    )
    older = changed(SPEC_PERMIT, nonce=str(int(SPEC_TRANSFER["nonce"], 16)))
    reject(
        "exact Permit2 sample of an older edition, whose nonce is the example's", SEPOLIA_PERMIT2, EXACT_PERMIT2, older, "permit2"
    )
    reject("EIP-2612 sample", BASE_SEPOLIA, PERMIT, SPEC_GAS_PERMIT, known="0xD259c1962ac82d9033eA21CF55D59c1a5d97aCBB")
    for comment, facilitator in (("zero", ZERO_ADDRESS), ("the payee", SPEC_TO), ("a test key", ANVIL0_ADDRESS)):
        message = {**older, "permitted": {**older["permitted"], "amount": "5000000"}, "spender": UPTO_PROXY}
        message["witness"] = {"to": SPEC_TO, "facilitator": facilitator, "validAfter": "1740672089"}
        reject(
            f"upto sample with {comment} for the facilitator that it leaves open", SEPOLIA_PERMIT2, UPTO_PERMIT2, message, "permit2"
        )
    reject("the transfer as receive", BASE_SEPOLIA, RECEIVE, SPEC_TRANSFER, rows=[89])
    reject(
        "a cancel of the same nonce", BASE_SEPOLIA, CANCEL, {"authorizer": SPEC_FROM, "nonce": SPEC_TRANSFER["nonce"]}, rows=[89]
    )
    reject("an offer", OFFER_DOMAIN, OFFER, SPEC_OFFER)
    reject("a receipt", RECEIPT_DOMAIN, RECEIPT, SPEC_RECEIPT)
    sign_in = personal_hash(sign_in_text(SPEC_FROM).encode())
    assert recover(sign_in, SPEC_SIGNATURE) == "0x5b2acBca0fb899bD73747ac64302145dB44D5D66"
    file.group(
        "the reused sample signature as sign-in",
        source,
        "The sign-in sample carries the same bytes; they are not over its text either. A personal message instead of typed data.",
    ).reject(
        "sign-in sample",
        {"text": sign_in_text(SPEC_FROM), "signature": SPEC_SIGNATURE, "form": "eip3009", "signer": SPEC_FROM},
        "signature_wrong_signer",
        ["ReusedSample"],
        [94],
        says_of_recovery(sign_in, SPEC_SIGNATURE),
    )


def other_signers(file):
    file.note("Signer", "AUTH_BYPASS", "A valid signature by somebody else, or a claim that nobody can sign for.")
    cases = Authorizations(
        file.group("other signers", evm_sources(), "The message is what was signed; the claim about who signed it is not.")
    )

    def reject(comment, message, signature, signer, reason="signature_wrong_signer", rows=(75,)):
        cases.reject(comment, BASE_SEPOLIA, TRANSFER, message, signature, signer, reason, flags=["Signer"], rows=rows)

    reject("the payee instead of the payer", SPEC_TRANSFER, SPEC_SIGNATURE, SPEC_TO)
    reject("another key signed for the payer", SPEC_TRANSFER, sign_digest(ANVIL0, SPEC_DIGEST), SPEC_FROM)
    hashed = digest(BASE_SEPOLIA, TRANSFER, "TransferWithAuthorization", ANVIL0_TRANSFER)
    reject("another key signed for the test key", ANVIL0_TRANSFER, sign_digest(ANVIL1, hashed), ANVIL0_ADDRESS)
    reject("the token contract is said to have signed", SPEC_TRANSFER, SPEC_SIGNATURE, BASE_SEPOLIA["verifyingContract"])
    reject(
        "one digit of the payer differs",
        SPEC_TRANSFER,
        SPEC_SIGNATURE,
        viem().ask("getAddress", address=SPEC_FROM[:-1].lower() + "7"),
    )
    zero = changed(SPEC_TRANSFER, from_=ZERO_ADDRESS)
    reject("the zero address, with an unrelated signature", zero, SPEC_SIGNATURE, ZERO_ADDRESS, "signature_zero_signer", [82])
    reject(
        "the zero address, with a signature that nobody made",
        zero,
        join(5, 1, 27),
        ZERO_ADDRESS,
        ["signature_zero_signer", "signature_not_recoverable"],
        [82],
    )
    reject(
        "the payer, with a signature that nobody made", SPEC_TRANSFER, join(5, 1, 27), SPEC_FROM, "signature_not_recoverable", [81]
    )
    reject(
        "a personal message over the digest",
        ANVIL0_TRANSFER,
        sign_personal(ANVIL0, bytes.fromhex(hashed[2:])),
        ANVIL0_ADDRESS,
        rows=[90],
    )
    reject(
        "a personal message over the digest as hexadecimal text",
        ANVIL0_TRANSFER,
        sign_personal(ANVIL0, hashed.encode()),
        ANVIL0_ADDRESS,
        rows=[90],
    )


def other_bytes(file):
    file.note(
        "Bytes",
        "SIGNATURE_MALLEABILITY",
        "Another spelling of a genuine signature, which a library may take and the contract does not.",
    )
    cases = Authorizations(file.group("other bytes", evm_sources(), "The specification's example with its signature respelled."))
    r, s, v = split(SPEC_SIGNATURE)

    def reject(
        comment,
        signature,
        reason,
        rows,
        form="eip3009",
        domain=BASE_SEPOLIA,
        types=TRANSFER,
        message=SPEC_TRANSFER,
        signer=SPEC_FROM,
    ):
        cases.reject(comment, domain, types, message, signature, signer, reason, form, ["Bytes"], rows)

    reject("high-s twin", high_twin(SPEC_SIGNATURE), "signature_high_s", [76])
    reject("v = 1 for 28", join(r, s, 1), "signature_recovery_id", [77])
    reject("v = 0 for the other parity", join(r, s, 0), "signature_recovery_id", [77])
    reject("v flipped", join(r, s, 55 - v), "signature_wrong_signer", [74])
    reject("EIP-155 v", join(r, s, 36), "signature_recovery_id", [78])
    reject("compact, which the token does not read", compact(SPEC_SIGNATURE), "signature_length", [79])
    wrapped = abi(["address", "bytes", "bytes"], ["0x" + "44" * 20, "0xdeadbeef", SPEC_SIGNATURE]) + "6492" * 16
    reject("in an ERC-6492 wrapper, for an account that is a key's", wrapped, "signature_length", [99])
    exact = KNOWN_SIGNATURES["exact Permit2"][1]
    permit2 = {
        "form": "permit2",
        "domain": SEPOLIA_PERMIT2,
        "types": EXACT_PERMIT2,
        "message": EXACT_PERMIT,
        "signer": ANVIL0_ADDRESS,
    }
    reject("Permit2: high-s twin, which its contract would take", high_twin(exact), "signature_high_s", [76], **permit2)
    reject("Permit2: v = 1", exact[:-2] + "01", "signature_recovery_id", [77], **permit2)
    number = int(compact(exact)[66:], 16) ^ 1 << 255
    reject(
        "Permit2: compact with the parity flipped",
        compact(exact)[:66] + f"{number:064x}",
        "signature_wrong_signer",
        [74, 79],
        **permit2,
    )
