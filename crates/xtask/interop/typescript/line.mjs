// The line between a facilitator and its node, which can be cut.

import http from "node:http";

import { listen } from "./loopback.mjs";

export async function line(chainUrl) {
  let cut = false;
  const server = http.createServer((request, response) => {
    if (cut) return request.socket.destroy();
    const { method, headers } = request;
    const forward = http.request(chainUrl, { method, headers }, (answer) => {
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
