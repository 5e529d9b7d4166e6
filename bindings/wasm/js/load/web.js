// A page gets the module from beside this file and compiles it while it comes in.

import { initSync } from "#glue";
import { url } from "#module";

const compiled = async () => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`quittance: ${url} answered ${response.status}`);
  // a server that does not know the type of the file is no reason to fail
  const isNamed = response.headers.get("content-type")?.startsWith("application/wasm");
  return isNamed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
};

initSync({ module: await compiled() });

export * from "#glue";
