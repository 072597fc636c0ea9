// Compiles the workspaces. Runs after `npm install` too (the `prepare` script), so that `npx presage`
// works at once; an install without the development packages has nothing to compile with and skips.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const compiler = new URL("../node_modules/typescript/bin/tsc", import.meta.url);
if (!existsSync(compiler)) {
  console.log("TypeScript is not installed: skipping the build.");
} else {
  const root = new URL("..", import.meta.url);
  const { status } = spawnSync(process.execPath, [compiler.pathname, "--build"], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
}
