import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Copy, DockerfileParser, From } from "dockerfile-ast";
import type { Instruction } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { run as lint } from "dockerfilelint";
import { describe, expect, it } from "vitest";
import { HEAP_OPTION, PROJECT_ROOT } from "./harness/built-agent.js";

const DOCKER = join(PROJECT_ROOT, "deploy", "docker");

interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

interface Dockerfile {
  readonly text: string;
  readonly ignore: string;
  readonly stages: readonly Stage[];
  /** The stages that are images of their own: the rest serves to build these. */
  readonly images: readonly string[];
}

const DOCKERFILES: Readonly<Record<string, Dockerfile>> = {
  Dockerfile: read("Dockerfile", ["agent", "agent-tfjs", "shop"]),
  "grafana.Dockerfile": read("grafana.Dockerfile", ["grafana"]),
};
const files = Object.entries(DOCKERFILES);
const images = files.flatMap(([file, { stages, images }]) =>
  stages
    .filter(({ name }) => images.includes(name))
    .map((stage) => [`${file}: ${stage.name}`, stage, stages] as const),
);
const committed = spawnSync("git", ["ls-files"], { cwd: PROJECT_ROOT, encoding: "utf8" })
  .stdout.trim()
  .split("\n");

describe.each(files)("%s", (_file, { text, ignore, stages, images }) => {
  it("is a valid Dockerfile", () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  it("has no finding of the linter", () => {
    const names = new Set(stages.map(({ name }) => name));
    const lines = text.split("\n");
    const findings = lint(DOCKER, text).filter(({ rule, line }) => {
      // It knows no stages, and asks for the tag of each that another one starts from.
      const from = /^FROM (\S+)/.exec(lines[line - 1] ?? "")?.[1] ?? "";
      return !(rule === "missing_tag" && names.has(from));
    });
    expect(findings).toEqual([]);
  });

  it("starts from exact versions, and from its own stages", () => {
    const names = new Set(stages.map(({ name }) => name));
    const foreign = stages.map(({ from }) => from).filter((from) => !names.has(from));
    for (const from of foreign) expect(from).toMatch(/^[a-z/]+:\d+\.\d+\.\d+(-[a-z-]+)?$/);
    expect(foreign.length).toBeGreaterThan(0);
    expect(images.filter((image) => !names.has(image))).toEqual([]);
  });

  it("brings no secret, and asks for none", () => {
    for (const { instructions } of stages) {
      for (const instruction of instructions) {
        if (!["ARG", "ENV"].includes(instruction.getKeyword())) continue;
        expect(instruction.toString()).not.toMatch(/PASSWORD|SECRET|TOKEN|_KEY|CREDENTIAL/i);
      }
    }
  });

  it("copies only what is committed and is sent", () => {
    const sent = committed.filter((path) => isSent(path, ignore));
    const sources = stages.flatMap(({ instructions }) => instructions.flatMap(contextSources));
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      const found = sent.filter((path) => path === source || path.startsWith(`${source}/`));
      expect(found, source).not.toEqual([]);
    }
  });

  it("copies from stages that stand before", () => {
    stages.forEach(({ instructions }, index) => {
      const before = stages.slice(0, index).map(({ name }) => name);
      for (const instruction of instructions) {
        const from = instruction instanceof Copy ? instruction.getFromFlag()?.getValue() : null;
        if (from != null) expect(before).toContain(from);
      }
    });
  });
});

describe.each(images)("the image of %s", (_title, { name, instructions }, stages) => {
  it("runs as an ordinary user, by number, which Kubernetes can check", () => {
    expect(last(instructions, "USER")).toMatch(/^[1-9]\d*(:[1-9]\d*)?$/);
  });

  it("is checked, started and given its command without a shell", () => {
    for (const keyword of ["ENTRYPOINT", "CMD"]) {
      // Grafana's image brings its own.
      if (name === "grafana") expect(last(instructions, keyword)).toBeUndefined();
      else expect(JSON.parse(last(instructions, keyword) ?? "")).toBeInstanceOf(Array);
    }
    expect(last(instructions, "HEALTHCHECK")).toMatch(/^CMD \[".+"\]$/);
  });

  it("starts the agent, and only it, as its tests do", () => {
    const command = JSON.parse(last(instructions, "ENTRYPOINT") ?? "[]") as readonly string[];
    expect(command.includes(HEAP_OPTION)).toBe(name.startsWith("agent"));
  });

  it("says what it is, in the version of the package", () => {
    // A package's version is text.
    const { version } = JSON.parse(
      readFileSync(join(PROJECT_ROOT, "agent", "package.json"), "utf8"),
    ) as { readonly version: string };
    const label = last(instructions, "LABEL") ?? "";
    expect(label).toContain("org.opencontainers.image.title=");
    expect(label).toContain(`org.opencontainers.image.version="${version}"`);
  });

  it("takes its packages from an install without those of development", () => {
    for (const instruction of instructions) {
      if (!(instruction instanceof Copy) || !instruction.toString().includes("node_modules")) {
        continue;
      }
      const from = stages.find((stage) => stage.name === instruction.getFromFlag()?.getValue());
      expect(last(from?.instructions ?? [], "RUN")).toMatch(/^npm ci --omit=dev --ignore-scripts /);
    }
  });
});

describe("the install in the images", () => {
  it("sees every workspace that the lock file speaks of", () => {
    // npm insists on the form.
    const { workspaces } = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8")) as {
      readonly workspaces: readonly string[];
    };
    const manifests = DOCKERFILES["Dockerfile"]?.stages.find(({ name }) => name === "manifests");
    const sources = manifests?.instructions.flatMap(contextSources);
    for (const workspace of workspaces) expect(sources).toContain(`${workspace}/package.json`);
  });
});

describe("what is sent to the build", () => {
  it.each([
    ["agent/src/agent.ts", true],
    ["agent/dist/agent.js", false],
    ["node_modules/express/index.js", false],
    ["deploy/docker/shop.mjs", true],
    ["deploy/docker/secrets/api-token", false],
    ["presage-data/checkpoint.json", false],
    ["README.md", false],
  ])("of the agent: %s: %s", (path, sent) => {
    expect(isSent(path, DOCKERFILES["Dockerfile"]?.ignore ?? "")).toBe(sent);
  });

  it.each([
    ["grafana-plugin/src/module.ts", true],
    ["grafana-plugin/.config/webpack/webpack.config.ts", true],
    ["grafana-plugin/dist/module.js", false],
    ["grafana-plugin/host/package.json", false],
    ["deploy/docker/secrets/grafana-admin-password", false],
  ])("of Grafana: %s: %s", (path, sent) => {
    expect(isSent(path, DOCKERFILES["grafana.Dockerfile"]?.ignore ?? "")).toBe(sent);
  });
});

function read(file: string, images: readonly string[]): Dockerfile {
  const text = readFileSync(join(DOCKER, file), "utf8");
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? "";
      stages.push({ name, from: instruction.getImage() ?? "", instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  const ignore = readFileSync(join(DOCKER, `${file}.dockerignore`), "utf8");
  return { text, ignore, stages, images };
}

/** The arguments of the last instruction of this kind, which is the one that counts. */
function last(instructions: readonly Instruction[], keyword: string): string | undefined {
  const found = instructions.findLast((instruction) => instruction.getKeyword() === keyword);
  return found?.getRawArgumentsContent()?.replaceAll(/\\\n\s*/g, "");
}

/** What a COPY takes from the context; nothing for any other instruction, and for one from a stage. */
function contextSources(instruction: Instruction): readonly string[] {
  if (!(instruction instanceof Copy) || instruction.getFromFlag() !== null) return [];
  return instruction
    .getArguments()
    .slice(0, -1)
    .map((argument) => argument.getValue());
}

/**
 * Whether a file is part of the context, by the rules of
 * https://docs.docker.com/build/concepts/context/#dockerignore-files: the last line that fits the path,
 * or a folder that it is in, decides.
 */
function isSent(path: string, ignore: string): boolean {
  let sent = true;
  for (const line of ignore.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [pattern, included] = line.startsWith("!") ? [line.slice(1), true] : [line, false];
    const source = pattern
      .replaceAll(/[.+^$()|[\]{}]/g, "\\$&")
      .replaceAll("**/", "\0")
      .replaceAll("*", "[^/]*")
      .replaceAll("\0", "(?:.*/)?");
    if (new RegExp(`^${source}(?:/|$)`).test(path)) sent = included;
  }
  return sent;
}
