import type { Io } from "./io.js";
import { EXIT_DONE, UsageError } from "./io.js";
import { exportBundle } from "./model-export.js";
import { importBundle } from "./model-import.js";
import { inspectBundle } from "./model-inspect.js";

const USAGE = `usage: presage model export --service NAME --segment NAME --out FILE [--namespace NAME] [--kind NAME]
                            [--config FILE]
       presage model import FILE [--url URL] [--token-file FILE]
       presage model inspect FILE [--config FILE] [--json]

export   packs the models of one segment from the last checkpoint in the data directory
import   sends a bundle to a running agent, which takes it over only if it is no worse
inspect  checks a bundle and says what is in it
`;

const ACTIONS: ReadonlyMap<string, (args: string[], io: Io) => Promise<number>> = new Map([
  ["export", exportBundle],
  ["import", importBundle],
  ["inspect", inspectBundle],
]);

/** `presage model`: model bundles. */
export async function model(args: string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help") {
    io.stdout.write(USAGE);
    return EXIT_DONE;
  }
  const names = [...ACTIONS.keys()].join(", ");
  if (name === undefined) throw new UsageError(`presage model needs one of ${names}`);
  const action = ACTIONS.get(name);
  if (action === undefined) {
    throw new UsageError(`presage model has no "${name}"; there are ${names}`);
  }
  return action(rest, io);
}
