/** The preview: the panel, live, and what a person needs to know about seeing it here. */
import { ThemeContext } from "@grafana/data";
import { RadioButtonGroup } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import { METRICS } from "../../src/data/metrics.js";
import { DEFAULT_SCENE, type Preview, type Scene } from "../src/scene.js";
import { createHost, themeOf, type Host } from "./host.js";
import { recordProblem } from "./problems.js";

const MILLISECONDS_PER_SECOND = 1000;
const REFRESH_SECONDS = 1;
/** By the clock of what is shown. */
const RANGE_SECONDS = 30 * 60;
/** Around the panel, in CSS pixels: the page's margin, twice. */
const MARGIN_PIXELS = 32;

/** A quarter of a dashboard's row, half of it, and all of it. */
const SIZES = {
  small: { width: 320, height: 240 },
  medium: { width: 720, height: 560 },
  large: { width: 1400, height: 1000 },
} as const;
type Size = keyof typeof SIZES;

interface Choice {
  readonly theme: Scene["theme"];
  readonly size: Size;
}

const QUERIES = Object.entries(METRICS).map(([refId, expr]) => ({ refId, expr }));

export async function showPreview(place: HTMLElement, preview: Preview): Promise<void> {
  const head = place.appendChild(document.createElement("header"));
  const panel = place.appendChild(document.createElement("div"));
  const head_ = createRoot(head);
  const host = await createHost(panel, DEFAULT_SCENE.locale);
  let choice: Choice = { theme: "dark", size: "large" };
  const refresh = inTurn(() => host.show(sceneOf(preview, choice)));
  const choose = (change: Partial<Choice>): void => {
    choice = { ...choice, ...change };
    drawHead();
    void refresh();
  };
  const drawHead = (): void => {
    head_.render(
      <ThemeContext.Provider value={themeOf(choice.theme)}>
        <Head preview={preview} choice={choice} onChoose={choose} />
      </ThemeContext.Provider>,
    );
  };
  drawHead();
  await refresh();
  setInterval(() => {
    // A page that nobody sees need not ask.
    if (!document.hidden) void refresh();
  }, REFRESH_SECONDS * MILLISECONDS_PER_SECOND);
  document.addEventListener("visibilitychange", () => void refresh());
  window.addEventListener("resize", () => void refresh());
}

function sceneOf({ clock, workload, stepSeconds }: Preview, { theme, size }: Choice): Scene {
  const machineSeconds = Date.now() / MILLISECONDS_PER_SECOND;
  const nowSeconds = clock.startSeconds + (machineSeconds - clock.machineStartSeconds) * clock.rate;
  const { width, height } = SIZES[size];
  return {
    ...DEFAULT_SCENE,
    title: `Behavior of ${workload}`,
    theme,
    width: Math.min(width, window.innerWidth - MARGIN_PIXELS),
    height,
    range: {
      fromMs: (nowSeconds - RANGE_SECONDS) * MILLISECONDS_PER_SECOND,
      toMs: nowSeconds * MILLISECONDS_PER_SECOND,
    },
    live: true,
    queries: QUERIES,
    stepSeconds,
    options: { workload },
    clock,
  };
}

interface HeadProps {
  readonly preview: Preview;
  readonly choice: Choice;
  readonly onChoose: (change: Partial<Choice>) => void;
}

function Head({ preview, choice, onChoose }: HeadProps) {
  const { spacing, colors } = themeOf(choice.theme);
  return (
    <div style={{ color: colors.text.primary, marginBottom: spacing(2) }}>
      <h1>Presage: the panel, live</h1>
      <p style={{ color: colors.text.secondary }}>
        This is a preview of the Grafana panel without Grafana. Data: {preview.source}. Time is the
        demo&apos;s, {preview.clock.rate} times as fast as yours. Alert buttons need Grafana.
      </p>
      <div style={{ display: "flex", gap: spacing(2), flexWrap: "wrap" }}>
        <RadioButtonGroup
          aria-label="Theme"
          options={[
            { label: "Dark", value: "dark" as const },
            { label: "Light", value: "light" as const },
          ]}
          value={choice.theme}
          onChange={(theme) => {
            onChoose({ theme });
          }}
        />
        <RadioButtonGroup
          aria-label="Size"
          options={[
            { label: "Small", value: "small" as const },
            { label: "Medium", value: "medium" as const },
            { label: "Large", value: "large" as const },
          ]}
          value={choice.size}
          onChange={(size) => {
            onChoose({ size });
          }}
        />
      </div>
    </div>
  );
}

/** One run at a time; who asks while one is under way gets one more after it, however many ask. */
function inTurn(run: () => ReturnType<Host["show"]>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  return async () => {
    if (running !== undefined) {
      again = true;
      return running;
    }
    do {
      again = false;
      running = run().catch((error: unknown) => {
        recordProblem(`refresh: ${String(error)}`);
      });
      await running;
    } while (again as boolean);
    running = undefined;
  };
}
