// The protocol's own client and server of its first version, from packages of their own.

import { createRequire } from "node:module";
import { join } from "node:path";

import { listen } from "../typescript/loopback.mjs";

/** The two, from the folder that holds their packages. */
export function firstVersion(folder) {
  const require = createRequire(join(folder, "package.json"));
  const { wrapFetchWithPayment } = require("x402-fetch");
  const { paymentMiddleware } = require("x402-express");
  const express = require("express");

  const client = {
    name: "x402-fetch",
    async buy({ account }, url) {
      const response = await wrapFetchWithPayment(fetch, account)(url);
      return { end: `${response.status}`, body: await response.text() };
    },
  };

  /** It knows one way to be paid. */
  async function server(facilitatorUrl, payee) {
    const app = express();
    const word = { price: "$0.01", network: "base-sepolia", config: { description: "a word", mimeType: "text/plain", maxTimeoutSeconds: 120 } };
    app.use(paymentMiddleware(payee, { "GET /eip3009": word }, { url: facilitatorUrl }));
    app.get("/eip3009", (_request, response) => response.type("text/plain").send("word"));
    return (await listen(app)).url;
  }

  return { client, server };
}
