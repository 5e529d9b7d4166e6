// Puts the npm package together: `node assemble.mjs <root> <folder of node_modules> <folder of slices> <package> <slice>=<most bytes>…`.
//
// Each slice comes as a module and as what wasm-bindgen wrote for it. Out go one file for every kind of runtime, the types, the manifest with
// the version of the crates, and the licences. What is printed are figures; what is wrong with the package is an error.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";

const [root, modules, built, out, ...limits] = process.argv.slice(2);
const sources = join(root, "bindings/wasm");
const esbuild = createRequire(join(modules, "package.json"))("esbuild");
const folder = (name) => mkdirSync(join(out, name), { recursive: true });
const fail = (text) => {
  console.error(text);
  process.exit(1);
};

/** The ways to come by the module, and what of it stands in which file. */
const KINDS = [
  { kind: "inline", format: "esm", ending: "mjs" },
  { kind: "inline", format: "cjs", ending: "cjs" },
  { kind: "worker", format: "esm", ending: "mjs" },
  { kind: "web", format: "esm", ending: "mjs" },
];

/** Answers what the sources leave open: `#wasm`, the glue behind it, and the module. */
const linking = (kind, slice, module) => ({
  name: "quittance",
  setup(build) {
    build.onResolve({ filter: /^#wasm$/ }, () => ({ path: join(sources, `js/load/${kind}.js`) }));
    build.onResolve({ filter: /^#glue$/ }, () => ({ path: join(built, slice, "quittance_wasm.js") }));
    build.onResolve({ filter: /^#packed$/ }, () => ({ path: "packed", namespace: "made" }));
    build.onResolve({ filter: /^#module$/ }, () =>
      kind === "worker" ? { path: `../wasm/${slice}.wasm`, external: true } : { path: "module", namespace: "made" },
    );
    build.onLoad({ filter: /./, namespace: "made" }, ({ path }) => ({
      contents:
        path === "packed"
          ? `export const length = ${module.length}; export const packed = "${deflateRawSync(module, { level: 9 }).toString("base64")}";`
          : `export const url = new URL("../wasm/${slice}.wasm", import.meta.url);`,
    }));
  },
});

folder("wasm");
const zipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

for (const limit of limits) {
  const [slice, most] = limit.split("=");
  const module = readFileSync(join(built, slice, "quittance_wasm_bg.wasm"));

  // nothing but the glue of its own is imported: no clock, no randomness, no network, no WASI
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module));
  const strange = imports.filter((it) => !(it.module.endsWith("quittance_wasm_bg.js") && it.name.startsWith("__wbindgen_") || /^__wbg_[a-z_]*(throw|init)/.test(it.name)));
  if (strange.length > 0) fail(`${slice} imports ${JSON.stringify(strange)}`);

  const plain = join(out, "wasm", `${slice}.wasm`);
  writeFileSync(plain, module);
  for (const { kind, format, ending } of KINDS) {
    folder(kind);
    await esbuild.build({
      entryPoints: [join(sources, `js/${slice}.js`)],
      outfile: join(out, kind, `${slice}.${ending}`),
      bundle: true,
      minify: true,
      format,
      platform: "neutral",
      target: "es2022",
      legalComments: "none",
      logLevel: "error",
      plugins: [linking(kind, slice, module)],
    });
  }
  for (const ending of ["mts", "cts"]) {
    const types = readFileSync(join(sources, `js/${slice}.d.ts`), "utf8");
    writeFileSync(join(out, `${slice}.d.${ending}`), types.replace(/"\.\/(\w+)\.js"/g, `"./$1.${ending === "mts" ? "mjs" : "cjs"}"`));
  }

  const web = zipped(plain) + zipped(join(out, "web", `${slice}.mjs`));
  const inline = zipped(join(out, "inline", `${slice}.mjs`));
  console.log(
    `${slice}: ${kilobytes(web)} for a page or a worker, ${kilobytes(inline)} in one file, compressed with gzip, of ${kilobytes(most)}` +
      `; imports ${imports.map(({ name }) => name).join(", ") || "nothing"}`,
  );
  if (Math.max(web, inline) > Number(most)) fail(`${slice} takes ${web} and ${inline} bytes, and may take ${most}`);
}

// what stands on top of the module for a buyer, by itself
const alone = (names) => {
  const stdin = { contents: `export { ${names} } from "./fetch.js";`, resolveDir: join(sources, "js") };
  const { outputFiles } = esbuild.buildSync({ stdin, bundle: true, minify: true, format: "esm", target: "es2022", write: false });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
};
console.log(`of index: wrapFetch and its error are ${alone("fetchWith, PaymentError")} bytes, with MemoryLedger ${alone("fetchWith, PaymentError, MemoryLedger")}, compressed with gzip`);

// the manifest has the version, the licence and the address of the crates
const workspace = readFileSync(join(root, "Cargo.toml"), "utf8");
const value = (key) => workspace.match(new RegExp(`^${key} = "(.*)"$`, "m"))?.[1] ?? fail(`Cargo.toml has no ${key}`);
const manifest = JSON.parse(readFileSync(join(sources, "js/package.json"), "utf8"));
const address = value("repository");
const whole = {
  name: manifest.name,
  version: value("version"),
  ...manifest,
  license: value("license"),
  repository: { type: "git", url: `git+${address}.git`, directory: "bindings/wasm" },
  homepage: `${address}/tree/main/bindings/wasm`,
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(whole, null, 2)}\n`);
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(root, name), join(out, name));
copyFileSync(join(sources, "README.md"), join(out, "README.md"));
folder("inspector");
for (const name of ["index.html", "inspector.mjs", "style.css"]) copyFileSync(join(sources, "inspector", name), join(out, "inspector", name));
