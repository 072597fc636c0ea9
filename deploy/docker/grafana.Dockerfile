# Grafana with Presage's panel. The context is the root of the project;
# grafana.Dockerfile.dockerignore says what of it is sent.
#   --target panel    the built plugin, in /panel/dist
#   --target grafana  Grafana's own image (AGPL-3.0, taken from its makers, unchanged) and the plugin

FROM node:24.20.0-bookworm-slim AS panel
WORKDIR /panel
COPY grafana-plugin/package.json grafana-plugin/package-lock.json ./
# No package needs its install script to build this.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY grafana-plugin ./
RUN npm run build

FROM grafana/grafana:13.2.2 AS grafana
LABEL org.opencontainers.image.title="Grafana with Presage's panel" \
  org.opencontainers.image.version="0.1.0"
# Not under /var/lib/grafana: a volume there would keep the plugin of the image that it first met.
ENV GF_PATHS_PLUGINS=/opt/presage/plugins
# The plugin is not signed.
ENV GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=presage-behavior-panel
COPY --from=panel /panel/dist /opt/presage/plugins/presage-behavior-panel
# As the image has it, by number.
USER 472
HEALTHCHECK --interval=10s --timeout=5s --retries=12 \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"]
