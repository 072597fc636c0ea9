import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess, temporaryDirectory } from "./harness/agent-process.js";
import type { AgentProcess } from "./harness/agent-process.js";
import { presage } from "./harness/presage-command.js";
import { sendCalls } from "./harness/send-calls.js";
import { shopStory } from "./harness/shop-story.js";
import type { StoryCall } from "./harness/shop-story.js";

const MILLISECONDS_PER_SECOND = 1000;
/** See durability.test.ts: a story that is told at once and ends now. */
const LATENESS_SECONDS = 600;
const STORY_SECONDS = 1700;
const SEGMENT = "shoppers";
const WORKLOAD = "default/Deployment/shop";

interface Bundle {
  readonly workload: string;
  readonly segment: string;
  readonly createdAt: string;
  readonly models: Readonly<Record<string, unknown>>;
  readonly checksum: string;
}

/**
 * One agent learns the first part of a story and is packed up (`learned`). It goes on learning the second
 * part, as does a twin of it, whose models are packed up too. The agent takes them over, learns the last
 * part with them, and gets its former models back, which know nothing of it.
 */
describe("model bundles", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let first: StoryCall[];
  let second: StoryCall[];
  let last: StoryCall[];
  let agent: AgentProcess;
  const running: AgentProcess[] = [];
  const homeOf = (name: string): string => join(directory.path, name);
  const bundleFile = (name: string): string => join(directory.path, `${name}.bundle.json`);

  const start = async (name: string): Promise<AgentProcess> => {
    const started = await startAgentProcess(homeOf(name), {
      ingestion: { latenessSeconds: LATENESS_SECONDS },
      // Has to outlast the time that windows stay open.
      allocation: { expirySeconds: 4 * LATENESS_SECONDS },
      checkpoint: { intervalSeconds: 86_400 },
    });
    running.push(started);
    return started;
  };

  /** Stops it, so that its checkpoint has all that it learned, and packs up one segment. */
  const stopAndExport = async (stopped: AgentProcess, file: string): Promise<Bundle> => {
    await stopped.program.stop();
    const { exitCode, stderr } = await presage(
      "model",
      "export",
      ...["--service", "shop", "--segment", SEGMENT],
      ...["--out", file, "--config", stopped.configFile],
    );
    expect(exitCode, stderr).toBe(0);
    return bundleFrom(await readFile(file, "utf8"));
  };

  const update = async (body: string): Promise<{ status: number; answer: string }> => {
    const response = await fetch(`${agent.apiUrl}/model/update`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return { status: response.status, answer: await response.text() };
  };

  beforeAll(async () => {
    directory = await temporaryDirectory();
    const story = shopStory({
      seed: 1,
      startSeconds: Date.now() / MILLISECONDS_PER_SECOND - STORY_SECONDS,
      durationSeconds: STORY_SECONDS,
      exports: false,
      campaign: false,
    });
    const part = (share: number): number => Math.floor(story.length * share);
    first = story.slice(0, part(0.7));
    second = story.slice(part(0.7), part(0.9));
    last = story.slice(part(0.9));

    const learner = await start("agent");
    await sendCalls(learner.apiUrl, first);
    await stopAndExport(learner, bundleFile("learned"));
    await cp(homeOf("agent"), homeOf("twin"), { recursive: true });
    await cp(join(homeOf("agent"), "data"), join(homeOf("stranger"), "data"), {
      recursive: true,
      // Its keys without what it learned: bundles between the two are genuine.
      filter: (path) => !path.includes("checkpoint"),
    });

    const stranger = await start("stranger");
    await sendCalls(stranger.apiUrl, first.map(asStrangersCall));
    await stopAndExport(stranger, bundleFile("stranger"));

    const twin = await start("twin");
    await sendCalls(twin.apiUrl, second);
    await stopAndExport(twin, bundleFile("twin"));

    agent = await start("agent");
    await sendCalls(agent.apiUrl, second);
    await eventuallyLearned(agent, [...first, ...second]);
  });

  afterAll(async () => {
    for (const started of running) await started.program.stop();
    await directory.remove();
  });

  it("are described by inspect", async () => {
    const { exitCode, stdout } = await presage(
      "model",
      "inspect",
      bundleFile("learned"),
      ...["--json", "--config", agent.configFile],
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      workload: WORKLOAD,
      segment: SEGMENT,
      models: { sequence: expect.any(Number) as number, payload: expect.any(Number) as number },
    });
  });

  it("are as old as the checkpoint that they were packed from", async () => {
    const bundle = bundleFrom(await readFile(bundleFile("twin"), "utf8"));
    // The first line of a checkpoint is its header.
    const [header = "{}"] = (
      await readFile(join(homeOf("twin"), "data", "presage.checkpoint"), "utf8")
    ).split("\n");
    expect(JSON.parse(header)).toMatchObject({ createdAt: bundle.createdAt });
  });

  it("can be looked at without the key, which is said and is not the same as genuine", async () => {
    const config = join(directory.path, "keyless.yaml");
    await writeFile(config, `dataDirectory: ${join(directory.path, "keyless")}`);
    const parameters = ["model", "inspect", bundleFile("learned"), "--config", config];
    const { exitCode, stdout, stderr } = await presage(...parameters, "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ segment: SEGMENT, signature: "not_checked" });
    expect(stderr).toMatch(/the signature is not checked: key file .*bundle\.key: is not there/);
  });

  it("are refused with 400 and the reason when something was changed on the way", async () => {
    const bundle = bundleFrom(await readFile(bundleFile("learned"), "utf8"));
    const tampered = JSON.stringify({ ...bundle, segment: "analysts" });
    const { status, answer } = await update(tampered);
    expect(status).toBe(400);
    expect(JSON.parse(answer)).toMatchObject({
      reason: expect.stringMatching(/checksum/) as string,
    });
    await writeFile(bundleFile("tampered"), tampered);
    const inspected = await presage(
      "model",
      "inspect",
      bundleFile("tampered"),
      "--config",
      agent.configFile,
    );
    expect(inspected.exitCode).toBe(1);
    expect(inspected.stderr).toContain("checksum");
  });

  it("are refused with 409 when their models are worse on recent calls", async () => {
    const { status, answer } = await update(await readFile(bundleFile("stranger"), "utf8"));
    expect(status, answer).toBe(409);
    expect(JSON.parse(answer)).toMatchObject({ reason: "worse_on_recent_calls" });
    const imported = await presage(
      "model",
      "import",
      bundleFile("stranger"),
      "--url",
      agent.apiUrl,
    );
    expect(imported.exitCode).toBe(1);
    // A sentence, not the agent's JSON.
    expect(imported.stdout).toBe("");
    expect(imported.stderr).toMatch(
      /refuses .*\(409, worse_on_recent_calls\): .*bits a call against/,
    );
  });

  it("are taken over by a running agent, and the former models come back when asked for", async () => {
    // What the agent said of recent calls it said before it learned from them; the twin knows them.
    const { exitCode, stdout } = await presage(
      "model",
      "import",
      bundleFile("twin"),
      "--url",
      agent.apiUrl,
    );
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("took over: ");
    await sendCalls(agent.apiUrl, last);
    await eventuallyLearned(agent, [...first, ...second, ...last]);

    const restore = JSON.stringify({ restorePrevious: { workload: WORKLOAD, segment: SEGMENT } });
    expect(await update(restore)).toMatchObject({ status: 200 });
    const again = await update(restore);
    expect(again.status).toBe(409);
    expect(JSON.parse(again.answer)).toMatchObject({ reason: "no_previous" });

    const [twin, restored] = [
      bundleFrom(await readFile(bundleFile("twin"), "utf8")),
      await stopAndExport(agent, bundleFile("restored")),
    ];
    // When a fit is ready depends on the machine, so that of two agents only what they count is the same.
    expect(markovOf(restored)).toEqual(markovOf(twin));
  });
});

/** The Markov chain: what it has learned depends on the calls alone. */
function markovOf({ models }: Bundle): unknown {
  return models["sequence"];
}

function bundleFrom(text: string): Bundle {
  // Written by `presage model export`; the tests look at what is in it.
  return JSON.parse(text) as Bundle;
}

/** Shoppers who do something else, in another order and with other sizes. */
function asStrangersCall(call: StoryCall, index: number): StoryCall {
  const routes = ["/admin/users", "/admin/audit", "/admin/{id}", "/health"];
  return {
    ...call,
    method: "DELETE",
    route: routes[(index * 7) % routes.length] ?? "/",
    requestBytes: 1_000_000 + index,
    responseBytes: 5_000_000 + 17 * index,
    requestFormat: "image/png",
    responseFormat: "video/mp4",
    roles: [SEGMENT],
  };
}

/** The pipeline works behind the answers: waits until it has caught up with `calls`. */
async function eventuallyLearned(agent: AgentProcess, calls: readonly StoryCall[]): Promise<void> {
  const watermark = Math.floor((calls.at(-1)?.timestamp ?? 0) - LATENESS_SECONDS);
  const expected = calls.filter(({ timestamp }) => timestamp < watermark).length;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const learned = (await agent.metrics()).sum("presage_agent_learned_calls_total");
    if (learned === expected) return;
    await wait(50);
  }
  throw new Error(`not all of ${expected} calls were learned from`);
}
