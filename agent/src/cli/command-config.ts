import { loadConfig } from "../config/load-config.js";
import type { Config } from "../config/schema.js";
import type { Io } from "./io.js";

/** The configuration of a command: of its `--config`, if it has one, and the environment. */
export function configFrom(file: string | undefined, io: Io): Config {
  return loadConfig({
    ...(file === undefined ? {} : { file }),
    environment: io.environment,
  });
}
