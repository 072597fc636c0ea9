import { parseArgs } from "node:util";
import { readKeyFile } from "../checkpoint/key-file.js";
import { onlyFile, readNamedFile } from "./bundle-file.js";
import type { Io } from "./io.js";
import { EXIT_DONE, EXIT_FAILED, UsageError } from "./io.js";

const DEFAULT_URL = "http://127.0.0.1:9470";
const REQUEST_TIMEOUT_SECONDS = 30;
const MILLISECONDS_PER_SECOND = 1000;

/** `presage model import`: a bundle to a running agent. */
export async function importBundle(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: "string", default: DEFAULT_URL }, "token-file": { type: "string" } },
  });
  const file = onlyFile("import", positionals);
  const url = agentAddress(values.url);
  const bundle = await readNamedFile(file);
  const tokenFile = values["token-file"];
  const token =
    tokenFile === undefined ? undefined : (await readKeyFile(tokenFile)).bytes.toString();
  const response = await ask(url, bundle, token);
  const answer = parsedObject(await response.text());
  const detail = textOf(answer["detail"]) ?? textOf(answer["title"]) ?? response.statusText;
  if (response.ok) {
    io.stdout.write(`${file}: ${detail}\n`);
    return EXIT_DONE;
  }
  const reason = textOf(answer["reason"]);
  io.stderr.write(
    `${url.origin} refuses ${file} (${[response.status, reason].filter(Boolean).join(", ")}): ${detail}\n`,
  );
  return EXIT_FAILED;
}

/** The address is not repeated when it holds a password. */
function agentAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UsageError("--url is not an http or https address");
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError("--url must not hold a user name or password; see --token-file");
  }
  return url;
}

async function ask(url: URL, bundle: Buffer, token: string | undefined): Promise<Response> {
  try {
    return await fetch(new URL("/model/update", url), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new Uint8Array(bundle),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_SECONDS * MILLISECONDS_PER_SECOND),
    });
  } catch (error) {
    throw new Error(`no agent answers at ${url.origin}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The reason of a failed fetch is in its cause: the message says only "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${REQUEST_TIMEOUT_SECONDS} seconds`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Empty for what is not the JSON of an object: whatever answers there may not be an agent. */
function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
