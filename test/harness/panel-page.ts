import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import {
  bundlePage,
  DEFAULT_SCENE,
  missingFor,
  startHostServer,
  type DataSource,
  type HostApi,
  type PageSet,
  type Scene,
} from "presage-panel-host";
import { findProgram } from "./programs.js";

/** Kept after the tests, to be looked at. */
const SCREENSHOTS = fileURLToPath(new URL("../../.reports/screenshots/", import.meta.url));
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const CHROMIUM = "chromium";
const CHROMIUM_FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
];
/** Room around the panel, so that its tooltips and menus fit into the picture. */
const MARGIN_PIXELS = 16;

/** The global scope of the page, in which the functions given to `evaluate` run. */
interface PageScope {
  readonly presageHost: HostApi;
  readonly axe: { run(within: string): Promise<AxeResults> };
}

/** What the tests in a browser need and this machine lacks, in words; undefined when all is there. */
export function missingForPanel(set: PageSet): string | undefined {
  return findProgram(CHROMIUM) === undefined ? `${CHROMIUM} is not installed` : missingFor(set);
}

/** A browser, and a server of the host page for one line of Grafana. Stop it when done. */
export class PanelStage {
  readonly url: string;
  readonly #browser: Browser;
  readonly #closeServer: () => Promise<void>;

  private constructor(url: string, browser: Browser, closeServer: () => Promise<void>) {
    this.url = url;
    this.#browser = browser;
    this.#closeServer = closeServer;
  }

  static async start(
    set: PageSet,
    dataSources: ReadonlyMap<string, DataSource> = new Map(),
  ): Promise<PanelStage> {
    const executablePath = findProgram(CHROMIUM);
    if (executablePath === undefined) throw new Error(`${CHROMIUM} is not installed`);
    await bundlePage(set);
    const server = await startHostServer({ set, port: 0, dataSources });
    try {
      const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
      return new PanelStage(server.url, browser, () => server.close());
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** A new page, with nothing of an earlier one, that shows the scene. */
  async open(scene: Partial<Scene>): Promise<PanelPage> {
    const panel = await this.openEmpty();
    await panel.show(scene);
    return panel;
  }

  async openEmpty(): Promise<PanelPage> {
    const context = await this.#browser.newContext({ locale: "en-US", timezoneId: "UTC" });
    await context.addInitScript({ path: AXE });
    const page = await context.newPage();
    const panel = new PanelPage(page);
    await page.goto(this.url);
    return panel;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#closeServer();
  }
}

/** One page with one panel. */
export class PanelPage {
  readonly page: Page;
  readonly #problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.#problems.push(`${message.type()}: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => this.#problems.push(`exception: ${error.message}`));
    page.on("requestfailed", (request) => {
      // What the page itself has no use for any more, such as the icon of something that is gone.
      if (request.failure()?.errorText === "net::ERR_ABORTED") return;
      this.#problems.push(`no answer: ${request.url()}`);
    });
  }

  /** Resolves once it is painted. */
  async show(scene: Partial<Scene>): Promise<void> {
    await this.#fit({ ...DEFAULT_SCENE, ...scene });
    await this.page.evaluate(
      (shown) => (globalThis as unknown as PageScope).presageHost.show(shown),
      scene,
    );
  }

  /** Changes what is given; the panel stays mounted. */
  async update(change: Partial<Scene>): Promise<void> {
    await this.#fit(change);
    await this.page.evaluate(
      (shown) => (globalThis as unknown as PageScope).presageHost.update(shown),
      change,
    );
  }

  async requests(): Promise<ReturnType<HostApi["requests"]>> {
    return this.page.evaluate(() => (globalThis as unknown as PageScope).presageHost.requests());
  }

  async wishes(): Promise<ReturnType<HostApi["wishes"]>> {
    return this.page.evaluate(() => (globalThis as unknown as PageScope).presageHost.wishes());
  }

  async frames(): Promise<ReturnType<HostApi["frames"]>> {
    return this.page.evaluate(() => (globalThis as unknown as PageScope).presageHost.frames());
  }

  async benchmark(
    ...[update, repeats]: Parameters<HostApi["benchmark"]>
  ): Promise<Awaited<ReturnType<HostApi["benchmark"]>>> {
    return this.page.evaluate(
      (task) =>
        (globalThis as unknown as PageScope).presageHost.benchmark(task.update, task.repeats),
      { update, repeats },
    );
  }

  /** Everything that a clean page must not have, by the browser and by the page itself. */
  async problems(): Promise<readonly string[]> {
    const own = await this.page.evaluate(() =>
      (globalThis as unknown as PageScope).presageHost.problems(),
    );
    return [...this.#problems, ...own];
  }

  /** Violations that axe-core finds within the first such element, each with those that it is about. */
  async accessibilityViolations(within = "html"): Promise<readonly string[]> {
    const { violations } = await this.page.evaluate(
      (selector) => (globalThis as unknown as PageScope).axe.run(selector),
      within,
    );
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
    );
  }

  /** Writes `.reports/screenshots/<name>.png`; answers the file's path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #fit({ width, height }: Partial<Scene>): Promise<void> {
    const size = this.page.viewportSize();
    await this.page.setViewportSize({
      width: width === undefined ? (size?.width ?? 1280) : width + 2 * MARGIN_PIXELS,
      height: height === undefined ? (size?.height ?? 720) : height + 2 * MARGIN_PIXELS,
    });
  }
}
