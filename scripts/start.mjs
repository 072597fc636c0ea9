// `npm start`: makes everything ready, then runs the demo with the arguments given.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBuilt, ensureNode, ensurePackages, inWords, ROOT, secondsSince } from "./setup.mjs";

ensureNode();
const started = performance.now();
await ensurePackages();
ensureBuilt();
console.log(`Set-up took ${inWords(secondsSince(started))}. The demo begins.\n`);

const demo = spawn(
  process.execPath,
  [join(ROOT, "agent", "bin", "presage.js"), "demo", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
// Ctrl-C reaches the demo by itself; this process only has to wait until it has cleaned up.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => demo.kill("SIGTERM"));
demo.on("close", (status, signal) => {
  process.exitCode = status ?? (signal === null ? 0 : 1);
});
