// The module comes packed in this very file: Node, Deno, Bun and every bundler, at once and without a second file.

import { initSync } from "#glue";
import { length, packed } from "#packed";
import { inflate } from "./inflate.js";

const unpacked = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
initSync({ module: inflate(unpacked, length) });

export * from "#glue";
