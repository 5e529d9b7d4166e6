"""What a chain has to say of a payment, and what settles it: questions, verdicts, calls and logs of `exact` and `upto`."""

import json

from eth_abi import encode as encode_abi
from eth_account import Account
from evmfacts import (
    ANVIL0,
    ANVIL0_ADDRESS,
    ANVIL1,
    ANVIL1_ADDRESS,
    BASE_SEPOLIA,
    PERMIT,
    PERMIT2,
    SPEC_TO,
    TRANSFER,
    USDC_BASE_SEPOLIA,
    compact,
    permit2_domain,
    split,
)
from jsontext import without
from oracles import abi, digest, evm_sources, hexed, keccak_of, raw, sign_digest, tool
from vectorlib import VectorFile
from vectors_erc6492 import wrap
from vectors_exact import NONCE as TRANSFER_NONCE
from vectors_exact import OFFER, encoded, signed, transfer
from vectors_permit2 import EXACT, NONCE, NOW, UPTO

FACTORY = "0x" + "44" * 20
DEPLOYMENT = "0xdeadbeef"
DELEGATION = "0xef0100" + "11" * 20
CODE = "0x6080"
EIP2612, APPROVAL = "eip2612GasSponsoring", "erc20ApprovalGasSponsoring"
BOTH = [EIP2612, APPROVAL]
CHAIN = {
    "payerCode": "0x",
    "tokenCode": CODE,
    "proxyCode": CODE,
    "signed": False,
    "used": False,
    "allowance": "10000",
    "balance": "10000",
    "simulation": True,
    "tokenNonce": "0",
    "transactions": "0",
    "funds": "0",
}


def files():
    return [on_chain(), settlement()]


# ---- payments ----


class Paid:
    """A payment with everything that a check is given beside it."""

    def __init__(self, scheme, payload, offer, extensions=None, factories=(), sponsoring=()):
        self.scheme, self.payload, self.offer = scheme, payload, offer
        self.extensions, self.factories, self.sponsoring = extensions, list(factories), list(sponsoring)

    def input(self, **more):
        payment = {"x402Version": 2, "accepted": self.offer, "payload": self.payload}
        if self.extensions:
            payment["extensions"] = self.extensions
        given = {"scheme": self.scheme, "header": encoded(payment), "offer": json.dumps(self.offer)}
        return {**given, "factories": self.factories, "sponsoring": self.sponsoring, **more}

    def digest(self):
        if "authorization" in self.payload:
            return digest(BASE_SEPOLIA, TRANSFER, "TransferWithAuthorization", self.payload["authorization"])
        method = EXACT if self.scheme == "exact" else UPTO
        permit = {name: value for name, value in self.payload["permit2Authorization"].items() if name != "from"}
        return digest(permit2_domain(84532), method.types, "PermitWitnessTransferFrom", permit)

    def wrapper(self):
        """The factory, its calldata and the inner signature, if the signature is a wrapper."""
        signature = self.payload["signature"]
        if not signature.endswith("6492" * 16):
            return None
        from eth_abi import decode

        factory, calldata, inner = decode(["address", "bytes", "bytes"], raw(signature)[:-32])
        return factory, hexed(calldata), hexed(inner)

    def inner(self):
        return self.wrapper()[2] if self.wrapper() else self.payload["signature"]

    def listed(self):
        wrapper = self.wrapper()
        return wrapper if wrapper and wrapper[0].lower() in [factory.lower() for factory in self.factories] else None


def by_transfer(signature=None, **more):
    message = transfer()
    return Paid("exact", {"signature": signature or signed(message), "authorization": message}, OFFER, **more)


def by_permit(method=EXACT, signature=None, **more):
    permit = method.permit()
    payload = {"signature": signature or method.sign(permit), "permit2Authorization": {"from": ANVIL0_ADDRESS, **permit}}
    return Paid(method.scheme, payload, {**method.offer(), "extra": {**method.offer()["extra"], "name": "USDC", "version": "2"}}, **more)


# ---- extensions ----


def gas_permit(key=ANVIL0, domain=BASE_SEPOLIA, **changes):
    permit = {"owner": ANVIL0_ADDRESS, "spender": PERMIT2, "value": "10000", "nonce": "3", "deadline": str(NOW + 60), **changes}
    signature = sign_digest(key, digest(domain, PERMIT, "Permit", permit))
    return {
        "from": permit["owner"],
        "asset": USDC_BASE_SEPOLIA,
        "spender": permit["spender"],
        "amount": permit["value"],
        "nonce": permit["nonce"],
        "deadline": permit["deadline"],
        "signature": signature,
        "version": "1",
    }


def approve(spender=PERMIT2, amount=2**256 - 1):
    return "0x" + keccak_of(b"approve(address,uint256)")[2:10] + abi(["address", "uint256"], [spender, str(amount)])[2:]


def signed_transaction(key=ANVIL0, legacy=False, **changes):
    fees = {"gasPrice": 10**9} if legacy else {"type": 2, "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 10**8}
    transaction = {"chainId": 84532, "nonce": 7, "gas": 70_000, "to": USDC_BASE_SEPOLIA, "value": 0, "data": approve(), **fees, **changes}
    return hexed(Account.sign_transaction(transaction, key).raw_transaction)


def approval(signed=None, **changes):
    info = {
        "from": ANVIL0_ADDRESS,
        "asset": USDC_BASE_SEPOLIA,
        "spender": PERMIT2,
        "amount": str(2**256 - 1),
        "signedTransaction": signed or signed_transaction(),
        "version": "1",
    }
    return {**info, **changes}


def with_info(name, info, method=EXACT, sponsoring=BOTH):
    return by_permit(method, extensions={name: {"info": info}}, sponsoring=sponsoring)


# ---- what is done ----


def selector(function):
    return keccak_of(function.encode())[:10]


def call(target, function, types, values, sender=None):
    data = selector(function) + abi(types, values)[2:]
    return {**({"sender": sender} if sender else {}), "target": target, "data": data}


def settles(paid, charge):
    """The call that moves the money, and its logs, by eth-abi and viem."""
    inner, authorization = paid.inner(), paid.payload.get("authorization")
    if authorization:
        common = [authorization[name] for name in ("from", "to", "value", "validAfter", "validBefore", "nonce")]
        types = ["address", "address", "uint256", "uint256", "uint256", "bytes32"]
        name = f"transferWithAuthorization({','.join(types)},"
        if len(raw(inner)) == 65:
            r, s, v = split(inner)
            parts = [str(v), f"0x{r:064x}", f"0x{s:064x}"]
            done = call(USDC_BASE_SEPOLIA, name + "uint8,bytes32,bytes32)", [*types, "uint8", "bytes32", "bytes32"], [*common, *parts])
        else:
            done = call(USDC_BASE_SEPOLIA, name + "bytes)", [*types, "bytes"], [*common, inner])
        used = log(USDC_BASE_SEPOLIA, "AuthorizationUsed(address,bytes32)", [word(authorization["from"]), authorization["nonce"]], "0x")
        return done, [moved(authorization["from"], authorization["to"], authorization["value"]), used]
    permit = paid.payload["permit2Authorization"]
    witness, method = permit["witness"], EXACT if paid.scheme == "exact" else UPTO
    upto = method is UPTO
    types = ["address", "uint256", "uint256", "uint256"] + (["uint256"] if upto else []) + ["address", "address"]
    types += (["address"] if upto else []) + ["uint256", "bytes"]
    values = [permit["permitted"]["token"], permit["permitted"]["amount"], permit["nonce"], permit["deadline"]]
    values += ([charge] if upto else []) + [permit["from"], witness["to"]]
    values += ([witness["facilitator"]] if upto else []) + [witness["validAfter"], inner]
    struct = "((address,uint256),uint256,uint256)," + ("uint256," if upto else "") + "address,"
    struct += "(address,address,uint256),bytes)" if upto else "(address,uint256),bytes)"
    info = (paid.extensions or {}).get(EIP2612, {}).get("info") if EIP2612 in paid.sponsoring else None
    name, event = "settle(" + struct, "Settled()"
    if info:
        r, s, v = split(info["signature"])
        types = ["uint256", "uint256", "bytes32", "bytes32", "uint8", *types]
        values = [info["amount"], info["deadline"], f"0x{r:064x}", f"0x{s:064x}", str(v), *values]
        name, event = "settleWithPermit((uint256,uint256,bytes32,bytes32,uint8)," + struct, "SettledWithPermit()"
    done = call(method.proxy, name, types, values, witness["facilitator"] if upto else None)
    return done, [moved(permit["from"], witness["to"], charge), log(method.proxy, event, [], "0x")]


def word(address):
    return abi(["address"], [address])


def log(emitter, event, topics, data):
    return {"emitter": emitter, "topics": [keccak_of(event.encode()), *topics], "data": data}


def moved(payer, payee, value):
    return log(USDC_BASE_SEPOLIA, "Transfer(address,address,uint256)", [word(payer), word(payee)], abi(["uint256"], [value]))


def deployment(paid):
    factory, calldata, _ = paid.listed()
    return {"target": checksum(factory), "data": calldata}


def checksum(address):
    from eth_utils import to_checksum_address

    return to_checksum_address(address)


# ---- what is asked ----


def asks(paid, chain, mode):
    """The questions of the first round, in order."""
    payer, signature, wrapped = ANVIL0_ADDRESS, paid.inner(), paid.listed()
    questions = [
        {"kind": "code", "address": payer},
        {"kind": "contractSignature", "wallet": payer, "digest": paid.digest(), "signature": signature},
    ]
    if wrapped:
        questions.append(
            {"kind": "counterfactualSignature", "wallet": payer, "deployment": deployment(paid), "digest": paid.digest(), "signature": signature}
        )
    token = USDC_BASE_SEPOLIA
    questions.append({"kind": "code", "address": token})
    approved = False
    if "authorization" in paid.payload:
        questions.append({"kind": "nonceState", "token": token, "authorizer": payer, "nonce": TRANSFER_NONCE})
    else:
        method = EXACT if paid.scheme == "exact" else UPTO
        extensions = {name: entry for name, entry in (paid.extensions or {}).items() if name in paid.sponsoring}
        questions += [
            {"kind": "code", "address": method.proxy},
            {"kind": "permitNonce", "owner": payer, "nonce": f"0x{int(NONCE):064x}"},
            {"kind": "allowance", "token": token, "owner": payer, "spender": PERMIT2},
        ]
        if EIP2612 in extensions:
            questions.append({"kind": "tokenNonce", "token": token, "owner": payer})
        elif APPROVAL in extensions:
            approved = True
            questions += [{"kind": "transactions", "account": payer}, {"kind": "funds", "account": payer}]
    questions.append({"kind": "balance", "token": token, "owner": payer})
    if mode == "simulated" and not approved:
        done, _ = settles(paid, "10000")
        questions.append({"kind": "simulate", "calls": ([deployment(paid)] if wrapped else []) + [done]})
    return questions


def on_chain():
    file = VectorFile(
        "evm/on-chain.json",
        "evm/on-chain",
        "A payment that is right in itself, with a chain at hand: the questions that a check can put to it at once, and the verdict that "
        "follows from the answers. The first answer that is not as it has to be decides, in the order of the questions.",
    )
    file.note("Wallet", "AUTH_BYPASS", "who answers for the payer is said by the code at its address", ["catalogue rows 97 to 103"])
    file.note("Spent", "LOSS_OF_FUNDS", "a nonce that is used is named before a balance that is gone", ["catalogue row 142"])
    file.note("Allowance", "EDGE_CASE", "Permit2 moves what it is allowed to, or what the payment brings along", ["catalogue rows 166 and 167"])
    file.note("State", "EDGE_CASE", "what the chain says of token, balance and simulation")

    def group(name, comment):
        target = file.group(name, evm_sources(), comment, now=str(NOW))

        def add(comment, paid, reason=None, mode="simulated", rows=(), flags=("State",), **answers):
            chain = {**CHAIN, **answers}
            given = paid.input(mode=mode, chain=chain)
            if reason:
                target.reject(comment, given, reason, flags, rows)
            else:
                target.accept(comment, given, {"questions": asks(paid, chain, mode), "payer": ANVIL0_ADDRESS}, flags, rows)

        return add

    payments = (("a transfer", by_transfer()), ("a permit", by_permit()), ("a ceiling", by_permit(UPTO)))
    add = group("passes", "Everything is as it has to be.")
    for name, paid in payments:
        add(name, paid)
        add(f"{name}, not simulated", paid, mode="state")
    add("more than enough", by_permit(), allowance=str(2**256 - 1), balance=str(2**256 - 1))
    add("a permit in 64 bytes", by_permit(signature=compact(EXACT.sign(EXACT.permit()))), rows=[79])

    add = group("refused", "One answer is not as it has to be.")
    codes = {
        "a transfer": ("eip3009_nonce_used", "insufficient_funds", "eip3009_simulation", "eip3009_not_supported"),
        "a permit": ("permit2_nonce_used", "permit2_balance", "permit2_simulation", "permit2_proxy_missing"),
        "a ceiling": ("permit2_nonce_used", "permit2_balance", "permit2_simulation", "permit2_proxy_missing"),
    }
    for name, paid in payments:
        used, poor, simulation, unsupported = codes[name]
        add(f"{name}: used or cancelled", paid, used, used=True, flags=["Spent"], rows=[142, 143])
        add(f"{name}: used, and nothing is left", paid, used, used=True, balance="0", allowance="0", simulation=False, flags=["Spent"], rows=[142])
        add(f"{name}: one unit short", paid, poor, balance="9999", rows=[149])
        add(f"{name}: would fail", paid, simulation, simulation=False)
        add(f"{name}: would fail without a word", paid, simulation, simulation="0x")
        add(f"{name}: nobody looked", paid, mode="state", simulation=False)
        add(f"{name}: no token there", paid, "asset_not_deployed", tokenCode="0x")
        add(f"{name}: the contract does not know nonces", paid, unsupported, used="failed")
        add(f"{name}: the token tells no balance", paid, "asset_unknown", balance="failed")
    for name, paid in payments[1:]:
        add(f"{name}: no proxy there", paid, "permit2_proxy_missing", proxyCode="0x")
        add(f"{name}: no allowance", paid, "permit2_allowance", allowance="0", flags=["Allowance"], rows=[166])
        add(f"{name}: one unit too little", paid, "permit2_allowance", allowance="9999", flags=["Allowance"], rows=[166])
        add(f"{name}: neither allowance nor balance", paid, "permit2_allowance", allowance="0", balance="0", flags=["Allowance"], rows=[166])

    add = group("reasons", "The revert of the simulation names a reason.")
    for name, arguments, reason, paid in (
        ("FiatTokenV2: authorization is expired", None, "eip3009_valid_before", by_transfer()),
        ("FiatTokenV2: authorization is used or canceled", None, "eip3009_nonce_used", by_transfer()),
        ("ERC20: transfer amount exceeds balance", None, "insufficient_funds", by_transfer()),
        ("something else", None, "eip3009_simulation", by_transfer()),
        ("InvalidNonce()", "", "permit2_nonce_used", by_permit()),
        ("InvalidSigner()", "", "permit2_signature", by_permit()),
        ("SignatureExpired(uint256)", "00" * 32, "permit2_deadline", by_permit()),
        ("PaymentTooEarly()", "", "permit2_proxy_too_early", by_permit()),
        ("InvalidDestination()", "", "permit2_proxy_destination", by_permit()),
        ("UnauthorizedFacilitator()", "", "upto_proxy_facilitator", by_permit(UPTO)),
        ("AmountExceedsPermitted()", "", "upto_proxy_exceeds", by_permit(UPTO)),
        ("NobodysError()", "", "permit2_simulation", by_permit()),
    ):
        words = selector("Error(string)") + hexed(encode_abi(["string"], [name]))[2:]
        add(name, paid, reason, simulation=words if arguments is None else selector(name) + arguments)

    add = group("wallets", "The code at the payer's address says who answers for it.")
    for name, paid in payments:
        wrong = "eip3009_signature" if name == "a transfer" else "permit2_signature"
        add(f"{name}: a delegation that signs", paid, payerCode=DELEGATION, signed=True, flags=["Wallet"], rows=[103])
        add(f"{name}: a delegation that does not, with the key's good signature", paid, wrong, payerCode=DELEGATION, flags=["Wallet"], rows=[103])
        add(f"{name}: a contract that does not", paid, wrong, payerCode=CODE, flags=["Wallet"], rows=[101, 102])
    forged = by_transfer(signature="0x" + "01" * 65)
    add("somebody else's 65 bytes, no code", forged, "eip3009_signature", flags=["Wallet"], rows=[75])
    add("somebody else's 65 bytes, a contract that takes them", forged, payerCode=CODE, signed=True, flags=["Wallet"], rows=[102])
    long = by_transfer(signature="0x" + "05" * 70)
    add("70 bytes, no code", long, "wallet_not_deployed", flags=["Wallet"], rows=[80])
    add("70 bytes, a contract that takes them", long, payerCode=CODE, signed=True, flags=["Wallet"], rows=[102])

    add = group("counterfactual", "Wallets that are still to be deployed.")
    wrapped = wrap(FACTORY, DEPLOYMENT, "0x" + "05" * 70)
    for comment, factories, reason, answers, rows in (
        ("its factory is listed", [FACTORY], None, {"signed": True}, [97]),
        ("no factory is listed", [], "wallet_factory", {"signed": True}, [97]),
        ("another factory is listed", ["0x" + "55" * 20], "wallet_factory", {"signed": True}, [97]),
        ("it will not have signed", [FACTORY], "eip3009_signature", {}, [101]),
        ("it is there by now, and signs", [FACTORY], None, {"signed": True, "payerCode": CODE}, [99]),
        ("it is there by now, and nobody listed its factory", [], None, {"signed": True, "payerCode": CODE}, [99]),
        ("it is there by now, and does not sign", [FACTORY], "eip3009_signature", {"payerCode": CODE}, [99]),
        ("its money is not there", [FACTORY], "insufficient_funds", {"signed": True, "balance": "0"}, [97]),
    ):
        add(comment, by_transfer(signature=wrapped, factories=factories), reason, flags=["Wallet"], rows=rows, **answers)

    add = group("sponsored", "The payment brings Permit2's allowance along.")
    for method, name in ((EXACT, "a permit"), (UPTO, "a ceiling")):
        brought, poor = with_info(EIP2612, gas_permit(), method), {"allowance": "0"}
        add(f"{name} with EIP-2612", brought, **poor, tokenNonce="3", flags=["Allowance"], rows=[166, 167])
        add(f"{name} with an EIP-2612 permit that is used", brought, "permit2_allowance", **poor, tokenNonce="4", flags=["Allowance"], rows=[166])
        add(f"{name} with a used permit and an allowance", brought, tokenNonce="4", flags=["Allowance"], rows=[166])
        add(
            f"{name} with EIP-2612 that nobody takes",
            with_info(EIP2612, gas_permit(), method, []),
            "permit2_allowance",
            **poor,
            tokenNonce="3",
            flags=["Allowance"],
            rows=[166],
        )
        raw_approval = with_info(APPROVAL, approval(), method)
        cost = 70_000 * 10**9
        add(f"{name} with an approval", raw_approval, **poor, transactions="7", funds=str(cost), flags=["Allowance"], rows=[166, 167])
        add(f"{name} with an approval that was sent", raw_approval, transactions="8", flags=["Allowance"], rows=[166])
        add(
            f"{name} with an approval out of turn", raw_approval, "permit2_allowance", **poor, transactions="6", funds=str(cost), flags=["Allowance"]
        )
        add(
            f"{name} with an approval and no coin for its gas",
            raw_approval,
            "erc20_approval_gas",
            **poor,
            transactions="7",
            funds=str(cost - 1),
            flags=["Allowance"],
            rows=[167],
        )
    return file


def settlement():
    file = VectorFile(
        "evm/settlement.json",
        "evm/settlement",
        "What settles a payment that was verified offline: the steps in their order, and the logs that prove it. `deploy` is skipped once there "
        "is code at the wallet's address; `broadcast` names the transaction by its hash; a call with a `sender` is only that account's to make.",
    )
    file.note("Charge", "LOSS_OF_FUNDS", "another charge than the price, or one above the ceiling", ["catalogue rows 161 and 162"])
    file.note("Sponsored", "LOSS_OF_FUNDS", "what is brought along is not this payment's", ["catalogue row 167"])

    def group(name, comment, sources):
        target = file.group(name, sources, comment, now=str(NOW))

        def add(comment, paid, reason=None, charge="10000", rows=(), flags=()):
            given = paid.input(charge=charge)
            if reason:
                return target.reject(comment, given, reason, flags, rows)
            done, evidence = settles(paid, charge)
            steps = [{"kind": "call", **done}]
            info = (paid.extensions or {}).get(APPROVAL, {}).get("info") if APPROVAL in paid.sponsoring else None
            if info:
                steps.insert(0, {"kind": "broadcast", "hash": keccak_of(raw(info["signedTransaction"]))})
            if charge == "0":
                steps, evidence = [], []
            target.accept(comment, given, {"steps": steps, "evidence": evidence}, flags, rows)

        return add

    add = group("calls", "One call, and two logs.", evm_sources())
    add("a transfer", by_transfer())
    add("a permit", by_permit())
    add("a permit in 64 bytes", by_permit(signature=compact(EXACT.sign(EXACT.permit()))), rows=[79])
    for charge in ("10000", "1", "1234"):
        add(f"a ceiling, charged {charge}", by_permit(UPTO), charge=charge, rows=[161])
    add("a ceiling, of which nothing was used", by_permit(UPTO), charge="0", rows=[164])
    add("above the ceiling", by_permit(UPTO), "upto_exceeds", charge="10001", flags=["Charge"], rows=[161, 162])
    add("a permit, charged less", by_permit(), "permit2_amount", charge="9999", flags=["Charge"], rows=[161])
    add("a transfer, charged less", by_transfer(), "eip3009_value", charge="9999", flags=["Charge"], rows=[161])

    add = group("EIP-2612", "The allowance comes in the call that settles.", evm_sources())
    for method in (EXACT, UPTO):
        name = "a permit" if method is EXACT else "a ceiling"
        add(f"{name} with an allowance", with_info(EIP2612, gas_permit(), method), rows=[167])
        add(f"{name} with an allowance that nobody takes", with_info(EIP2612, gas_permit(), method, []))
        add(f"{name} with an echo of the advertisement", with_info(EIP2612, {"description": "we pay", "version": "1"}, method, [APPROVAL]))
        for comment, info, reason in (
            ("another owner's", gas_permit(ANVIL1, owner=ANVIL1_ADDRESS), "eip2612_from"),
            ("signed by somebody else", gas_permit(ANVIL1), "eip2612_from"),
            ("signed for another chain", gas_permit(domain={**BASE_SEPOLIA, "chainId": "8453"}), "eip2612_from"),
            ("for another token", {**gas_permit(), "asset": "0x" + "44" * 20}, "eip2612_asset"),
            ("for the proxy", gas_permit(spender=method.proxy), "eip2612_spender"),
            ("for the payee", gas_permit(spender=SPEC_TO), "eip2612_spender"),
            ("ends in five seconds", gas_permit(deadline=str(NOW + 5)), "eip2612_deadline"),
            ("one unit less", gas_permit(value="9999"), "permit2_permit_amount"),
            ("unlimited, which the proxy refuses", gas_permit(value=str(2**256 - 1)), "permit2_permit_amount"),
            ("a signature of 64 bytes", {**gas_permit(), "signature": compact(gas_permit()["signature"])}, "eip2612_format"),
            ("without a nonce", without(gas_permit(), "nonce"), "eip2612_format"),
            ("a number for text", {**gas_permit(), "amount": 10000}, "eip2612_format"),
        ):
            add(f"{name} with an allowance: {comment}", with_info(EIP2612, info, method), reason, flags=["Sponsored"], rows=[167])

    add = group("ERC-20 approval", "The payer's transaction is sent first.", [tool("eth-account"), *evm_sources()[1:]])
    add("a permit with an approval", with_info(APPROVAL, approval()), rows=[167])
    add("a ceiling with an approval", with_info(APPROVAL, approval(), UPTO), rows=[167])
    add("the older form", with_info(APPROVAL, approval(signed_transaction(legacy=True))))
    exactly = approval(signed_transaction(data=approve(amount=10000)), amount="10000")
    add("just enough", with_info(APPROVAL, exactly))
    short = approval(signed_transaction(data=approve(amount=9999)), amount="9999")
    good = signed_transaction()
    for comment, info, reason in (
        ("one unit too little", short, "erc20_approval_tx_calldata"),
        ("another amount than is said", approval(amount="10000"), "erc20_approval_tx_calldata"),
        ("another owner", approval(**{"from": ANVIL1_ADDRESS}), "erc20_approval_from"),
        ("another token", approval(asset="0x" + "44" * 20), "erc20_approval_asset"),
        ("another spender", approval(spender=SPEC_TO), "erc20_approval_spender"),
        ("not a transaction", approval("0x505cbf0d9a4a227e0c52c6c2d6a7588d6acca34008c8e898"), "erc20_approval_tx_format"),
        ("a byte behind it", approval(good + "00"), "erc20_approval_tx_format"),
        ("a byte short", approval(good[:-2]), "erc20_approval_tx_format"),
        ("it sends coins too", approval(signed_transaction(value=1)), "erc20_approval_tx_format"),
        ("an access list", approval(signed_transaction(accessList=[{"address": SPEC_TO, "storageKeys": []}])), "erc20_approval_tx_format"),
        ("without a chain", approval(signed_transaction(legacy=True, chainId=None)), "erc20_approval_tx_format"),
        ("of another chain", approval(signed_transaction(chainId=8453)), "erc20_approval_tx_target"),
        ("to another contract", approval(signed_transaction(to=PERMIT2)), "erc20_approval_tx_target"),
        ("a transfer instead", approval(signed_transaction(data="0xa9059cbb" + approve()[10:])), "erc20_approval_tx_selector"),
        ("no call at all", approval(signed_transaction(data="0x")), "erc20_approval_tx_selector"),
        ("an argument too many", approval(signed_transaction(data=approve() + "00" * 32)), "erc20_approval_tx_calldata"),
        ("it approves the payee", approval(signed_transaction(data=approve(SPEC_TO))), "erc20_approval_tx_spender"),
        ("signed by somebody else", approval(signed_transaction(ANVIL1)), "erc20_approval_tx_signer"),
        ("without a spender", without(approval(), "spender"), "erc20_approval_format"),
    ):
        add(f"a permit with an approval: {comment}", with_info(APPROVAL, info), reason, flags=["Sponsored"], rows=[167])
    return file
