// What viem, the client of most buyers and facilitators in TypeScript, sees on a sandbox: node viem.mjs <folder with node_modules> <url>
//
// Each step is asserted, and the last line says how many there were.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, url] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const viem = await load("viem");
const { privateKeyToAccount } = await load("viem/accounts");
const { baseSepolia } = await load("viem/chains");

const TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
const payer = privateKeyToAccount("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
const facilitator = privateKeyToAccount("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
const payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const abi = viem.parseAbi([
  "function name() view returns (string)",
  "function balanceOf(address) view returns (uint256)",
  "function transfer(address,uint256) returns (bool)",
  "function authorizationState(address,bytes32) view returns (bool)",
  "function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
]);

const transport = viem.http(url, { batch: true });
const reader = viem.createPublicClient({ chain: baseSepolia, transport, pollingInterval: 50 });
const writer = viem.createWalletClient({ account: facilitator, chain: baseSepolia, transport });
const sandbox = viem.createTestClient({ mode: "anvil", chain: baseSepolia, transport });
let steps = 0;
const step = async (name, run) => {
  await run();
  steps += 1;
  console.log(`ok      ${name}`);
};

const nonce = viem.keccak256("0x01");
const authorization = { from: payer.address, to: payee, value: 10_000n, validAfter: 0n, validBefore: 2n ** 64n, nonce };
const signature = await payer.signTypedData({
  domain: { name: "USDC", version: "2", chainId: 84532, verifyingContract: TOKEN },
  types: {
    TransferWithAuthorization: [
      { name: "from", type: "address" },
      { name: "to", type: "address" },
      { name: "value", type: "uint256" },
      { name: "validAfter", type: "uint256" },
      { name: "validBefore", type: "uint256" },
      { name: "nonce", type: "bytes32" },
    ],
  },
  primaryType: "TransferWithAuthorization",
  message: authorization,
});
const call = {
  address: TOKEN,
  abi,
  functionName: "transferWithAuthorization",
  args: [authorization.from, authorization.to, authorization.value, authorization.validAfter, authorization.validBefore, nonce, signature],
};

let receipt;
await step("reads, alone and through Multicall3", async () => {
  assert.equal(await reader.getChainId(), 84532);
  assert.equal(await reader.readContract({ address: TOKEN, abi, functionName: "name" }), "USDC");
  const balances = await reader.multicall({
    contracts: [payer.address, payee].map((who) => ({ address: TOKEN, abi, functionName: "balanceOf", args: [who] })),
    allowFailure: false,
  });
  assert.deepEqual(balances, [1_000_000_000_000n, 0n]);
});
await step("simulates, writes and waits", async () => {
  const { request } = await reader.simulateContract({ ...call, account: facilitator });
  const news = [];
  const stop = reader.watchContractEvent({ address: TOKEN, abi, eventName: "Transfer", onLogs: (logs) => news.push(...logs) });
  await new Promise((done) => setTimeout(done, 200));
  const hash = await writer.writeContract(request);
  receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success");
  while (news.length === 0) await new Promise((done) => setTimeout(done, 20));
  stop();
  assert.equal(news[0].transactionHash, hash);
});
await step("reads the refusal of a second use", async () => {
  const again = reader.simulateContract({ ...call, account: facilitator });
  await assert.rejects(again, (error) => {
    const reverted = error.walk((cause) => cause instanceof viem.ContractFunctionRevertedError);
    assert.equal(reverted.reason, "FiatTokenV2: authorization is used or canceled");
    return true;
  });
  assert.equal(await reader.readContract({ address: TOKEN, abi, functionName: "authorizationState", args: [payer.address, nonce] }), true);
});
await step("finds the log", async () => {
  const logs = await reader.getLogs({ address: TOKEN, event: abi.at(-1), args: { to: payee }, fromBlock: 0n });
  assert.equal(logs.length, 1);
  assert.deepEqual(logs[0].args, { from: payer.address, to: payee, value: 10_000n });
  assert.equal(logs[0].blockHash, receipt.blockHash);
});
await step("reads the block and the transaction", async () => {
  const block = await reader.getBlock({ blockHash: receipt.blockHash, includeTransactions: true });
  assert.equal(block.transactions[0].hash, receipt.transactionHash);
  const transaction = await reader.getTransaction({ hash: receipt.transactionHash });
  assert.equal(transaction.type, "eip1559");
  assert.equal(await reader.getTransactionConfirmations({ transactionReceipt: receipt }), 1n);
});
await step("prices", async () => {
  const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas();
  assert.ok(maxFeePerGas > maxPriorityFeePerGas && maxPriorityFeePerGas > 0n);
  const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] });
  assert.equal(history.baseFeePerGas.length, history.gasUsedRatio.length + 1);
});
await step("moves time, mines, goes back", async () => {
  const id = await sandbox.snapshot();
  const before = await reader.getBlock();
  await sandbox.increaseTime({ seconds: 3_600 });
  await sandbox.mine({ blocks: 2 });
  const after = await reader.getBlock();
  assert.equal(after.number, before.number + 2n);
  assert.ok(after.timestamp >= before.timestamp + 3_600n);
  await sandbox.setBalance({ address: payee, value: 5n });
  assert.equal(await reader.getBalance({ address: payee }), 5n);
  await sandbox.revert({ id });
  assert.equal((await reader.getBlock()).hash, before.hash);
});
await step("delegates an account (EIP-7702)", async () => {
  const delegate = "0x7702000000000000000000000000000000000001";
  const signed = await payer.signAuthorization({
    chainId: 84532,
    address: delegate,
    nonce: await reader.getTransactionCount({ address: payer.address }),
  });
  const hash = await writer.sendTransaction({ authorizationList: [signed], to: payer.address });
  assert.equal((await reader.waitForTransactionReceipt({ hash })).status, "success");
  assert.equal(await reader.getCode({ address: payer.address }), `0xef0100${delegate.slice(2)}`);
});
await step("hears words it knows", async () => {
  const low = writer.sendTransaction({ to: payee, nonce: 0, gas: 21_000n });
  await assert.rejects(low, (error) => error.walk((cause) => cause instanceof viem.NonceTooLowError) !== null);
  const poor = writer.sendTransaction({ to: payee, value: 10n ** 30n, gas: 21_000n });
  await assert.rejects(poor, (error) => error.walk((cause) => cause instanceof viem.InsufficientFundsError) !== null);
});
console.log(`viem: ${steps} steps passed`);
process.exit(0);
