process.env.TZ = 'UTC';

const base = require('./.config/jest.config');
const { nodeModulesToTransform, grafanaESModules } = require('./.config/jest/utils');

const [transformWithSwc] = Object.values(base.transform);

// Packages that @grafana/ui brings and that are ES modules only.
const alsoESModules = ['@react-hookz/web', '@ver0/deep-equal'];

module.exports = {
  ...base,
  // The scaffold's pattern leaves .mjs files as they are.
  transform: { '^.+\\.(m?[tj]s|[tj]sx)$': transformWithSwc },
  transformIgnorePatterns: [nodeModulesToTransform([...grafanaESModules, ...alsoESModules])],
};
