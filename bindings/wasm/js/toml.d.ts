import type { PolicyKeys } from "./index.js";
import type { Read } from "./verify.js";

/**
 * Reads a policy in TOML, and gives what `policy` takes everywhere: `value` is an object in camel case, to be merged with another, and `text` is JSON
 * with the keys of the file. What is wrong with it is told with line and column, and with the name that a strange key may have been meant for.
 */
export function readPolicy(text: string): Read<PolicyKeys>;
