import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "presage";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "./harness/built-agent.js";
import { compose, healthCheckOf, mountedFiles, stageOf } from "./harness/compose-file.js";

const BYTES_PER_MEBIBYTE = 1024 * 1024;

const DOCKER = join(PROJECT_ROOT, "deploy", "docker");
const AGENT_CONFIG = join(DOCKER, "presage.yaml");
/** Variables that hold what comes from files alone. */
const SECRET_NAME = /PASSWORD|TOKEN|SECRET|KEY/;

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

  it("every part is told where the others are, and Alertmanager brings the token", () => {
    const all = mounted.map(([, name, text]) => `${name}: ${text}`).join("\n");
    for (const address of ["shop:3000", "agent:9472", "agent:9470", "alertmanager:9093"]) {
      expect(all).toContain(address);
    }
    const texts = mounted.filter(([, of]) => of === "alertmanager").map(([, , text]) => text);
    expect(texts.join("\n")).toContain("/run/secrets/api-token");
  });

  it("regression: alerts are evaluated in one place, or each would be told twice", () => {
    const rules = mounted.filter(([, , text]) => text.includes("PresageDriftDetected"));
    expect(rules.map(([, of]) => of)).toEqual(["prometheus"]);
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
