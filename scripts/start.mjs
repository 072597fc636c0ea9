// `npm start`: makes everything ready, then runs the demo with the arguments given. When the demo says that it
// stays, the panel is built behind it, and shown in a browser.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { PanelPreview } from "./panel-preview.mjs";
import { ensureBuilt, ensureNode, ensurePackages, inWords, ROOT, secondsSince } from "./setup.mjs";

ensureNode();
const started = performance.now();
await ensurePackages();
ensureBuilt();
console.log(`Set-up took ${inWords(secondsSince(started))}. The demo begins.\n`);

const demo = spawn(
  process.execPath,
  [join(ROOT, "agent", "bin", "presage.js"), "demo", ...process.argv.slice(2)],
  { stdio: ["inherit", "inherit", "inherit", "ipc"] },
);
const preview = new PanelPreview((news) => {
  // It may be gone by now.
  if (demo.connected) demo.send(news, () => undefined);
});
demo.once("message", (where) => void preview.run(where));
// The demo cleans up whichever of these it gets, and however often: Ctrl-C reaches it by itself as well.
// This process only has to wait until it is done.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => demo.kill(signal));
demo.on("close", (status, signal) => {
  preview.stop();
  process.exitCode = status ?? (signal === null ? 0 : 1);
});
