"""Questions to a chain as calls, what these return as answers, and several calls in one by Multicall3."""

from eth_abi import decode
from eth_abi import encode as encode_abi
from evmfacts import ANVIL0_ADDRESS, ANVIL1_ADDRESS, PERMIT2, USDC_BASE_SEPOLIA
from oracles import abi, evm_sources, hexed, keccak_of, raw, tool
from vectorlib import VectorFile

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"
MAGIC = "0x1626ba7e" + "00" * 28


def files():
    return [questions(), multicall()]


def selector(function):
    return keccak_of(function.encode())[:10]


def questions():
    file = VectorFile(
        "evm/question.json",
        "evm/question",
        "A question as the one call that asks it, and what the call returns, or reverts with, as an answer. `none` means that the contract gave no "
        "answer to the question.",
    )
    file.note("Layout", "EDGE_CASE", "not the one word that the question asks for", ["catalogue rows 98 and 101"])
    file.note("Bit", "LOSS_OF_FUNDS", "the bit of another nonce", ["catalogue row 120"])
    group = file.group("questions", evm_sources())
    number, truth = lambda value: abi(["uint256"], [str(value)]), lambda value: abi(["uint256"], [str(int(value))])

    def add(comment, question, target, function, types, values, answers, flags=(), rows=()):
        data = selector(function) + abi(types, values)[2:]
        for told, given, answer in answers:
            given = {"returned": given} if told == "returns" else {"reverted": given}
            marks = flags or (["Layout"] if answer == "none" or (answer is False and len(raw(list(given.values())[0])) != 32) else [])
            expected = {"target": target, "data": data, "answer": answer}
            group.accept(f"{comment}: {told} {list(given.values())[0][:20] or 'nothing'}", {"question": question, **given}, expected, marks, rows)

    owner, token = ANVIL0_ADDRESS, USDC_BASE_SEPOLIA
    amounts = [("returns", number(value), str(value)) for value in (0, 10000, 2**256 - 1)]
    amounts += [("returns", given, "none") for given in ("0x", "0x" + "00" * 31, "0x" + "00" * 33, "0x" + "00" * 64)]
    amounts += [("reverts", "0x", "none"), ("reverts", number(7), "none")]
    add("a balance", {"kind": "balance", "token": token, "owner": owner}, token, "balanceOf(address)", ["address"], [owner], amounts)
    allowance = {"kind": "allowance", "token": token, "owner": owner, "spender": PERMIT2}
    add("an allowance", allowance, token, "allowance(address,address)", ["address", "address"], [owner, PERMIT2], amounts[:1] + amounts[3:4])
    counted = {"kind": "tokenNonce", "token": token, "owner": owner}
    add("permits given", counted, token, "nonces(address)", ["address"], [owner], amounts[:1] + amounts[3:4])
    nonce = "0x" + "5e" * 32
    flags = [("returns", truth(True), True), ("returns", truth(False), False), ("returns", number(2), "none")]
    flags += [("returns", "0x01" + "00" * 31, "none"), ("returns", "0x", "none"), ("reverts", "0x", "none")]
    state = {"kind": "nonceState", "token": token, "authorizer": owner, "nonce": nonce}
    add("a nonce", state, token, "authorizationState(address,bytes32)", ["address", "bytes32"], [owner, nonce], flags)
    for value in (0, 1, 255, 256, 2**256 - 1):
        question = {"kind": "permitNonce", "owner": owner, "nonce": f"0x{value:064x}"}
        answers = []
        for bit in sorted({0, value % 256, (value + 1) % 256, 255}):
            answers.append(("returns", number(1 << bit), bit == value % 256))
        answers.append(("returns", "0x", "none"))
        words = ["address", "uint256"]
        add(f"nonce {value} of Permit2", question, PERMIT2, "nonceBitmap(address,uint256)", words, [owner, str(value >> 8)], answers[:-1], ["Bit"], [120])
        add(f"nonce {value} of Permit2", question, PERMIT2, "nonceBitmap(address,uint256)", words, [owner, str(value >> 8)], answers[-1:])
    for signature in ("0x", "0x" + "05" * 65, "0x" + "05" * 64):
        question = {"kind": "contractSignature", "wallet": ANVIL1_ADDRESS, "digest": nonce, "signature": signature}
        answers = [
            ("returns", MAGIC, True),
            ("returns", "0x1626ba7e" + "00" * 27 + "01", False),
            ("returns", "0xffffffff" + "00" * 28, False),
            ("returns", "0x1626ba7e", False),
            ("returns", "0x", False),
            ("returns", number(1), False),
            ("reverts", MAGIC, False),
        ]
        add("a wallet", question, ANVIL1_ADDRESS, "isValidSignature(bytes32,bytes)", ["bytes32", "bytes"], [nonce, signature], answers, (), [101])
    return file


def multicall():
    file = VectorFile(
        "evm/multicall3.json",
        "evm/multicall3",
        "Several calls in one, `aggregate3((address,bool,bytes)[])` of Multicall3 with every failure allowed, and what it returns, "
        "`(bool,bytes)[]`. A reader takes exactly what an encoder writes, for exactly as many calls as were made.",
    )
    file.note("Layout", "EDGE_CASE", "not what an encoder writes, though a decoder may follow it", ["catalogue row 98"])
    group = file.group("calls", [tool("eth-abi")])
    for comment, calls in (
        ("none", []),
        ("one without data", [(ANVIL0_ADDRESS, b"")]),
        ("one word", [(PERMIT2, bytes(32))]),
        ("three, of several lengths", [(PERMIT2, b"\xab" * 33), (ANVIL1_ADDRESS, b"\x01"), (USDC_BASE_SEPOLIA, b"\x02" * 64)]),
    ):
        data = selector("aggregate3((address,bool,bytes)[])") + encode_abi(
            ["(address,bool,bytes)[]"], [[(target, True, data) for target, data in calls]]
        ).hex()
        given = [{"target": target, "data": hexed(data)} for target, data in calls]
        group.accept(comment, {"calls": given}, {"target": MULTICALL3, "data": data})

    group = file.group("outcomes", [tool("eth-abi")])
    kind = "(bool,bytes)[]"
    results = [(True, bytes([1]) * 32), (False, b""), (True, bytes([7]) * 5)]
    good = encode_abi([kind], [results])
    outcomes = [{"success": success, "bytes": hexed(data)} for success, data in results]
    group.accept("three", {"returned": hexed(good), "count": 3}, {"outcomes": outcomes})
    group.accept("none", {"returned": hexed(encode_abi([kind], [[]])), "count": 0}, {"outcomes": []})
    revert = [(False, raw(selector("Error(string)")) + encode_abi(["string"], ["no"]))]
    group.accept(
        "a revert with a reason",
        {"returned": hexed(encode_abi([kind], [revert])), "count": 1},
        {"outcomes": [{"success": False, "bytes": hexed(revert[0][1])}]},
    )

    def refuse(comment, data, reason, count=3):
        group.reject(comment, {"returned": hexed(data), "count": count}, reason, ["Layout"], [98])

    def put(at, value):
        return good[: 32 * at] + value.to_bytes(32, "big") + good[32 * at + 32 :]

    refuse("fewer calls than outcomes", good, "abi_layout", 2)
    refuse("more calls than outcomes", good, "abi_layout", 4)
    refuse("nothing", b"", "abi_truncated")
    refuse("a byte short", good[:-1], "abi_truncated")
    refuse("a byte behind it", good + b"\0", "abi_trailing")
    refuse("a list that begins elsewhere", put(0, 64), "abi_layout")
    refuse("an element that begins elsewhere", put(2, 97), "abi_layout")
    refuse("two elements in one place", put(3, 0x60), "abi_layout")
    refuse("an offset beyond everything", put(2, 2**255), "abi_layout")
    refuse("a success that is neither", put(5, 2), "abi_flag")
    refuse("bytes that begin elsewhere", put(6, 96), "abi_layout")
    refuse("more bytes than there are", put(7, 10_000), "abi_truncated")
    refuse("a length beyond everything", put(7, 2**255), "abi_layout")
    refuse("padding that is not zero", good[:-1] + b"\1", "abi_padding")
    swapped = good[:64] + good[96:128] + good[64:96] + good[128:]
    assert decode([kind], swapped)[0][0] == (False, b""), "a decoder follows offsets out of order"
    refuse("the elements out of order", swapped, "abi_layout")
    return file
