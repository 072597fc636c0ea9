import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // Simulations take a second or two, and far longer on a machine that is busy or slow.
          testTimeout: 30_000,
          include: [
            "agent/src/**/*.test.ts",
            "examples/shop/src/**/*.test.ts",
            "grafana-plugin/host/src/**/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: ["**/dist/**", "**/node_modules/**"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each starts real programs; two cores are shared with them.
          fileParallelism: false,
        },
      },
    ],
  },
});
