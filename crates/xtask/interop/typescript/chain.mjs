// The chain that is paid on: another node, which gets the sandbox's contracts first, or the sandbox itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { baseSepolia, generatePrivateKey, mnemonicToAccount, privateKeyToAccount, viem } from "./packages.mjs";

export const NETWORK = "eip155:84532";
export const USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
export const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
export const EXACT_PROXY = "0x402085c248EeA27D92E8b30b2C58ed07f9E20001";
export const UPTO_PROXY = "0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002";
export const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
export const WALLET_FACTORY = "0x6492000000000000000000000000000000000001";
export const WALLET = "0x7702000000000000000000000000000000000001";

/** The accounts that every node for development funds. */
export const known = (addressIndex) =>
  mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });

/** What the compile script made of a contract. */
export const artifact = (name) => JSON.parse(readFileSync(new URL(`../../../devnet/contracts/artifacts/${name}.json`, import.meta.url), "utf8"));
const TOKEN = artifact("Token").abi;

/** What stands where, and what its constructor is told, in the order in which it has to be put there. */
const PLACEMENTS = [
  [PERMIT2, "Permit2", []],
  [EXACT_PROXY, "ExactProxy", [PERMIT2]],
  [UPTO_PROXY, "UptoProxy", [PERMIT2]],
  [MULTICALL3, "Multicall3", []],
  [WALLET_FACTORY, "WalletFactory", []],
  [WALLET, "Wallet", [viem.zeroAddress]],
  [USDC, "Token", ["USDC", "2", "USDC", 6]],
];

export class Chain {
  /** A chain that is asked for a receipt each so many milliseconds. */
  constructor(url, pollingInterval = 20) {
    this.url = url;
    this.pollingInterval = pollingInterval;
    // a busy machine may keep a node waiting
    this.transport = viem.http(url, { timeout: 60_000 });
    this.reader = viem.createPublicClient({ chain: baseSepolia, transport: this.transport, pollingInterval, cacheTime: 0 });
    this.node = viem.createTestClient({ mode: "anvil", chain: baseSepolia, transport: this.transport });
    this.helper = this.wallet(known(9));
  }

  /** The chain at a URL, with the contracts on it. */
  static async at(url) {
    const chain = new Chain(url);
    assert.equal(await chain.reader.getChainId(), baseSepolia.id);
    chain.#live();
    if (!(await chain.reader.getCode({ address: PERMIT2 }))) await chain.#furnish();
    return chain;
  }

  /**
   * Makes blocks as a chain does, whether or not there is something to put into them: the clock of a chain that only has blocks of
   * transactions stands still in between, and who waits for a receipt by waiting for the next block waits for ever if it came too late.
   */
  async #live() {
    for (;;) {
      await this.node.mine({ blocks: 1 });
      await sleep(200);
    }
  }

  /** Runs each constructor at the address where the contract is to stand, and keeps the code that it answers with. */
  async #furnish() {
    for (const [address, name, args] of PLACEMENTS) {
      const { abi, creation } = artifact(name);
      const constructing = viem.encodeDeployData({ abi, bytecode: creation, args });
      await this.node.setCode({ address, bytecode: constructing });
      const { data: code } = await this.reader.call({ to: address });
      await this.done(this.helper.sendTransaction({ to: address, gas: 10_000_000n }));
      await this.node.setCode({ address, bytecode: code });
      await this.node.setNonce({ address, nonce: 1 });
    }
  }

  /** What signs and sends for one account, and reads in its name. */
  wallet(account) {
    const client = viem.createWalletClient({ account, chain: baseSepolia, transport: this.transport, pollingInterval: this.pollingInterval });
    return client.extend(viem.publicActions);
  }

  /** Waits for a transaction that has to succeed. */
  async done(hash) {
    const receipt = await this.reader.waitForTransactionReceipt({ hash: await hash });
    assert.equal(receipt.status, "success");
    return receipt;
  }

  /** A new account with so much of the token, which has approved Permit2 or not. */
  async buyer({ funds = 1_000_000n, approved = false, key = generatePrivateKey() } = {}) {
    const account = privateKeyToAccount(key);
    if (funds > 0n) await this.mint(account.address, funds);
    if (approved) {
      await this.fuel(account.address);
      await this.#token(this.wallet(account), "approve", [PERMIT2, viem.maxUint256]);
    }
    return account;
  }

  async mint(who, amount = 1_000_000n) {
    await this.#token(this.helper, "mint", [who, amount]);
  }

  /** Gives somebody what transactions cost. */
  async fuel(address) {
    await this.node.setBalance({ address, value: 10n ** 18n });
  }

  /** Lets an account be answered for by the wallet's code (EIP-7702). */
  async delegate(account) {
    const signed = await account.signAuthorization({ chainId: baseSepolia.id, address: WALLET, nonce: 0 });
    await this.done(this.helper.sendTransaction({ authorizationList: [signed], to: this.helper.account.address }));
    assert.equal(await this.reader.getCode({ address: account.address }), viem.concat(["0xef0100", WALLET]).toLowerCase());
  }

  /** Sends an authorization that is somebody else's to send, as anybody may. */
  async frontRun({ signature, authorization: { from, to, value, validAfter, validBefore, nonce } }) {
    await this.#token(this.helper, "transferWithAuthorization", [from, to, value, validAfter, validBefore, nonce, signature]);
  }

  /** Withdraws an authorization before it was used. */
  async cancel(account, nonce) {
    const signature = await account.signTypedData({
      domain: { name: "USDC", version: "2", chainId: baseSepolia.id, verifyingContract: USDC },
      types: { CancelAuthorization: [{ name: "authorizer", type: "address" }, { name: "nonce", type: "bytes32" }] },
      primaryType: "CancelAuthorization",
      message: { authorizer: account.address, nonce },
    });
    await this.#token(this.helper, "cancelAuthorization", [account.address, nonce, signature]);
  }

  /** Marks a nonce of Permit2 as used. */
  async invalidate(account, nonce) {
    const abi = viem.parseAbi(["function invalidateUnorderedNonces(uint256,uint256)"]);
    const args = [BigInt(nonce) >> 8n, 1n << (BigInt(nonce) & 255n)];
    await this.done(this.wallet(account).writeContract({ address: PERMIT2, abi, functionName: "invalidateUnorderedNonces", args }));
  }

  async balance(who) {
    return this.reader.readContract({ address: USDC, abi: TOKEN, functionName: "balanceOf", args: [who] });
  }

  /** Waits until somebody has so much, for as long as anybody would. */
  async earned(who, amount) {
    const until = Date.now() + 60_000;
    while ((await this.balance(who)) < amount && Date.now() < until) await sleep(this.pollingInterval);
    assert.equal(await this.balance(who), amount);
  }

  /** That a transaction moved exactly this money. */
  async proves(hash, from, to, value) {
    const receipt = await this.reader.getTransactionReceipt({ hash });
    assert.equal(receipt.status, "success");
    const transfers = viem.parseEventLogs({ abi: TOKEN, eventName: "Transfer", logs: receipt.logs, args: { from, to } });
    const ours = transfers.filter((log) => log.address === USDC.toLowerCase());
    assert.deepEqual(ours.map((log) => log.args.value), [value]);
  }

  async #token(wallet, functionName, args) {
    // an overload is told by the number of its arguments
    const abi = TOKEN.filter((item) => item.name === functionName && item.inputs.length === args.length);
    await this.done(wallet.writeContract({ address: USDC, abi, functionName, args }));
  }
}

export const now = () => Math.floor(Date.now() / 1000);
