/** The lines of Grafana whose packages the page is bundled with, and where its parts are. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** grafana-plugin/host, seen from grafana-plugin/host/dist/node. */
export const HOST_DIRECTORY = fileURLToPath(new URL("../../", import.meta.url));
const PLUGIN_PROJECT = join(HOST_DIRECTORY, "..");
/** What `npm run build` in grafana-plugin makes. */
export const PLUGIN_DIRECTORY = join(PLUGIN_PROJECT, "dist");

export const PAGE_SETS = ["grafana-13", "grafana-12"] as const;
/** `grafana-13`: the newest line, with React 19; `grafana-12`: the oldest supported, with React 18. */
export type PageSet = (typeof PAGE_SETS)[number];

/** The npm project that brings a set's packages. */
export function projectOf(set: PageSet): string {
  return set === "grafana-13" ? PLUGIN_PROJECT : join(HOST_DIRECTORY, set);
}

export function packagesOf(set: PageSet): string {
  return join(projectOf(set), "node_modules");
}

/** Where the bundle of a set goes. */
export function bundleOf(set: PageSet): string {
  return join(HOST_DIRECTORY, "dist", set);
}

/** What a set can't do without and is not there, in words; undefined when all is there. */
export function missingFor(set: PageSet): string | undefined {
  if (!existsSync(join(packagesOf(set), "@grafana", "ui"))) {
    return `the packages of ${set} (npm ci in ${set === "grafana-13" ? "grafana-plugin" : "grafana-plugin/host/grafana-12"})`;
  }
  if (!existsSync(join(PLUGIN_DIRECTORY, "module.js"))) {
    return "the built panel (npm run build in grafana-plugin)";
  }
  return undefined;
}

/** The version of @grafana/data, such as `13.2.2`: what the page says that Grafana's is. */
export function grafanaVersionOf(set: PageSet): string {
  const file = join(packagesOf(set), "@grafana", "data", "package.json");
  // npm refuses a package without a version.
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
