import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "./harness/built-agent.js";

/** Where the snippets pretend to be, so that `presage` and `express` are found as in a service. */
const SNIPPET_FILE = join(PROJECT_ROOT, "test", "snippet.ts");

/** As a service with authentication has it. */
const DECLARED_USER = `
declare global {
  namespace Express {
    interface Request { user?: { readonly id: string; readonly roles: readonly string[] } }
  }
}`;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  types: ["node"],
  skipLibCheck: true,
};

/** What the compiler says about a file with this text. */
function complaints(text: string): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const program = ts.createProgram([SNIPPET_FILE], OPTIONS, {
    ...host,
    fileExists: (name) => name === SNIPPET_FILE || host.fileExists(name),
    readFile: (name) => (name === SNIPPET_FILE ? text : host.readFile(name)),
    getSourceFile: (name, ...rest) =>
      name === SNIPPET_FILE
        ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023)
        : host.getSourceFile(name, ...rest),
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

async function expressSnippet(): Promise<string> {
  const readme = await readFile(join(PROJECT_ROOT, "README.md"), "utf8");
  const snippet = /```ts\n([^`]*presage\/express[^`]*)```/.exec(readme)?.[1];
  if (snippet === undefined) throw new Error("README.md has no example for Express");
  return snippet.replace(
    /^import .*presage\/express.*$/m,
    (line) => `${line}\nimport express from "express";\nconst app = express();`,
  );
}

it("regression: the README's example for Express compiles where req.user is declared", async () => {
  expect(complaints(`${await expressSnippet()}${DECLARED_USER}`)).toEqual([]);
});

it("does not where nobody declares req.user, so that the check above can fail", async () => {
  const found = complaints(await expressSnippet());
  expect(found).toContainEqual(expect.stringContaining("Property 'user' does not exist"));
});

it("a service may also name the type of its requests", () => {
  const text = `
    import { createServer, type IncomingMessage } from "node:http";
    import { presageMiddleware } from "presage/express";
    interface Mine extends IncomingMessage { readonly tenant?: string }
    const watch = presageMiddleware<Mine>({
      agentUrl: "http://127.0.0.1:9470",
      service: "shop",
      identify: (request) => ({ userId: request.tenant }),
    });
    createServer((request: Mine, response) => { watch(request, response, () => response.end()); });`;
  expect(complaints(text)).toEqual([]);
});
