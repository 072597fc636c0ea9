import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT_ROOT } from "./built-agent.js";

/** A service of docker-compose.yml, the fields that tests look at. */
export interface Service {
  readonly image: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target: string;
  };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly cpus?: number;
  readonly mem_limit?: string;
  readonly user?: string;
}

/** docker-compose.yml, its anchors merged. The tests that use it fail where a field is not as it says here. */
export const compose = parse(readFileSync(join(PROJECT_ROOT, "docker-compose.yml"), "utf8"), {
  merge: true,
}) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
};

/** The configuration files that a service sees, by their paths in the project; no dashboards, no tests of rules. */
export function mountedFiles({ volumes = [] }: Service): readonly string[] {
  return volumes
    .map((volume) => volume.split(":")[0] ?? "")
    .filter((source) => source.startsWith("./"))
    .flatMap((source) => {
      if (/\.ya?ml$/.test(source)) return [source];
      const names = readdirSync(join(PROJECT_ROOT, source), { encoding: "utf8", recursive: true });
      return names.map((name) => `${source}/${name}`);
    })
    .filter((file) => /(?<!\.test)\.ya?ml$/.test(file));
}

/** The lines of the stage that is built, without its first; empty when there is none of that name. */
export function stageOf({ context, dockerfile, target }: NonNullable<Service["build"]>): string {
  const text = readFileSync(join(PROJECT_ROOT, context, dockerfile), "utf8");
  return text.split(` AS ${target}\n`)[1]?.split("\nFROM ")[0] ?? "";
}

/** The command by which the image of a service that is built here tells how it is; empty without one. */
export function healthCheckOf(service: Service | undefined): readonly string[] {
  const stage = service?.build === undefined ? "" : stageOf(service.build);
  const command = /^HEALTHCHECK .*\\\n +CMD (\[.+\])$/m.exec(stage)?.[1] ?? "[]";
  // The exec form, which test/dockerfiles.test.ts insists on.
  return JSON.parse(command) as readonly string[];
}
