import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/node_modules/",
      "coverage/",
      "grafana-plugin/*",
      "!grafana-plugin/host/",
      "**/*.cjs",
      "**/bin/",
      "vitest.config.ts",
    ],
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // `const { left, out, ...rest }` is how fields are left out.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Only the command line may end the process or write to its streams.
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { object: "process", property: "exit", message: "Only cli/main.ts ends the process." },
      ],
    },
  },
  {
    files: ["agent/src/cli/main.ts"],
    rules: { "no-restricted-properties": "off" },
  },
);
