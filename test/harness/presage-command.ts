import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { PRESAGE_COMMAND } from "./built-agent.js";

export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `presage` with these arguments to its end. */
export async function presage(...parameters: readonly string[]): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [PRESAGE_COMMAND, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { exitCode, stdout, stderr };
}
