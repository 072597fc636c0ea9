/** What the screen is drawn on. */
export interface Terminal {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
/** ECMA-48 and DEC: cursor up, erase to the end of the line and of the screen, cursor off and on. */
const ERASE_LINE = "\u001b[K";
const ERASE_BELOW = "\u001b[J";
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

/** Redraws a block of lines in place: one write a frame, and nothing is cleared before it. */
export class Screen {
  readonly #terminal: Terminal;
  #drawnLines = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return {
      columns: this.#terminal.columns ?? DEFAULT_COLUMNS,
      // The last row stays free: the line break after a block would scroll the screen.
      rows: (this.#terminal.rows ?? DEFAULT_ROWS) - 1,
    };
  }

  draw(lines: readonly string[]): void {
    const up = this.#drawnLines > 0 ? `\u001b[${String(this.#drawnLines)}A` : HIDE_CURSOR;
    const body = lines.map((line) => `${line}${ERASE_LINE}\n`).join("");
    this.#terminal.write(`${up}\r${body}${ERASE_BELOW}`);
    this.#drawnLines = lines.length;
  }

  /** Leaves the block where it is; what comes next is written below it. */
  release(): void {
    if (this.#drawnLines > 0) this.#terminal.write(SHOW_CURSOR);
    this.#drawnLines = 0;
  }
}
