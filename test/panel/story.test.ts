import {
  CAMPAIGN_FULL_SECONDS,
  EXPORTS_BEGIN_SECONDS,
  STORY_SECONDS,
} from "presage-example-shop/scenario";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  forwardTo,
  PAGE_SETS,
  PROMETHEUS_UID,
  type PlainFrame,
  type Scene,
} from "presage-panel-host";
import { committedDashboards, panelsOf, type Panel } from "../harness/grafana-dashboards.js";
import { missingForPanel, PanelStage, type PanelPage } from "../harness/panel-page.js";
import { tellStory, type AskedValue, type ToldStory } from "../harness/panel-story.js";
import { findProgram, unless } from "../harness/programs.js";
import * as seen from "../harness/seen-panel.js";

const MILLISECONDS_PER_SECOND = 1000;
const RANGE_SECONDS = 30 * 60;
/** As configured by default: what moves resources. */
const DRIFT =
  'presage_drift_score{segment="all"} > 0.5 and presage_drift_confidence{segment="all"} > 0.8';
/** Past the first windows, and before the models have seen enough. */
const WARMING_UP_SECONDS = 300;
const NORMAL_SECONDS = EXPORTS_BEGIN_SECONDS - 60;
/** After drift was first reported: some decisions later. */
const INTO_DRIFT_SECONDS = 100;
const HORIZON_SECONDS = 300;
/** The sentence of a guard, for those that the story can come upon. */
const GUARD_WORDS: Readonly<Record<string, string>> = {
  minimum_replicas: "Lowest number allowed",
  maximum_replicas: "Highest number allowed",
  scale_up_rate: "How fast it may grow",
  scale_down_rate: "How fast it may shrink",
  stabilization: "Waiting until less has been enough for a while",
  no_scale_in_on_prediction: "Never fewer on a prediction alone",
  hold_on_unknown: "Never fewer while something is unknown",
  reactive_floor: "Never below what the load needs now",
};
const BRANCH_WORDS: Readonly<Record<string, string>> = {
  drift: "Sized ahead, because behavior has changed",
  shape: "Shaped for heavier calls",
  keep: "Follows load and forecast",
  reactive: "Follows the load only",
};

const SIZES = {
  small: { width: 220, height: 160 },
  medium: { width: 600, height: 400 },
  large: { width: 1200, height: 800 },
} as const;

/** The panel of the shipped dashboard that shows one workload. */
function shippedPanel(): Panel {
  const panels = committedDashboards()
    .filter(({ dashboard }) => dashboard.uid === "presage-workload")
    .flatMap(({ dashboard }) => panelsOf(dashboard))
    .filter(({ type }) => type === "presage-behavior-panel");
  const [panel] = panels;
  if (panel === undefined) throw new Error("the workload's dashboard has no behavior panel");
  return panel;
}

const missing =
  findProgram("prometheus") === undefined
    ? "no prometheus on the PATH"
    : PAGE_SETS.map(missingForPanel).find((lack) => lack !== undefined);

describe.skipIf(missing !== undefined)(
  unless(missing, "the demo's story, from a real agent and a real Prometheus"),
  () => {
    const panel = missing === undefined ? shippedPanel() : undefined;
    const framesBySet: (readonly PlainFrame[])[] = [];
    let story: ToldStory;
    let driftSeconds: number | undefined;

    beforeAll(async () => {
      story = await tellStory(process.env["PATH"] ?? "");
      driftSeconds = await story.firstTime(DRIFT, 0);
    });

    afterAll(async () => {
      await story.stop();
    });

    function sceneAt(storySeconds: number): Partial<Scene> {
      const toMs = story.timeMs(storySeconds);
      return {
        title: "default/shop",
        live: true,
        range: { fromMs: toMs - RANGE_SECONDS * MILLISECONDS_PER_SECOND, toMs },
        clock: story.clock,
        stepSeconds: story.stepSeconds,
        queries: (panel?.targets ?? []).map(({ refId, expr }) => ({ refId, expr })),
        options: { ...panel?.options, layout: "auto" },
        fieldConfig: { defaults: {}, overrides: [], ...panel?.fieldConfig },
        variables: {
          job: "presage",
          namespace: "default",
          workload: "shop",
          datasource: PROMETHEUS_UID,
        },
      };
    }

    async function value(storySeconds: number, query: string): Promise<number> {
      const [only, ...others] = await story.at(storySeconds, query);
      expect(others, query).toEqual([]);
      expect(only, query).toBeDefined();
      return only?.value ?? Number.NaN;
    }

    it("reports drift after the exports begin, before the load peaks", () => {
      expect(driftSeconds).toBeGreaterThan(EXPORTS_BEGIN_SECONDS);
      expect(driftSeconds).toBeLessThan(CAMPAIGN_FULL_SECONDS);
    });

    describe.each(PAGE_SETS)("in the packages of %s", (set) => {
      let stage: PanelStage;
      let page: PanelPage;

      beforeAll(async () => {
        const prometheus = forwardTo(story.prometheusUrl);
        stage = await PanelStage.start(set, new Map([[PROMETHEUS_UID, prometheus]]));
        page = await stage.open(sceneAt(WARMING_UP_SECONDS));
      });

      afterAll(async () => {
        await stage.stop();
      });

      const intoDrift = (): number => (driftSeconds ?? Number.NaN) + INTO_DRIFT_SECONDS;

      async function showAt(storySeconds: number): Promise<string> {
        await page.update(sceneAt(storySeconds));
        return page.page.locator("main").innerText();
      }

      async function expectClean(): Promise<void> {
        expect(await page.problems()).toEqual([]);
        expect(await page.accessibilityViolations()).toEqual([]);
      }

      /** Everything that holds at any moment of which the agent could say something. */
      async function expectWhatIsExported(storySeconds: number, text: string): Promise<void> {
        const ask = (query: string): Promise<number> => value(storySeconds, query);
        const { score, confidence } = seen.driftIn(text);
        expect(score).toBeCloseTo(await ask('presage_drift_score{segment="all"}'), 2);
        // In whole percent; at its ends it says only under 1% and over 99%.
        const exportedConfidence = await ask('presage_drift_confidence{segment="all"}');
        expect(Math.abs(confidence - exportedConfidence)).toBeLessThanOrEqual(0.01);

        const resources = await seen.resources(page);
        for (const [name, metric] of seen.RESOURCES) {
          const current = await ask(`presage_current_${metric}`);
          const target = await ask(`presage_recommended_${metric}{bound="target"}`);
          expectAbout(resources.get(name)?.current, current, `${name} now`);
          expectAbout(resources.get(name)?.target, target, `${name} recommended`);
        }
        const contributions = await seen.contributions(page);
        const exported = await story.at(
          storySeconds,
          "presage_recommendation_contribution_replicas",
        );
        expect(contributions.toSorted()).toEqual(
          exported
            .map(({ value: replicas }) => replicas)
            .filter((replicas) => replicas !== 0)
            .toSorted(),
        );
        const sum = contributions.reduce((total, replicas) => total + replicas, 0);
        const { current, target } = resources.get("Replicas") ?? {};
        expect(sum).toBe((target ?? Number.NaN) - (current ?? Number.NaN));

        const limits = await seen.section(page, "What limits it");
        const guards = await story.at(storySeconds, "presage_guard_active == 1");
        expect(linesOf(limits).slice(1)).toEqual(
          guards.length === 0 ? ["Nothing limits it."] : wordsOf(guards, "guard", GUARD_WORDS),
        );
        const branch = await story.at(storySeconds, "presage_decision_branch == 1");
        expect(text).toContain(wordsOf(branch, "branch", BRANCH_WORDS)[0]);

        const forecast = seen.forecastIn(text);
        const horizon = `horizon_seconds="${HORIZON_SECONDS}"`;
        for (const bound of ["lower", "point", "upper"] as const) {
          const query = `presage_forecast_calls_per_second{${horizon},bound="${bound}"}`;
          expect(forecast[bound], bound).toBeCloseTo(await ask(query), 0);
        }
        expect(forecast.duration).toBe("5 min");
        expect(text).toContain("Shadow mode: publishes, does not act");
        expect(await seen.section(page, "How good past decisions were")).toContain(
          "Not measured yet",
        );
        expect(await seen.section(page, "What it would have been otherwise")).toContain(
          "Not measured yet",
        );
        expect(await seen.section(page, "How sure it is")).toMatch(/\d+% of what came was inside/);
      }

      it("warming up: no verdict, and why; no number that nobody has measured", async () => {
        const text = await showAt(WARMING_UP_SECONDS);
        await page.screenshot(`story-warming-up-${set}`);
        expect(await story.at(WARMING_UP_SECONDS, "presage_drift_score")).toEqual([]);
        expect(text).toContain("No answer yet");
        expect(text).toContain("Drift is still being learned: too little time has been observed");
        expect(text).toContain("Follows the load only");
        expect(text).not.toMatch(/Score \d/);
        expect(text).not.toMatch(/\d req\/s forecast/);
        await expectClean();
      });

      it("a normal day", async () => {
        const text = await showAt(NORMAL_SECONDS);
        await page.screenshot(`story-normal-${set}`);
        expect(text).toContain("Behavior is normal");
        await expectWhatIsExported(NORMAL_SECONDS, text);
        await expectClean();
      });

      it("drift, before the load peaks: what is different, and what is advised", async () => {
        expect(intoDrift()).toBeLessThan(CAMPAIGN_FULL_SECONDS);
        const text = await showAt(intoDrift());
        expect(text).toContain("Behavior differs");
        expect(await seen.section(page, "What is different")).toContain("analysts: ");
        await expectWhatIsExported(intoDrift(), text);
        const { current, target } = (await seen.resources(page)).get("Replicas") ?? {};
        expect(target).toBeGreaterThan(current ?? Number.NaN);
        framesBySet.push(await page.frames());
        await expectClean();
      });

      it("the end, with the agent's own sentences", async () => {
        await showAt(STORY_SECONDS);
        const reasons = await reasonsOf(story);
        expect(reasons).not.toEqual([]);
        await page.update({ frames: [...(await page.frames()), sentencesFrame(reasons)] });
        const text = await page.page.locator("main").innerText();
        await page.screenshot(`story-end-${set}`);
        await expectWhatIsExported(STORY_SECONDS, text);
        const sentences = await seen.section(page, "In the agent’s words");
        for (const reason of reasons) expect(sentences).toContain(reason);
        await expectClean();
      });

      it.each(
        (["light", "dark"] as const).flatMap((theme) =>
          (["small", "medium", "large"] as const).map((size) => [theme, size] as const),
        ),
      )("reads well in %s, %s", async (theme, size) => {
        const fresh = await stage.open({ ...sceneAt(intoDrift()), theme, ...SIZES[size] });
        await fresh.screenshot(`story-drift-${theme}-${size}-${set}`);
        expect(await fresh.page.locator("main").innerText()).toContain("Behavior differs");
        expect(await seen.cutOff(fresh)).toEqual([]);
        expect(await fresh.problems()).toEqual([]);
        expect(await fresh.accessibilityViolations()).toEqual([]);
        await fresh.close();
      });
    });

    it("both lines of Grafana were shown the same frames", () => {
      const [one, other] = framesBySet;
      expect(framesBySet).toHaveLength(PAGE_SETS.length);
      expect(other).toEqual(one);
    });
  },
);

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** Three digits are shown. */
function expectAbout(shown: number | undefined, exported: number, what: string): void {
  expect(Math.abs((shown ?? Number.NaN) - exported), what).toBeLessThanOrEqual(exported * 0.005);
}

function wordsOf(
  values: readonly AskedValue[],
  label: string,
  words: Readonly<Record<string, string>>,
): string[] {
  return values
    .map(({ labels }) => labels[label] ?? "")
    .toSorted()
    .map((name) => words[name] ?? `no words for ${name}`);
}

async function reasonsOf({ apiUrl }: ToldStory): Promise<readonly string[]> {
  const response = await fetch(`${apiUrl}/explanations?service=shop`);
  // The form that the OpenAPI document states.
  const { explanations } = (await response.json()) as {
    readonly explanations: readonly {
      readonly decision: { readonly reasons: readonly string[] };
    }[];
  };
  return explanations[0]?.decision.reasons ?? [];
}

/** As a data source that reads JSON brings them. */
function sentencesFrame(reasons: readonly string[]): PlainFrame {
  return {
    refId: "explanations",
    fields: [{ name: "reasons", type: "string", values: reasons }],
  };
}
