import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** The version of the agent, as in its package. */
export const VERSION = version;
