import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "presage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { Exposition } from "./harness/exposition.js";
import { unless } from "./harness/programs.js";
import { RunningProgram } from "./harness/running-program.js";

const BYTES_PER_MEBIBYTE = 1024 * 1024;
const START_SECONDS = 30;
const ARRIVAL_TIMEOUT_MILLISECONDS = 20_000;
/** Images are downloaded and packages installed. */
const BUILD_TIMEOUT_MILLISECONDS = 900_000;

const COMPOSE_FILE = join(PROJECT_ROOT, "docker-compose.yml");
const DOCKER = join(PROJECT_ROOT, "deploy", "docker");
const AGENT_CONFIG = join(DOCKER, "presage.yaml");
const SHOP_PROGRAM = join(DOCKER, "shop.mjs");
const HEALTH_PROGRAM = join(DOCKER, "healthy.mjs");
/** Variables that hold what comes from files alone. */
const SECRET_NAME = /PASSWORD|TOKEN|SECRET|KEY/;

interface Service {
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

// The tests below fail where a field does not have this form.
const compose = parse(readFileSync(COMPOSE_FILE, "utf8"), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
};
const services = Object.entries(compose.services);

describe("docker-compose.yml", () => {
  it("has the shop and its load, the agent, and what watches them", () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      "agent",
      "alertmanager",
      "grafana",
      "load",
      "prometheus",
      "shop",
    ]);
  });

  it.each(services)("%s: its image is of one exact version", (_name, { image, build }) => {
    expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+\.\d+$/);
    if (build !== undefined) expect(stageOf(build)).not.toBe("");
  });

  it.each(services)("%s: has a health check, unless there is nothing to ask", (name, service) => {
    if (name === "load") {
      expect(service.healthcheck).toEqual({ disable: true });
    } else if (service.build !== undefined) {
      // The image's own.
      expect(service.healthcheck).toBeUndefined();
      expect(healthCheckOf(service)).not.toEqual([]);
    } else {
      expect(service.healthcheck?.test?.[0]).toBe("CMD");
      for (const part of service.healthcheck?.test ?? []) expect(part).toBeTypeOf("string");
    }
  });

  it.each(services)("%s: runs as an ordinary user, by number", (_name, { build, user }) => {
    expect(user).toMatch(/^[1-9]\d*(:[1-9]\d*)?$/);
    if (build !== undefined) expect(stageOf(build)).toContain(`\nUSER ${user ?? ""}\n`);
  });

  it.each(services)("%s: writes only where it has to, without privileges", (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
    });
  });

  it.each(services)("%s: mounts what is there, and read-only", (_name, { volumes = [] }) => {
    for (const volume of volumes) {
      const [source = "", , mode] = volume.split(":");
      if (source.startsWith(".")) {
        expect(existsSync(join(PROJECT_ROOT, source)), source).toBe(true);
        expect(mode, volume).toBe("ro");
      } else {
        expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  it("publishes each port once, to this machine alone", () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports.map((port) => port.split(":")[1])).size).toBe(ports.length);
  });

  it.each(services)("%s: waits for what can say it is ready", (_name, { depends_on = {} }) => {
    for (const [dependency, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe("service_healthy");
      expect(compose.services).toHaveProperty(dependency);
      expect(compose.services[dependency]?.healthcheck?.disable).toBeUndefined();
    }
  });
});

describe("secrets", () => {
  it.each(services)("%s: come from files, never from the environment", (_name, service) => {
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (!SECRET_NAME.test(variable)) continue;
      expect(variable).toMatch(/__FILE$/);
      expect(service.secrets).toContain(value.replace("/run/secrets/", ""));
    }
  });

  it("have no default: each file is made by the documented command, and git ignores it", () => {
    const instructions = readFileSync(join(DOCKER, "README.md"), "utf8");
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./deploy/docker/secrets/${name}`);
      expect(instructions).toContain(name);
      const ignored = spawnSync("git", ["check-ignore", "--quiet", file ?? ""], {
        cwd: PROJECT_ROOT,
      });
      expect(ignored.status, name).toBe(0);
    }
  });
});

describe("the parts fit together", () => {
  const mounted = services.flatMap(([name, service]) =>
    mountedFiles(service).map(
      (file) => [file, name, readFileSync(join(PROJECT_ROOT, file), "utf8")] as const,
    ),
  );

  it.each(mounted)("%s, for %s: every address is a service", (_file, _name, text) => {
    const hosts = [...text.matchAll(/(?:"|http:\/\/)([a-z0-9.]+):\d+/g)].map(([, host]) => host);
    const known = ["127.0.0.1", ...Object.keys(compose.services)];
    expect(hosts.filter((host) => !known.includes(host ?? ""))).toEqual([]);
  });

  it.each(mounted)("%s, for %s: every secret is given to it", (_file, name, text) => {
    const named = [...text.matchAll(/\/run\/secrets\/([\w-]+)/g)].map(([, secret]) => secret);
    const given = compose.services[name]?.secrets ?? [];
    expect(named.filter((secret) => !given.includes(secret ?? ""))).toEqual([]);
  });

  it("every part is told where the others are, and Alertmanager and Grafana bring the token", () => {
    const all = mounted.map(([, name, text]) => `${name}: ${text}`).join("\n");
    for (const address of ["shop:3000", "agent:9472", "agent:9470", "alertmanager:9093"]) {
      expect(all).toContain(address);
    }
    for (const name of ["alertmanager", "grafana"]) {
      const texts = mounted.filter(([, of]) => of === name).map(([, , text]) => text);
      expect(texts.join("\n")).toContain("/run/secrets/api-token");
    }
  });

  it("Grafana finds its dashboards where its provider looks", () => {
    const folder = /^ +path: (\S+)$/m.exec(
      mounted.find(([file]) => file.includes("provisioning/dashboards/"))?.[2] ?? "",
    )?.[1];
    expect(compose.services["grafana"]?.volumes).toContain(
      `./dashboards/grafana/dashboards:${folder ?? ""}:ro`,
    );
  });

  it("Grafana has the panel where it looks for plugins, and may load it unsigned", () => {
    const { environment, build } = compose.services["grafana"] ?? {};
    // The panel's own form, which its build checks.
    const { id } = JSON.parse(
      readFileSync(join(PROJECT_ROOT, "grafana-plugin", "src", "plugin.json"), "utf8"),
    ) as { readonly id: string };
    expect(environment?.["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS"]).toBe(id);
    const stage = build === undefined ? "" : stageOf(build);
    const plugins = /^ENV GF_PATHS_PLUGINS=(\S+)$/m.exec(stage)?.[1] ?? "";
    expect(stage).toContain(`\nCOPY --from=panel /panel/dist ${plugins}/${id}\n`);
    // A volume there would hide it.
    for (const volume of compose.services["grafana"]?.volumes ?? []) {
      expect(`${plugins}/`.startsWith(`${volume.split(":")[1] ?? ""}/`), volume).toBe(false);
    }
  });

  it("the agent takes its configuration, which says what limits the shop has", () => {
    const { api, metrics, allocation } = loadConfig({ file: AGENT_CONFIG, environment: {} });
    const { shop, agent } = compose.services;
    expect(agent?.ports).toEqual(
      [api.port, metrics.port].map((port) => `127.0.0.1:${port}:${port}`),
    );
    expect(allocation.currentResources.cpuCores).toBe(shop?.cpus);
    expect(shop?.mem_limit).toBe(
      `${allocation.currentResources.memoryBytes / BYTES_PER_MEBIBYTE}m`,
    );
  });
});

describe("the shop and the agent as they are put together, on this machine", () => {
  const token = randomBytes(32).toString("hex");
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let agent: AgentProcess;
  let shop: RunningProgram;
  let shopUrl: string;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const tokenFile = join(directory.path, "api-token");
    const keyFile = join(directory.path, "identity-key");
    await writeFile(tokenFile, `${token}\n`);
    await writeFile(keyFile, `${randomBytes(32).toString("hex")}\n`);
    const config = loadConfig({ file: AGENT_CONFIG, environment: {} });
    agent = await startAgentProcess(directory.path, {
      ...config,
      dataDirectory: join(directory.path, "data"),
      api: { ...config.api, host: "127.0.0.1", port: 0, tokenFile },
      metrics: { host: "127.0.0.1", port: 0 },
      identity: { keyFile },
      scrape: [],
    });
    shop = new RunningProgram("shop", process.execPath, [
      SHOP_PROGRAM,
      ...["--host", "127.0.0.1"],
      ...["--port", "0"],
      ...["--agent-url", agent.apiUrl],
      ...["--token-file", tokenFile],
      ...["--identity-key-file", keyFile],
    ]);
    const port = await shop.waitForLine(
      (line) => /"listening","port":(\d+)/.exec(line)?.[1],
      START_SECONDS,
    );
    shopUrl = `http://127.0.0.1:${port}`;
  });

  afterAll(async () => {
    await shop.stop();
    await agent.program.stop();
    await directory.remove();
  });

  it("the agent hears of the shop's calls", async () => {
    for (let call = 0; call < 5; call += 1) {
      expect((await fetch(`${shopUrl}/products?page=${call}`)).status).toBe(200);
    }
    const accepted = async (): Promise<number> => {
      const response = await fetch(`${agent.metricsUrl}/metrics`);
      const metrics = new Exposition(await response.text());
      return metrics.sum("presage_agent_calls_total", { outcome: "accepted" });
    };
    await expect.poll(accepted, { timeout: ARRIVAL_TIMEOUT_MILLISECONDS }).toBe(5);
  });

  it("their health checks tell whether they answer", () => {
    for (const [name, port] of [
      ["shop", new URL(shopUrl).port],
      ["agent", new URL(agent.metricsUrl).port],
    ] as const) {
      const [program, script, url = ""] = healthCheckOf(compose.services[name]);
      expect(program).toBe("node");
      expect(script).toBe("/app/deploy/docker/healthy.mjs");
      const check = (of: string): number | null =>
        spawnSync(process.execPath, [HEALTH_PROGRAM, of]).status;
      expect(check(url.replace(/:\d+\//, `:${port}/`)), name).toBe(0);
      expect(check(url.replace(/:\d+\/\w+/, `:${port}/nothing-here`)), name).toBe(1);
      // Nothing can listen on port 0.
      expect(check(url.replace(/:\d+\//, ":0/")), name).toBe(1);
    }
  });

  it("Alertmanager's token is needed, and let in", async () => {
    const url = `${agent.apiUrl}/hooks/alertmanager`;
    expect((await fetch(url)).status).toBe(401);
    const authorized = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(authorized.status).toBe(200);
  });
});

const noEngine =
  spawnSync("docker", ["info"]).status === 0
    ? undefined
    : "no container engine here, nothing was built or run";

describe("with a container engine", () => {
  it.skipIf(noEngine !== undefined)(
    unless(noEngine, "docker compose takes the file and builds the images; so does docker build"),
    { timeout: BUILD_TIMEOUT_MILLISECONDS },
    () => {
      for (const parameters of [
        ["compose", "config", "--quiet"],
        ["compose", "build"],
        ["build", "--file", "deploy/docker/Dockerfile", "--target", "agent-tfjs", "."],
      ]) {
        const outcome = spawnSync("docker", parameters, { cwd: PROJECT_ROOT, encoding: "utf8" });
        expect(outcome.status, outcome.stderr).toBe(0);
      }
    },
  );
});

/** The configuration files that a service sees, by their paths in the project; no dashboards, no tests of rules. */
function mountedFiles({ volumes = [] }: Service): readonly string[] {
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
function stageOf({ context, dockerfile, target }: NonNullable<Service["build"]>): string {
  const text = readFileSync(join(PROJECT_ROOT, context, dockerfile), "utf8");
  return text.split(` AS ${target}\n`)[1]?.split("\nFROM ")[0] ?? "";
}

/** The command by which the image of a service that is built here tells how it is; empty without one. */
function healthCheckOf(service: Service | undefined): readonly string[] {
  const stage = service?.build === undefined ? "" : stageOf(service.build);
  const command = /^HEALTHCHECK .*\\\n +CMD (\[.+\])$/m.exec(stage)?.[1] ?? "[]";
  // The exec form, which test/dockerfiles.test.ts insists on.
  return JSON.parse(command) as readonly string[];
}
