import { ANY_INDEX, CONFIG_KEYS, type ConfigKey } from "./keys.js";

const INTRODUCTION = `# Configuration

The configuration is one YAML file, \`presage serve --config FILE\`; without it, the defaults hold.
Each key is also an environment variable, which goes over the file. Unknown keys and unknown
\`PRESAGE_*\` variables stop the start.

In a variable, a list is written with commas or as JSON, a list of objects as JSON, and yes or no as
\`true\` or \`false\`. An empty variable and a key without a value count as not set. Variables that
Kubernetes adds for Services whose name begins with \`presage\` are left alone.

Paths are relative to the directory that the agent is started in.
`;

const COLUMNS = ["Key", "Variable", "Default", "Meaning", "Limits"] as const;

/** The reference of all keys in Markdown, from the schema: \`docs/configuration.md\`. */
export function configReference(): string {
  const sections = new Set(CONFIG_KEYS.map(sectionOf));
  const parts = [...sections].map((section) => {
    const title = section === "" ? "General" : `\`${section}\``;
    return `## ${title}\n\n${table(CONFIG_KEYS.filter((key) => sectionOf(key) === section))}`;
  });
  return [INTRODUCTION, ...parts].join("\n");
}

/** `scrape` belongs with the keys of its entries. */
function sectionOf(key: ConfigKey): string {
  if (key.form === "list of objects") {
    return key.path;
  }
  const end = key.path.search(/[.[]/);
  return end === -1 ? "" : key.path.slice(0, end);
}

/** A table with columns as wide as their widest cell, as Prettier lays it out. */
function table(keys: readonly ConfigKey[]): string {
  const rows = [COLUMNS, ...keys.map(cellsOf)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const [head, ...body] = rows.map((row) => line(row, widths));
  const rule = line(
    widths.map((width) => "-".repeat(width)),
    widths,
  );
  return `${[head, rule, ...body].join("\n")}\n`;
}

function line(cells: readonly string[], widths: readonly number[]): string {
  return `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
}

function cellsOf(key: ConfigKey): string[] {
  return [
    `\`${key.path}\``,
    key.variable === undefined ? "" : `\`${key.variable}\``,
    defaultOf(key),
    key.meaning,
    key.limits,
  ];
}

function defaultOf(key: ConfigKey): string {
  if (key.defaultValue !== undefined) {
    return `\`${key.defaultValue}\``;
  }
  // Inside a section that may be left out, a key is required only when the section is there.
  return key.required && key.path.includes(ANY_INDEX) ? "required" : "";
}
