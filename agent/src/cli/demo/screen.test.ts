import { describe, expect, it } from "vitest";
import { Screen } from "./screen.js";

function terminal() {
  const written: string[] = [];
  return { written, columns: 90, rows: 30, write: (text: string) => written.push(text) };
}

describe("Screen", () => {
  it("redraws in place, with one write a frame, and gives the cursor back", () => {
    const target = terminal();
    const screen = new Screen(target);
    screen.draw(["a", "b"]);
    screen.draw(["c"]);
    screen.draw(["d"]);
    screen.release();
    expect(target.written).toEqual([
      "\u001b[?25l\ra\u001b[K\nb\u001b[K\n\u001b[J",
      "\u001b[2A\rc\u001b[K\n\u001b[J",
      "\u001b[1A\rd\u001b[K\n\u001b[J",
      "\u001b[?25h",
    ]);
  });

  it("leaves a row free, and has a size where the terminal tells none", () => {
    expect(new Screen(terminal()).size).toEqual({ columns: 90, rows: 29 });
    expect(new Screen({ write: () => undefined }).size).toEqual({ columns: 80, rows: 23 });
  });
});
