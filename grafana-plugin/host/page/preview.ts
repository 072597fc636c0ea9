/** The first script of the preview. As in boot.ts, Grafana's packages come after the boot data. */
import { DEFAULT_SCENE, type Preview } from "../src/scene.js";
import { bootDataOf } from "./boot-data.js";
import { watchForProblems } from "./problems.js";

watchForProblems();

const answer = await fetch("/preview.json");
// The host's own server writes it.
const preview = (await answer.json()) as Preview;
window.__grafana_public_path__ = "/public/";
window.grafanaBootData = bootDataOf(DEFAULT_SCENE);
const { showPreview } = await import("./preview-app.js");
await showPreview(document.getElementById("host") ?? document.body, preview);

export {};
