import { readFile, readlink } from "node:fs/promises";
import { z } from "zod";

/** Field 22 of `/proc/PID/stat`, counted from the first one after the name (the 3rd). Source: proc(5). */
const START_TIME_INDEX = 22 - 3;

/** Tells one process from every other, also from a later one with the same id. */
export const processIdentitySchema = z.strictObject({
  pid: z.int().positive(),
  /** When it started, in clock ticks since the machine did; null where there is no `/proc`. */
  startTicks: z.string().nullable(),
  /** In which its id means something: the boot and the pid namespace; null where there is no `/proc`. */
  scope: z.string().nullable(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, startTicks: await startTicksOf(process.pid), scope: await ownScope() };
}

/** Whether that process still runs; undefined when it can't be known from here (another container). */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | undefined> {
  if (identity.scope !== (await ownScope())) return undefined;
  if (!hasProcess(identity.pid)) return false;
  return identity.startTicks === (await startTicksOf(identity.pid));
}

/** The boot alone would not do: in containers of one machine every agent may be process 1. */
async function ownScope(): Promise<string | null> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return `${boot} ${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

async function startTicksOf(pid: number): Promise<string | null> {
  try {
    const fields = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, also blanks and parentheses.
    return fields.slice(fields.lastIndexOf(")") + 2).split(" ")[START_TIME_INDEX] ?? null;
  } catch {
    return null;
  }
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to someone else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
