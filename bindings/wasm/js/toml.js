// A policy as people write it, for programs that find it in a file: the reader of TOML is nearly as large as everything else about policies.

import * as wasm from "#wasm";
import { bytes, read } from "./text.js";

export const readPolicy = (text) => read(wasm.policy_json(bytes(text, "text")));
