// A worker compiles nothing while it runs; its modules are compiled when it is deployed, and imported.

import { initSync } from "#glue";
import module from "#module";

initSync({ module });

export * from "#glue";
