// The protocol's own server: one route for each way to be paid.

import { NETWORK, USDC, known } from "./chain.mjs";
import { listen } from "./loopback.mjs";
import {
  HTTPFacilitatorClient,
  declareEip2612GasSponsoringExtension,
  declareErc20ApprovalGasSponsoringExtension,
  express,
  paymentMiddleware,
  server,
  setSettlementOverrides,
  x402ResourceServer,
} from "./packages.mjs";

export const PAYEE = known(8).address;
export const PRICE = 10_000n;
export const CEILING = 100_000n;

const domain = { name: "USDC", version: "2" };
const permit2 = { ...domain, assetTransferMethod: "permit2" };
const priced = (scheme, price, more = {}) => (payTo) => ({
  accepts: { scheme, network: NETWORK, payTo, price, maxTimeoutSeconds: 120 },
  description: "a word",
  mimeType: "text/plain",
  ...more,
});

const ROUTES = {
  "GET /eip3009": priced("exact", "$0.01"),
  "GET /permit2": priced("exact", { amount: `${PRICE}`, asset: USDC, extra: permit2 }),
  "GET /sponsored": priced("exact", { amount: `${PRICE}`, asset: USDC, extra: permit2 }, { extensions: declareEip2612GasSponsoringExtension() }),
  "GET /approving": priced("exact", { amount: `${PRICE}`, asset: USDC, extra: permit2 }, { extensions: declareErc20ApprovalGasSponsoringExtension() }),
  "GET /upto": priced("upto", "$0.10"),
};

/** A shop that has its payments to `payee` verified and settled at `facilitatorUrl`. */
export async function shop(facilitatorUrl, payee = PAYEE) {
  const till = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitatorUrl }))
    .register(NETWORK, new server.Exact())
    .register(NETWORK, new server.Upto());
  const app = express();
  const routes = Object.entries(ROUTES).map(([route, to]) => [route, to(payee)]);
  app.use(paymentMiddleware(Object.fromEntries(routes), till));
  app.get("/upto", (request, response) => {
    // what was used, which the buyer of a test chooses
    if (request.query.charge !== undefined) setSettlementOverrides(response, { amount: request.query.charge });
    response.send("word");
  });
  app.use((_request, response) => response.send("word"));
  return listen(app);
}
