// `node healthy.mjs URL` ends with 0 when the URL answers well in time, else with 1: the images' health
// check, for which they need neither a shell nor curl.
const [, , url = ""] = process.argv;
/** Less than the check's own timeout, so that this program says so and is not killed. */
const PATIENCE_MILLISECONDS = 4000;

try {
  const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  if (!ok) console.error(`${url} answered ${status}`);
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
