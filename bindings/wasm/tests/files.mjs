// The vector files on the disk of whoever starts the tests; the runtimes that have no disk are sent them.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Every file below `spec-vectors`, as `[path, document]`. */
export const files = (root) =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "schemas")
    .flatMap(({ name }) => readdirSync(join(root, name)).map((file) => `${name}/${file}`))
    .sort()
    .map((path) => [path, JSON.parse(readFileSync(join(root, path), "utf8"))]);
