// The project's sandbox chain as a program beside a test, and ways to speak to it with viem.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Starts it: where it listens, the number of the chain, and accounts that have money. */
export const sandbox = async (program, ...options) => {
  const devnet = spawn(program, ["devnet", "--port", "0", "--json", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: devnet.stdout }).once("line", resolve);
    devnet.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
  });
  const { url, chain_id: id, accounts } = JSON.parse(line);
  const chain = { id, name: "sandbox", nativeCurrency: { name: "ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [url] } } };
  return { url, chain, accounts, end: () => devnet.kill() };
};

/** How much of a token somebody has. */
export const holding = ({ parseAbi }, node, token) => (who) =>
  node.readContract({ address: token, abi: parseAbi(["function balanceOf(address) view returns (uint256)"]), functionName: "balanceOf", args: [who] });
