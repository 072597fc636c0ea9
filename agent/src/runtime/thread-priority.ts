import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/**
 * Gives the calling thread a lower priority (0 is usual, 19 the least), so that it yields to what answers
 * requests. On Linux each thread has one of its own, and setting that of an id sets that of the thread.
 * Elsewhere it would be that of the whole process, which has requests to answer: there nothing happens.
 */
export function lowerThreadPriority(priority: number): void {
  if (process.platform !== "linux") return;
  try {
    // "1234/task/1240"
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (Number.isInteger(thread) && thread > 0) setPriority(thread, priority);
  } catch {
    // Without /proc, or where it is not allowed, it runs at the usual priority.
  }
}
