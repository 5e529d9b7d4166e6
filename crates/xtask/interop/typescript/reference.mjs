// The protocol's own facilitator: the packages give its engine, and leave its HTTP surface to whoever runs it.
//
// What is written here is what the packages' documentation shows: the two objects go in, the answer comes out with 200, an exception
// is a 500. So a status of 400 or 500 says something about this file; a reason says what the official engine says.

import { NETWORK, WALLET_FACTORY, known } from "./chain.mjs";
import { EIP2612_GAS_SPONSORING, createErc20ApprovalGasSponsoringExtension, evm, express, facilitator, viem, x402Facilitator } from "./packages.mjs";
import { listen } from "./loopback.mjs";

/** Sends transactions one after the other, as the packages leave to whoever runs them; a payer who cannot pay for its own is given what it lacks. */
async function inOrder(wallet, transactions) {
  const done = async (hash) => {
    await wallet.waitForTransactionReceipt({ hash });
    return hash;
  };
  const hashes = [];
  for (const transaction of transactions) {
    if (typeof transaction === "string") {
      const { gas, maxFeePerGas } = viem.parseTransaction(transaction);
      const address = await viem.recoverTransactionAddress({ serializedTransaction: transaction });
      const lacks = gas * maxFeePerGas - (await wallet.getBalance({ address }));
      if (lacks > 0n) await done(await wallet.sendTransaction({ to: address, value: lacks }));
      hashes.push(await done(await wallet.sendRawTransaction({ serializedTransaction: transaction })));
    } else {
      hashes.push(await done(await wallet.sendTransaction(transaction)));
    }
  }
  return hashes;
}

/** The official facilitator on a chain, with an account that signs for it and for nobody else. */
export async function reference(chain, account = known(0)) {
  const wallet = chain.wallet(account);
  const signer = evm.toFacilitatorEvmSigner({ ...wallet, address: wallet.account.address });
  const engine = new x402Facilitator();
  facilitator.registerExact(engine, { signer, networks: NETWORK, eip6492AllowedFactories: [WALLET_FACTORY] });
  engine.register(NETWORK, new facilitator.Upto(signer));
  engine.registerExtension(EIP2612_GAS_SPONSORING);
  engine.registerExtension(createErc20ApprovalGasSponsoringExtension({ ...signer, sendTransactions: (all) => inOrder(wallet, all) }));

  const app = express();
  app.use(express.json());
  const post = (path, ask) =>
    app.post(path, async (request, response) => {
      const { paymentPayload, paymentRequirements } = request.body ?? {};
      if (!paymentPayload || !paymentRequirements) {
        response.status(400).json({ error: "Missing paymentPayload or paymentRequirements" });
        return;
      }
      try {
        response.json(await ask(paymentPayload, paymentRequirements));
      } catch (error) {
        response.status(500).json({ error: error.message });
      }
    });
  post("/verify", (payment, requirements) => engine.verify(payment, requirements));
  post("/settle", (payment, requirements) => engine.settle(payment, requirements));
  app.get("/supported", (_request, response) => response.json(engine.getSupported()));
  return listen(app);
}
