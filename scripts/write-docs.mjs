// Writes docs/configuration.md from the schema of the configuration. A test compares the two.
import { writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { configReference } = await import(new URL("agent/dist/config/reference.js", root).href);
writeFileSync(new URL("docs/configuration.md", root), configReference());
