/** Keeps everything that a clean page must not have. */

const problems: string[] = [];
/** A page that fails at each refresh must not fill the memory. */
const MAXIMUM_PROBLEMS = 200;

export function recordedProblems(): readonly string[] {
  return problems;
}

export function recordProblem(problem: string): void {
  if (problems.length < MAXIMUM_PROBLEMS) problems.push(problem);
}

/** Call it before anything else is loaded. What is written to the console still appears there. */
export function watchForProblems(): void {
  /* eslint-disable no-console -- this is where the console is watched */
  for (const level of ["error", "warn"] as const) {
    const write = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      recordProblem(`console.${level}: ${parts.map(inWords).join(" ")}`);
      write(...parts);
    };
  }
  /* eslint-enable no-console */
  window.addEventListener("error", ({ error, message }: ErrorEvent) => {
    recordProblem(`exception: ${inWords(error ?? message)}`);
  });
  window.addEventListener("unhandledrejection", ({ reason }) => {
    recordProblem(`unhandled rejection: ${inWords(reason)}`);
  });
  document.addEventListener("securitypolicyviolation", (event) => {
    const { violatedDirective, blockedURI, sourceFile, lineNumber, columnNumber } = event;
    // zod, within Grafana's packages, tries once whether it may; who needs eval throws, and is seen by that.
    if (blockedURI === "eval") return;
    recordProblem(
      `content security policy: ${violatedDirective} ${blockedURI} by ${sourceFile}:${String(lineNumber)}:${String(columnNumber)}`,
    );
  });
}

function inWords(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  return typeof part === "string" ? part : String(part);
}
