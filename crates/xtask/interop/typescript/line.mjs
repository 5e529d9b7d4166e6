// A line that can be cut: between a facilitator and its node, or a shop and its facilitator.

import http from "node:http";

import { listen } from "./loopback.mjs";

export async function line(there) {
  let cut = false;
  const server = http.createServer((request, response) => {
    // what was not read would turn the end of a connection into its reset, now and then
    if (cut) return request.on("end", () => request.socket.destroy()).resume();
    const { method, headers } = request;
    const forward = http.request(new URL(request.url, there), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    forward.on("error", () => response.destroy());
    request.pipe(forward);
  });
  const { url } = await listen(server);
  /** Runs something while nothing comes through. */
  const away = async (run) => {
    cut = true;
    server.closeAllConnections();
    try {
      return await run();
    } finally {
      cut = false;
    }
  };
  return { url, away };
}
