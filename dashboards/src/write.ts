import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { generatedFiles } from "./generated-files.js";

// This file runs from `dist`.
const root = fileURLToPath(new URL("..", import.meta.url));

for (const [path, text] of generatedFiles(root)) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
