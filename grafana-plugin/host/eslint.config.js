// The nearest configuration counts, and that of grafana-plugin is for the plugin.
export { default } from "../../eslint.config.js";
