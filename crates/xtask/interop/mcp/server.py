"""The official server of tools: `FastMCP`, and the official wrapper around the tools that cost a cent.

    python server.py <url of a facilitator>
"""

import asyncio
import logging
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "python"))

from mcp.server.fastmcp import FastMCP

from parties import PAYEE
from x402 import x402ResourceServer
from x402.http.facilitator_client import FacilitatorConfig, HTTPFacilitatorClient
from x402.mcp import create_payment_wrapper
from x402.mechanisms.evm.exact import ExactEvmServerScheme
from x402.schemas import ResourceConfig

from chain import NETWORK


def main(facilitator):
    logging.disable(logging.CRITICAL)
    till = x402ResourceServer(HTTPFacilitatorClient(FacilitatorConfig(url=facilitator)))
    till.register(NETWORK, ExactEvmServerScheme())
    till.initialize()
    config = ResourceConfig(scheme="exact", pay_to=PAYEE, price="$0.01", network=NETWORK, max_timeout_seconds=120)
    sold = create_payment_wrapper(till, accepts=till.build_payment_requirements(config))
    server = FastMCP("tools", log_level="CRITICAL")

    @server.tool()
    @sold
    async def weather(city: str) -> str:
        return f"rain in {city}"

    @server.tool()
    @sold
    async def broken(city: str) -> str:
        raise RuntimeError(f"no oracle in {city}")

    # its answer is text alone, as that of the others
    @server.tool(structured_output=False)
    async def time(city: str) -> str:
        return "noon"

    asyncio.run(server.run_stdio_async())


main(*sys.argv[1:])
