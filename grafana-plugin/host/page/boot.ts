/**
 * The page's first script. Grafana's packages read the boot data when they are loaded, so they are
 * loaded only once the first scene says what is in it.
 */
import { DEFAULT_SCENE, type HostApi, type Scene } from "../src/scene.js";
import { bootDataOf } from "./boot-data.js";
import { recordedProblems, watchForProblems } from "./problems.js";
import type { Host } from "./host.js";

watchForProblems();

let host: Host | undefined;

async function show(scene: Scene): Promise<void> {
  if (host === undefined) {
    window.__grafana_public_path__ = "/public/";
    window.grafanaBootData = bootDataOf(scene);
    const { createHost } = await import("./host.js");
    host = await createHost(document.getElementById("host") ?? document.body, scene.locale);
  }
  await host.show(scene);
}

function shown(): Host {
  if (host === undefined) throw new Error("nothing has been shown yet");
  return host;
}

const api: HostApi = {
  show: (scene) => show({ ...DEFAULT_SCENE, ...scene }),
  update: (change) => shown().show({ ...shown().scene, ...change }),
  problems: recordedProblems,
  requests: () => shown().requests(),
  wishes: () => shown().wishes(),
  frames: () => shown().frames(),
  benchmark: (update, repeats) => shown().benchmark(update, repeats),
};
window.presageHost = api;
