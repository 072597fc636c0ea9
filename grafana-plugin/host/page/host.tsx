/** Holds what is shown, and shows it. */
import {
  createTheme,
  type DataFrame,
  type GrafanaTheme2,
  type PanelData,
  type PanelPlugin,
  ThemeContext,
} from "@grafana/data";
import { config } from "@grafana/runtime";
import { GlobalStyles, PortalContainer } from "@grafana/ui";
import { createRoot, type Root } from "react-dom/client";
import type { HostApi, PlainFrame, RecordedRequest, Scene } from "../src/scene.js";
import { benchmark } from "./benchmark.js";
import { rightsOf } from "./boot-data.js";
import { painted } from "./painted.js";
import { dataFrames, panelData, settingsOf, withFieldConfig } from "./panel-data.js";
import { PanelFrame } from "./panel-frame.js";
import { loadPlugin } from "./plugin-loader.js";
import { runQueries } from "./queries.js";
import { setServices, type Services } from "./services.js";
import { registerStandardOptions } from "./standard-options.js";

const MAXIMUM_WISHES = 1000;

export async function createHost(place: HTMLElement, locale: string): Promise<Host> {
  document.documentElement.lang = locale;
  const services = setServices();
  registerStandardOptions();
  return new Host(place, locale, services, await loadPlugin(locale));
}

export class Host {
  readonly #root: Root;
  /** Only puts styles into the page. */
  readonly #styles = createRoot(document.createElement("div"));
  readonly #locale: string;
  readonly #services: Services;
  readonly #plugin: PanelPlugin;
  readonly #wishes: { readonly kind: string; readonly value: unknown }[] = [];
  #scene: Scene | undefined;
  #plainFrames: readonly PlainFrame[] = [];
  #data: PanelData | undefined;
  #theme: GrafanaTheme2 | undefined;
  #renderCounter = 0;

  constructor(place: HTMLElement, locale: string, services: Services, plugin: PanelPlugin) {
    this.#root = createRoot(place);
    this.#locale = locale;
    this.#services = services;
    this.#plugin = plugin;
  }

  get scene(): Scene {
    if (this.#scene === undefined) throw new Error("nothing has been shown yet");
    return this.#scene;
  }

  /** Resolves once it is painted. */
  async show(scene: Scene): Promise<void> {
    if (scene.locale !== this.#locale) {
      throw new Error(`the page speaks ${this.#locale}; another language needs a new page`);
    }
    this.#scene = scene;
    this.#services.variables = scene.variables;
    Object.assign(config.bootData.user, rightsOf(scene.permissions, scene.role));
    const theme = themeOf(scene.theme);
    await this.#style(theme);
    const settings = await settingsOf(this.#plugin, scene);
    const { frames, errors } = await this.#query(scene);
    this.#plainFrames = frames;
    const { replaceVariables } = this.#services;
    const around = {
      plugin: this.#plugin,
      fieldConfig: settings.fieldConfig,
      theme,
      replaceVariables,
      timeZone: scene.timeZone,
    };
    const apply = (plain: readonly PlainFrame[]): DataFrame[] =>
      withFieldConfig(dataFrames(plain), around);
    this.#data = panelData(
      scene,
      apply(frames),
      dataFrames(scene.annotations ?? []),
      errors,
      this.#data,
    );
    this.#renderCounter += 1;
    this.#root.render(
      <ThemeContext.Provider value={theme}>
        <main>
          <PanelFrame
            plugin={this.#plugin}
            scene={scene}
            data={this.#data}
            options={settings.options}
            fieldConfig={settings.fieldConfig}
            renderCounter={this.#renderCounter}
            replaceVariables={replaceVariables}
            onWish={this.#keepWish}
          />
        </main>
        <PortalContainer />
      </ThemeContext.Provider>,
    );
    await painted();
  }

  requests(): readonly RecordedRequest[] {
    return this.#services.backend.requests;
  }

  wishes(): ReturnType<HostApi["wishes"]> {
    return this.#wishes;
  }

  frames(): readonly PlainFrame[] {
    return this.#plainFrames;
  }

  async benchmark(
    update: readonly PlainFrame[],
    repeats: number,
  ): ReturnType<HostApi["benchmark"]> {
    const settings = await settingsOf(this.#plugin, this.scene);
    return benchmark({
      plugin: this.#plugin,
      scene: this.scene,
      settings,
      theme: themeOf(this.scene.theme),
      replaceVariables: this.#services.replaceVariables,
      first: this.#plainFrames,
      update,
      repeats,
    });
  }

  /**
   * Grafana's styles, and the fonts that they name, before anything is drawn with them: a chart is drawn
   * once, with the fonts that are there. In Grafana's page they are there from the start.
   */
  async #style(theme: GrafanaTheme2): Promise<void> {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#styles.render(
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
      </ThemeContext.Provider>,
    );
    await painted();
    const { fontFamily, fontWeightRegular, fontWeightMedium } = theme.typography;
    for (const weight of [fontWeightRegular, fontWeightMedium]) {
      await document.fonts.load(`${String(weight)} 12px ${fontFamily}`);
    }
  }

  readonly #keepWish = (kind: string, value: unknown): void => {
    if (this.#wishes.length < MAXIMUM_WISHES) this.#wishes.push({ kind, value });
  };

  async #query(
    scene: Scene,
  ): Promise<{ frames: readonly PlainFrame[]; errors: readonly string[] }> {
    if (scene.frames !== undefined) return { frames: scene.frames, errors: scene.errors };
    try {
      return {
        frames: await runQueries(scene, this.#services.replaceVariables),
        errors: scene.errors,
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { frames: [], errors: [...scene.errors, message] };
    }
  }
}

const themes = new Map<Scene["theme"], GrafanaTheme2>();

/** One object for each, as in Grafana: components remember styles by it. */
export function themeOf(name: Scene["theme"]): GrafanaTheme2 {
  const theme = themes.get(name) ?? createTheme({ colors: { mode: name } });
  themes.set(name, theme);
  config.theme2 = theme;
  return theme;
}
