// A server of the README and its buyer, as they are written there: `node readme.mjs <example> <ending of its file> <command>…`, run where the tarball is
// installed. The command runs a file, and prints where the server in it listens.
//
// The facilitator is one that says yes: what is tried here is that whoever copies these lines sells and buys with them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

import * as q from "quittance";
import { readRequest } from "quittance/settle";

import { ADDRESS, OFFER, SECRET, check, value } from "./samples.mjs";

const [name, ending, ...command] = process.argv.slice(2);
const here = new URL(".", import.meta.url);
const readme = readFileSync(new URL("../node_modules/quittance/README.md", here), "utf8");

/** An example as a file beside this one. */
const example = (name, ending) => {
  const file = new URL(`example-${name}.${ending}`, here);
  writeFileSync(file, readme.match(new RegExp(`\`\`\`js ${name}\n([^]*?)\`\`\``))[1]);
  return file;
};

const facilitator = createServer(async (request, response) => {
  const asked = value(readRequest("settle", await new Response(request).text()));
  check(request.url === "/settle" && asked.charge === OFFER.amount, request.url);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ success: true, transaction: `0x${"ab".repeat(32)}`, network: OFFER.network, payer: ADDRESS }));
});
await once(facilitator.listen(0, "127.0.0.1"), "listening");

process.env.EVM_PRIVATE_KEY = SECRET;
const { pay } = await import(example("buyer", "mjs"));

const [program, ...options] = command;
const env = { ...process.env, PORT: "0", TERMS: JSON.stringify(OFFER), FACILITATOR: `http://127.0.0.1:${facilitator.address().port}`, NO_COLOR: "1" };
const server = spawn(program, [...options, example(name, ending).pathname], { env, stdio: ["ignore", "pipe", "pipe"] });
try {
  const said = [];
  const origin = await new Promise((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (text) => {
        const [, port] = said.concat(String(text)).join("").match(/http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/) ?? [];
        said.push(String(text));
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
      });
    }
    server.on("exit", (code) => reject(new Error(`it ended with ${code}: ${said.join("")}`)));
  });
  // whatever somebody sends, the server is there for the next; where it makes the `Request` itself, what cannot be one is refused
  for (const [method, path] of [["TRACE", "/"], ["GET", "*:99999"]]) {
    const sent = request(origin, { method, path, agent: false }).end();
    const [{ statusCode }] = await once(sent, "response");
    check(statusCode < 500 && (name !== "node" || statusCode === 400), `${method} ${path}: ${statusCode}`);
  }
  // a front end stands before it, so that who asks knows it by another name
  const path = "/v1/report/42";
  const asked = await fetch(origin + path);
  check(asked.status === 402, `without a payment: ${asked.status}`);
  const posted = await fetch(origin + path, { method: "POST", body: "which report" });
  check(posted.status === 402, `a question without a payment: ${posted.status}`);
  const payment = pay({ headers: asked.headers, url: `https://api.example.com${path}` });
  const paid = () => fetch(origin + path, { headers: { [payment.name]: payment.value } });
  const served = await paid();
  check(served.status === 200 && (await served.text()) === "the report", `with a payment: ${served.status}`);
  check(value(q.decodeHeader("PAYMENT-RESPONSE", served.headers.get("PAYMENT-RESPONSE"))).success, "a receipt");
  check((await paid()).status === 409, "the same payment again");
  console.log(`the examples \`js ${name}\` and \`js buyer\` of the README sell and buy`);
} finally {
  server.kill("SIGKILL");
  facilitator.close();
  facilitator.closeAllConnections();
}
