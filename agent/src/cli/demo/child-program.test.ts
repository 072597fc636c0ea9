import { describe, expect, it } from "vitest";
import { ChildProgram, startAndWait } from "./child-program.js";

/** Real processes: ending them is the subject. */
function node(script: string): readonly [string, readonly string[]] {
  return [process.execPath, ["--eval", script]];
}

function readPort(line: string): string | undefined {
  return line.startsWith("port ") ? line.slice("port ".length) : undefined;
}

const LONG_SECONDS = 20;

describe("startAndWait", () => {
  it("answers with what the program said, and ends it on stop", async () => {
    const { program, value } = await startAndWait(
      "the server",
      ...node(`console.log("hello"); console.log("port 42"); setInterval(() => {}, 1000)`),
      readPort,
      LONG_SECONDS,
    );
    expect(value).toBe("42");
    await program.stop();
    expect(program.lastWords).toContain("SIGTERM");
    // A second stop of what has ended is no error.
    await program.stop();
  });

  it("rejects with the program's last words when it ends before", async () => {
    const start = startAndWait(
      "the server",
      ...node(`console.error("the port is taken"); process.exit(3)`),
      readPort,
      LONG_SECONDS,
    );
    await expect(start).rejects.toThrow(/the server ended \(exit 3\)\. the port is taken/);
  });

  it("rejects, and leaves nothing running, when the program says nothing in time", async () => {
    const start = startAndWait("the server", ...node("setInterval(() => {}, 1000)"), readPort, 0.3);
    await expect(start).rejects.toThrow(/did not start.*SIGTERM/);
  });

  it("rejects when there is no such program", async () => {
    const start = startAndWait("it", "/nonexistent/program", [], readPort, LONG_SECONDS);
    await expect(start).rejects.toThrow(/ENOENT/);
  });
});

describe("ChildProgram", () => {
  it("passes on the lines, and keeps only the end of long last words", async () => {
    const lines: string[] = [];
    const program = new ChildProgram(
      "talker",
      ...node(`console.log("a\\nb"); process.stderr.write("x".repeat(9000) + "end")`),
      (line) => lines.push(line),
    );
    await program.ended;
    expect(lines).toEqual(["a", "b"]);
    expect(program.lastWords.length).toBeLessThan(4100);
    expect(program.lastWords.endsWith("xend")).toBe(true);
  });
});
