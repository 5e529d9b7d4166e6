// Everything of `quittance/verify`, and what whoever sells needs beside it: headers, hashes, the answers of others, and a handler that does it all.

export * from "./verify.js";
export * from "./headers.js";
export * from "./hashes.js";
export { MemoryLog, createGate } from "./seller.js";
