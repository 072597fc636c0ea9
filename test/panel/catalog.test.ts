import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { PAGE_SETS, PLUGIN_DIRECTORY, PLUGIN_ID } from "presage-panel-host";
import { missingForPanel } from "../harness/panel-page.js";
import { unless } from "../harness/programs.js";

const MAXIMUM_GZIPPED_BYTES = 200_000;
const SOURCES = join(dirname(PLUGIN_DIRECTORY), "src");

/** https://grafana.com/developers/plugin-tools/reference/plugin-json: what it says is required. */
interface PluginJson {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly info: {
    readonly logos: { readonly small: string; readonly large: string };
    readonly version: string;
    readonly updated: string;
    readonly keywords: readonly string[];
    readonly screenshots?: readonly { readonly name: string; readonly path: string }[];
  };
  readonly languages: readonly string[];
  readonly dependencies: { readonly grafanaDependency: string };
}

/** What the catalog rejects, and what it looks like in a source. */
const REJECTED: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["dialogs of the browser", /(?<![\w.])(?:window\.)?(?:alert|confirm|prompt)\(/],
  ["window.location", /window\.location/],
  ["window.open without noopener", /window\.open\((?![^)]*noopener)/],
  ["output to the console", /console\.(?:log|debug|info)/],
  ["@ts-ignore", /@ts-ignore/],
  ["imports of style sheets", /import\s+['"][^'"]+\.s?css['"]/],
  ["global styles", /injectGlobal|<Global\b/],
  ["Grafana's old form classes", /gf-form/],
  ["the query API without a data source", /\/api\/ds\/query/],
  ["boot data", /window\.grafanaBootData/],
  ["code from text", /\beval\(|new Function\(/],
  ["HTML from text", /innerHTML|outerHTML|insertAdjacentHTML/],
  ["analytics", /google-analytics|gtag\(|rudderstack|posthog|sendBeacon/],
  ["Grafana's own modules", /['"](?:app\/core|grafana\/app)/],
];
/** webpack's loader of chunks compares their origin with the page's; no code of the panel does. */
const IN_SOURCES_ALONE = new Set(["window.location"]);

function textsUnder(
  directory: string,
  extensions: readonly string[],
): (readonly [string, string])[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => extensions.includes(extname(file)) && !/\.test\.tsx?$/.test(file))
    .map((file) => [file, readFileSync(join(directory, file), "utf8")] as const);
}

const missing = missingForPanel(PAGE_SETS[0]);

describe.skipIf(missing !== undefined)(unless(missing, "the built plugin, for the catalog"), () => {
  const built = (file: string): string => readFileSync(join(PLUGIN_DIRECTORY, file), "utf8");

  it("plugin.json has the documented required fields (own check: no package ships the schema)", () => {
    // The form that is checked here, field by field.
    const plugin = JSON.parse(built("plugin.json")) as PluginJson;
    expect(plugin).toMatchObject({ type: "panel", id: PLUGIN_ID });
    expect(plugin.id).toMatch(/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/);
    expect(plugin.name.length).toBeGreaterThan(0);
    expect(plugin.info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(plugin.info.updated).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(plugin.info.keywords.length).toBeGreaterThan(0);
    expect(plugin.dependencies.grafanaDependency).toBe(">=12.3.0");
    const { logos, screenshots = [] } = plugin.info;
    for (const path of [logos.small, logos.large, ...screenshots.map(({ path: own }) => own)]) {
      expect(existsSync(join(PLUGIN_DIRECTORY, path)), path).toBe(true);
    }
    for (const language of plugin.languages) {
      expect(existsSync(join(PLUGIN_DIRECTORY, "locales", language, `${plugin.id}.json`))).toBe(
        true,
      );
    }
  });

  it("brings what is to be published with it", () => {
    for (const file of ["module.js.map", "README.md", "CHANGELOG.md", "LICENSE"]) {
      expect(existsSync(join(PLUGIN_DIRECTORY, file)), file).toBe(true);
    }
    expect(built("module.js")).toMatch(/define\(\[[^\]]*"@grafana\/ui"/);
  });

  it.each(REJECTED)("has no %s", (what, pattern) => {
    const found = [
      ...textsUnder(SOURCES, [".ts", ".tsx"]),
      ...(IN_SOURCES_ALONE.has(what) ? [] : textsUnder(PLUGIN_DIRECTORY, [".js"])),
    ].filter(([, text]) => pattern.test(text));
    expect(found.map(([file]) => file)).toEqual([]);
  });

  it("is small: all that is loaded has under 200 kB gzipped", () => {
    const bytes = textsUnder(PLUGIN_DIRECTORY, [".js"]).map(([, text]) => gzipSync(text).length);
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAXIMUM_GZIPPED_BYTES);
  });
});
