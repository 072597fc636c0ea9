/** Loads the built plugin as Grafana does: an AMD module, by SystemJS, with shared packages. */
import "systemjs/dist/system.js";
import "systemjs/dist/extras/amd.js";
import "systemjs/dist/extras/named-register.js";
import * as emotionCss from "@emotion/css";
import * as emotionReact from "@emotion/react";
import * as grafanaData from "@grafana/data";
import type { PanelPlugin, PanelPluginMeta } from "@grafana/data";
import * as grafanaRuntime from "@grafana/runtime";
import * as grafanaUi from "@grafana/ui";
import i18next from "i18next";
import lodash from "lodash";
import moment from "moment";
import * as react from "react";
import * as reactJsxRuntime from "react/jsx-runtime";
import * as reactDom from "react-dom";
import * as rxjs from "rxjs";
import * as rxjsOperators from "rxjs/operators";
import { initReactI18next } from "react-i18next";
import { PLUGIN_ID } from "../src/scene.js";
import { recordProblem } from "./problems.js";
import { PanelDataErrorView } from "./panel-data-error-view.js";

const PLUGIN_PATH = `/public/plugins/${PLUGIN_ID}`;
const DEFAULT_LANGUAGE = "en-US";

/** By the name that plugins import. */
const SHARED: Readonly<Record<string, object>> = {
  "@emotion/css": emotionCss,
  "@emotion/react": emotionReact,
  "@grafana/data": grafanaData,
  // It has no public setter for this view.
  "@grafana/runtime": { ...grafanaRuntime, PanelDataErrorView },
  "@grafana/ui": grafanaUi,
  i18next: asDefault(i18next),
  lodash: asDefault(lodash),
  moment: asDefault(moment),
  react: { ...react, default: react },
  "react/jsx-runtime": reactJsxRuntime,
  "react-dom": { ...reactDom, default: reactDom },
  rxjs,
  "rxjs/operators": rxjsOperators,
};

/** SystemJS' AMD extra hands on the default of a module that says so: what `require` would give. */
function asDefault(value: object): object {
  return { default: value, __useDefault: true };
}

/** Call it once. The language can't change afterwards. */
export async function loadPlugin(language: string): Promise<PanelPlugin> {
  await prepareTranslations(language);
  const imports: Record<string, string> = {};
  for (const [name, module] of Object.entries(SHARED)) {
    imports[name] = `package:${name}`;
    System.set(`package:${name}`, module);
  }
  System.addImportMap({ imports });
  const meta = await fetchJson(`${PLUGIN_PATH}/plugin.json`);
  const plugin = await pluginOf(await System.import(`${location.origin}${PLUGIN_PATH}/module.js`));
  // plugin.json has the form of the metadata, as far as a panel needs it.
  plugin.meta = {
    ...(meta as PanelPluginMeta),
    module: `${PLUGIN_PATH}/module.js`,
    baseUrl: PLUGIN_PATH,
  };
  return plugin;
}

/** A module that awaits something while it loads, such as its translations, is a promise of its exports. */
async function pluginOf(module: { readonly default?: unknown }): Promise<PanelPlugin> {
  for (const holder of [module, await module.default]) {
    const found = (holder as { readonly plugin?: unknown } | undefined)?.plugin;
    if (found instanceof grafanaData.PanelPlugin) return found;
  }
  throw new Error(
    "module.js exports no `plugin` that is a PanelPlugin of the shared @grafana/data",
  );
}

/** Grafana loads what plugin.json's `languages` name before it loads the plugin. */
async function prepareTranslations(language: string): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: DEFAULT_LANGUAGE,
    resources: {},
    partialBundledLanguages: true,
    returnEmptyString: false,
    supportedLngs: [...new Set([DEFAULT_LANGUAGE, language])],
  });
  const { languages = [] } = (await fetchJson(`${PLUGIN_PATH}/plugin.json`)) as {
    languages?: string[];
  };
  for (const name of new Set([DEFAULT_LANGUAGE, language])) {
    if (!languages.includes(name)) continue;
    try {
      const words = await fetchJson(`${PLUGIN_PATH}/locales/${name}/${PLUGIN_ID}.json`);
      i18next.addResourceBundle(name, PLUGIN_ID, words, true, false);
    } catch (error) {
      // The panel has its English texts in its code; a missing file is a mistake all the same.
      recordProblem(`translations: ${String(error)}`);
    }
  }
}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
  return response.json();
}
