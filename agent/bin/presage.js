#!/usr/bin/env node
// The compiled command lives in dist; say what to do when it has not been built yet.
import { existsSync } from "node:fs";

const entry = new URL("../dist/cli/main.js", import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write(
    "presage is not built yet: run `npm install` in the project's root first.\n",
  );
  process.exit(1);
}
await import(entry.href);
