"""The official MCP package, with the official wrappers for payments, against ours: each client with each server, rightly and wrongly.

    python main.py <url of a chain> <url of our facilitator on it> <our command> <our server of tools>

Both official ones are asked first, and have to answer what the case says. The others have to answer the same, but where `differences` says what
else and why. A difference that is listed and not seen fails as well. The last line counts.
"""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))

import hosts
from chain import Chain
from differences import Differences
from parties import PAYEE, PRICE

META = "x402/payment-response"


class Trial:
    """One client with one server, for one case: what was answered, and what moved."""

    def __init__(self, chain, make, funds):
        self.chain, self.make = chain, make
        self.account = chain.buyer(funds)

    async def run(self, case):
        before = self.chain.balance(PAYEE)
        with tempfile.TemporaryDirectory() as wallet:
            async with self.make(self.account, wallet) as (call, client):
                said = await case(self, call, client)
        return f"{said}; {self.chain.balance(PAYEE) - before} moved"

    def read(self, result):
        """A result in one line."""
        text = result.content[0].text if result.content else ""
        receipt = (result.meta or {}).get(META)
        if result.isError:
            said = result.structuredContent or {}
            if "accepts" in said:
                return f"terms: {said['error']}"
            if "code" in said:
                own = [content.text.removeprefix("Tool execution error: ") for content in result.content[1:]]
                return ", ".join([f"{said['outcome']}: {said['code']}", *own])
            return f"failed: {said.get('error') or text}"
        if receipt is None:
            return text.split(",")[0]
        assert receipt["success"] is True
        self.chain.proves(receipt["transaction"], self.account.address, PAYEE, PRICE)
        return f"{text.split(',')[0]}, with a receipt that is true"


async def buys(trial, call, client):
    return trial.read(await call("weather", "Oslo"))


async def buys_twice(trial, call, client):
    first, second = await call("weather", "Oslo"), await call("weather", "Oslo")
    assert first.meta[META]["transaction"] != second.meta[META]["transaction"]
    return f"{trial.read(first)}, and {trial.read(second)}"


async def several(trial, call, client):
    results = await asyncio.gather(*(call("weather", city) for city in ["Oslo", "Bergen", "Bodo"]))
    return ", ".join(sorted(trial.read(result).split(",")[0] for result in results))


async def is_free(trial, call, client):
    return trial.read(await call("time", "Oslo"))


async def fails(trial, call, client):
    result = await call("broken", "Oslo")
    return trial.read(result)


async def forged(trial, call, client):
    def change(payment):
        signature = payment.payload["signature"]
        payment.payload["signature"] = signature[:10] + ("0" if signature[10] != "0" else "1") + signature[11:]

    client.change = change
    return trial.read(await call("weather", "Oslo"))


async def replayed(trial, call, client):
    assert not (await call("weather", "Oslo")).isError
    client.ready = client.last
    return trial.read(await call("weather", "Oslo"))


async def elsewhere(trial, call, client):
    assert not (await call("weather", "Oslo")).isError
    client.ready = client.last
    return trial.read(await call("weather", "Bergen"))


# about, what is done, what the buyer has, whether it takes a client that makes payments by itself, what the official ones answer
CASES = [
    ("a tool is bought", buys, 1_000_000, False, f"rain in Oslo, with a receipt that is true; {PRICE} moved"),
    (
        "the same again is another purchase",
        buys_twice,
        1_000_000,
        False,
        f"rain in Oslo, with a receipt that is true, and rain in Oslo, with a receipt that is true; {2 * PRICE} moved",
    ),
    ("several at once", several, 1_000_000, False, f"rain in Bergen, rain in Bodo, rain in Oslo; {3 * PRICE} moved"),
    ("a tool that costs nothing", is_free, 0, False, "noon; 0 moved"),
    ("a payer without money", buys, 0, False, "terms: insufficient_funds; 0 moved"),
    ("a tool that fails", fails, 1_000_000, False, "failed: Tool execution error: no oracle in Oslo; 0 moved"),
    ("a forged signature", forged, 1_000_000, True, "terms: invalid_exact_evm_payload_signature; 0 moved"),
    (
        "the same payment again",
        replayed,
        1_000_000,
        True,
        f"terms: invalid_exact_evm_nonce_already_used; {PRICE} moved",
    ),
    (
        "the same payment for something else",
        elsewhere,
        1_000_000,
        True,
        f"terms: invalid_exact_evm_nonce_already_used; {PRICE} moved",
    ),
]


async def main(chain_url, facilitator, program, tools):
    # the official server and client have much to say about payments that are refused on purpose
    logging.disable(logging.CRITICAL)
    chain, differences, answers, wrong = Chain(chain_url), Differences(), 0, []
    servers = {
        "official": hosts.server(facilitator),
        "quittance": [tools, "--facilitator", facilitator, "--pay-to", PAYEE],
    }
    clients = {
        "official": lambda server: lambda account, wallet: hosts.official(chain, account, server),
        "quittance": lambda server: lambda account, wallet: hosts.quittance(program, wallet, account, server),
    }
    for about, case, funds, needs_payments, official in CASES:
        print(about)
        for pair in [(client, server) for client in clients for server in servers]:
            if needs_payments and pair[0] != "official":
                continue
            said = await Trial(chain, clients[pair[0]](servers[pair[1]]), funds).run(case)
            wanted, why = (official, None) if pair == ("official", "official") else differences.apply(pair, about, official)
            right = said == wanted
            answers += 1
            if not right:
                wrong.append(f"{about}, {' -> '.join(pair)}: {said} (and not: {wanted})")
            mark = "WRONG" if not right else "differs" if why else "ok"
            print(f"  {mark:7} {' -> '.join(pair):22} {said}" + (f"  [{why}]" if why else ""))
    held = answers - len(wrong)
    wrong += differences.unseen()
    for line in wrong:
        print(line, file=sys.stderr)
    meant = f"{len(differences.seen)} differences meant"
    print(f"{len(CASES)} cases, {held} of {answers} answers as listed, {meant}")
    return 1 if wrong else 0


sys.exit(asyncio.run(main(*sys.argv[1:])))
