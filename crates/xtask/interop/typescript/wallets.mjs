// Payers that are contracts. Each is an account as the official client knows them: an address, and something that signs typed data.

import assert from "node:assert/strict";

import { NETWORK, PERMIT2, USDC, WALLET_FACTORY, artifact } from "./chain.mjs";
import { generatePrivateKey, privateKeyToAccount, require, viem } from "./packages.mjs";

const chainId = Number(NETWORK.split(":")[1]);
const FACTORY = artifact("WalletFactory").abi;
const WALLET = artifact("Wallet").abi;
const APPROVAL = viem.encodeFunctionData({
  abi: viem.parseAbi(["function approve(address,uint256)"]),
  functionName: "approve",
  args: [PERMIT2, viem.maxUint256],
});

/** The sandbox's contract wallet: one key answers for it. */
export async function wallet(chain, { deployed = true } = {}) {
  const owner = privateKeyToAccount(generatePrivateKey());
  const args = [owner.address, viem.zeroHash];
  const address = await chain.reader.readContract({ address: WALLET_FACTORY, abi: FACTORY, functionName: "addressOf", args });
  const data = viem.encodeFunctionData({ abi: FACTORY, functionName: "deploy", args });
  const approve = async () => {
    await chain.fuel(owner.address);
    const args = [USDC, 0n, APPROVAL];
    await chain.done(chain.wallet(owner).writeContract({ address, abi: WALLET, functionName: "execute", args }));
  };
  return made(chain, { address, approve, signTypedData: (message) => owner.signTypedData(message) }, { to: WALLET_FACTORY, data }, deployed);
}

const safePackage = (path) => require(`@safe-global/safe-smart-account/build/artifacts/contracts/${path}.json`);
const SAFE = safePackage("Safe.sol/Safe");
const PROXIES = safePackage("proxies/SafeProxyFactory.sol/SafeProxyFactory");
const HANDLER = safePackage("handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler");
const safes = new WeakMap();

/** A Safe, the contract wallet that most hold money in, of so many owners who all have to sign. */
export async function safe(chain, { owners: count = 1, deployed = true } = {}) {
  if (!safes.has(chain)) safes.set(chain, await singletons(chain));
  const { singleton, handler, factory } = safes.get(chain);
  const owners = Array.from({ length: count }, () => privateKeyToAccount(generatePrivateKey()));
  owners.sort((one, other) => (one.address.toLowerCase() < other.address.toLowerCase() ? -1 : 1));
  const names = owners.map(({ address }) => address);
  const { zeroAddress: nobody } = viem;
  const setup = viem.encodeFunctionData({ abi: SAFE.abi, functionName: "setup", args: [names, count, nobody, "0x", handler, nobody, 0n, nobody] });
  const making = { abi: PROXIES.abi, functionName: "createProxyWithNonce", args: [singleton, setup, 0n] };
  const { result: address } = await chain.reader.simulateContract({ address: factory, ...making });
  const signTypedData = async (message) => {
    const signatures = owners.map((owner) =>
      owner.signTypedData({
        domain: { chainId, verifyingContract: address },
        types: { SafeMessage: [{ name: "message", type: "bytes" }] },
        primaryType: "SafeMessage",
        message: { message: viem.hashTypedData(message) },
      }),
    );
    return viem.concat(await Promise.all(signatures));
  };
  const approve = async () => {
    assert.equal(count, 1);
    await chain.fuel(names[0]);
    // an owner who sends the transaction need not sign it
    const sender = viem.concat([viem.pad(names[0]), viem.pad("0x"), "0x01"]);
    const args = [USDC, 0n, APPROVAL, 0, 0n, 0n, 0n, nobody, nobody, sender];
    await chain.done(chain.wallet(owners[0]).writeContract({ address, abi: SAFE.abi, functionName: "execTransaction", args }));
  };
  return made(chain, { address, approve, signTypedData }, { to: factory, data: viem.encodeFunctionData(making) }, deployed);
}

async function singletons(chain) {
  const put = async ({ abi, bytecode }) => (await chain.done(chain.helper.deployContract({ abi, bytecode }))).contractAddress;
  return { singleton: await put(SAFE), handler: await put(HANDLER), factory: await put(PROXIES) };
}

/** Gives a contract account its money, and its code or the promise of it. */
async function made(chain, account, deployment, deployed) {
  await chain.mint(account.address);
  if (deployed) await chain.done(chain.helper.sendTransaction(deployment));
  assert.equal((await chain.reader.getCode({ address: account.address })) !== undefined, deployed);
  return { ...account, deployment };
}

/** The same account, which says with each signature how its contract is made (ERC-6492). */
export function promised({ signTypedData, ...account }) {
  const { to, data } = account.deployment;
  const wrap = (signature) => viem.encodeAbiParameters([{ type: "address" }, { type: "bytes" }, { type: "bytes" }], [to, data, signature]);
  const wrapped = async (message) => viem.concat([wrap(await signTypedData(message)), `0x${"6492".repeat(16)}`]);
  return { ...account, signTypedData: wrapped };
}
