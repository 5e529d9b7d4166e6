"""Two programs of agents around an official `ClientSession` over stdio: one pays by itself, as the official package does, and one knows nothing
of payments and has our command in the place of its server."""

import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from chain import NETWORK
from x402 import x402Client
from x402.mcp import x402MCPSession
from x402.mechanisms.evm.exact import register_exact_evm_client
from x402.mechanisms.evm.signers import EthAccountSignerWithRPC


class Client(x402Client):
    """The official client, whose payments can be kept, changed and used again."""

    ready = None
    change = None
    last = None

    async def create_payment_payload(self, required, *more):
        payment = self.ready or await super().create_payment_payload(required, *more)
        if self.change:
            self.change(payment)
        self.last = payment
        return payment


@asynccontextmanager
async def session(command, variables=None):
    [program, *arguments] = command
    # what a server complains of is nothing that a case looks at
    with open(os.devnull, "w") as nowhere:
        server = StdioServerParameters(command=program, args=arguments, env={"PATH": os.environ["PATH"], **(variables or {})})
        async with stdio_client(server, errlog=nowhere) as (read, write), ClientSession(read, write) as inner:
            await inner.initialize()
            yield inner


@asynccontextmanager
async def official(chain, account, server):
    """An agent that pays by itself."""
    async with session(server) as inner:
        client = register_exact_evm_client(Client(), EthAccountSignerWithRPC(account, chain.url), NETWORK)
        paying = x402MCPSession(inner, client)

        async def call(tool, city):
            return (await paying.call_tool(tool, {"city": city})).raw_result

        yield call, client


@asynccontextmanager
async def quittance(program, wallet, account, server):
    """An agent that cannot pay, with `quittance mcp` before its server."""
    command = [program, "mcp", "--max-amount", "$0.01", "--home", str(wallet), "--", *server]
    async with session(command, {"EVM_PRIVATE_KEY": account.key.hex()}) as inner:

        async def call(tool, city):
            return await inner.call_tool(tool, {"city": city})

        yield call, None


def server(facilitator):
    """The command of the official server."""
    return [sys.executable, "-B", str(Path(__file__).with_name("server.py")), facilitator]
