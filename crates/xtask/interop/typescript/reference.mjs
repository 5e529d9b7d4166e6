// The protocol's own facilitator: the packages give its engine, and leave its HTTP surface to whoever runs it.
//
// What is written here is what the packages' documentation shows: the two objects go in, the answer comes out with 200, an exception
// is a 500. So a status of 400 or 500 says something about this file; a reason says what the official engine says.

import { NETWORK, WALLET_FACTORY, known } from "./chain.mjs";
import { EIP2612_GAS_SPONSORING, evm, express, facilitator, x402Facilitator } from "./packages.mjs";
import { listen } from "./loopback.mjs";

export async function reference(chain) {
  const wallet = chain.wallet(known(0));
  const signer = evm.toFacilitatorEvmSigner({ ...wallet, address: wallet.account.address });
  const engine = new x402Facilitator();
  facilitator.registerExact(engine, { signer, networks: NETWORK, eip6492AllowedFactories: [WALLET_FACTORY] });
  engine.register(NETWORK, new facilitator.Upto(signer));
  engine.registerExtension(EIP2612_GAS_SPONSORING);

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
