import { defineConfig } from 'eslint/config';
import baseConfig from './.config/eslint.config.mjs';

export default defineConfig([
  {
    // The host page is a project of its own.
    ignores: ['node_modules/', 'dist/', 'coverage/', 'host/', 'test-results/', 'playwright-report/', 'playwright/'],
  },
  ...baseConfig,
]);
