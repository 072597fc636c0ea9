import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
/** Where the agent's package is, wherever this file was compiled to. */
const AGENT_ROOT = dirname(require.resolve("presage/package.json"));

/** Root of the project. */
export const PROJECT_ROOT = dirname(AGENT_ROOT);

/** The command `presage`, as it is shipped. */
export const PRESAGE_COMMAND = join(AGENT_ROOT, "bin", "presage.js");

/** What the images start it with, so that its memory is the same on newer lines of Node, whose heaps are larger. */
export const HEAP_OPTION = "--max-semi-space-size=16";

/** A module of the agent as built, named by its path under `agent/dist`; the caller knows its type. */
export function builtModule(path: string): Promise<unknown> {
  return import(pathToFileURL(join(AGENT_ROOT, "dist", path)).href);
}

/** The shop as a process. */
export const SHOP_COMMAND = require.resolve("presage-example-shop/main");
