/** Sets the services of @grafana/runtime that a panel may ask for. */
import { EventBusSrv, type DataSourceInstanceSettings } from "@grafana/data";
import {
  config,
  setAppEvents,
  setBackendSrv,
  setCurrentUser,
  setDataSourceSrv,
  setEchoSrv,
  setTemplateSrv,
} from "@grafana/runtime";
import { PROMETHEUS_UID } from "../src/scene.js";
import { HostBackend } from "./backend.js";

export interface Services {
  readonly backend: HostBackend;
  /** The dashboard's; the panel's `replaceVariables` is the same. */
  variables: Readonly<Record<string, string>>;
  readonly replaceVariables: (text: string) => string;
}

export function setServices(): Services {
  const services: Services = {
    backend: new HostBackend(),
    variables: {},
    replaceVariables: (text) => replaceVariables(text, services.variables),
  };
  setBackendSrv(services.backend);
  setAppEvents(new EventBusSrv());
  setEchoSrv({ flush: noop, addBackend: noop, addEvent: noop, onInteraction: () => noop });
  setTemplateSrv({
    getVariables: () => [],
    replace: (text = "") => services.replaceVariables(text),
    containsTemplate: (text = "") => services.replaceVariables(text) !== text,
    updateTimeRange: noop,
  });
  const prometheus = {
    uid: PROMETHEUS_UID,
    name: "Prometheus",
    type: "prometheus",
    id: 1,
    access: "proxy",
    readOnly: true,
    jsonData: {},
  };
  setDataSourceSrv({
    get: () => Promise.reject(new Error("the host page runs the queries itself")),
    // Grafana's settings hold the data source plugin's metadata, which no panel reads.
    getList: () => [prometheus as unknown as DataSourceInstanceSettings],
    getInstanceSettings: () => prometheus as unknown as DataSourceInstanceSettings,
    reload: () => Promise.resolve(),
    registerRuntimeDataSource: noop,
  });
  setCurrentUser(config.bootData.user);
  return services;
}

/** `$name`, `${name}`, `${name:format}` and `[[name]]`; what is not a variable stays as it is. */
function replaceVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]/g,
    (all, plain?: string, braced?: string, bracketed?: string) =>
      variables[plain ?? braced ?? bracketed ?? ""] ?? all,
  );
}

function noop(): void {
  // Nothing to do here.
}
