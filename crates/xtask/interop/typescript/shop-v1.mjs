// A shop of the protocol's first version. The official packages still have its client and its facilitator, and no longer its server, so
// this is what the first version's HTTP transport says a server does, and no more.

import { USDC } from "./chain.mjs";
import { listen } from "./loopback.mjs";
import { HTTPFacilitatorClient, express } from "./packages.mjs";
import { PAYEE, PRICE } from "./shop.mjs";

export const NETWORK_V1 = "base-sepolia";

/** What the shop asks. */
export const TERMS_V1 = {
  scheme: "exact",
  network: NETWORK_V1,
  maxAmountRequired: `${PRICE}`,
  resource: "http://shop.example/word",
  description: "a word",
  mimeType: "text/plain",
  payTo: PAYEE,
  maxTimeoutSeconds: 120,
  asset: USDC,
  extra: { name: "USDC", version: "2" },
};

const decoded = (header) => JSON.parse(Buffer.from(header, "base64").toString("utf8"));
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64");

export async function shopV1(facilitatorUrl) {
  const facilitator = new HTTPFacilitatorClient({ url: facilitatorUrl });
  const app = express();
  app.get("/v1", async (request, response) => {
    const unpaid = (error) => response.status(402).json({ x402Version: 1, error, accepts: [TERMS_V1] });
    const header = request.get("X-PAYMENT");
    if (!header) return unpaid("X-PAYMENT header is required");
    const payment = decoded(header);
    const verdict = await facilitator.verify(payment, TERMS_V1);
    if (!verdict.isValid) return unpaid(verdict.invalidReason);
    const receipt = await facilitator.settle(payment, TERMS_V1);
    response.set("X-PAYMENT-RESPONSE", encoded(receipt));
    return receipt.success ? response.send("word") : unpaid(receipt.errorReason);
  });
  return listen(app);
}
