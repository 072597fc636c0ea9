/**
 * The shop's real work: what makes an operation heavy on CPU, memory or network. Nothing here
 * pretends by sleeping; the agent's cost figures come from work that the machine really did.
 */
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { Product } from "./catalog.js";
import { seededRandom, textHash } from "./random.js";

export interface QuoteLine {
  readonly productId: string;
  readonly quantity: number;
}

/** Share of the price that a discount on a line may cost the shop. */
const DISCOUNT_BUDGET_RATIO = 0.1;
/** Steps of the discount budget: the work of a quote grows with lines x steps x levels. */
const BUDGET_STEPS = 15_000;
const DISCOUNT_LEVELS = [0, 0.02, 0.05, 0.08, 0.12, 0.2, 0.25, 0.3];

/**
 * CPU-heavy: finds the discounts that make the order most likely within a budget, as a knapsack with
 * several choices a line, by dynamic programming (Kellerer, Pferschy, Pisinger, Knapsack Problems,
 * 2004, chapter 11.5).
 */
export function bestDiscountCents(lines: readonly QuoteLine[], priceCents: number[]): number {
  const totals = lines.map((line, index) => line.quantity * (priceCents[index] ?? 0));
  const budgetCents = totals.reduce((sum, total) => sum + total, 0) * DISCOUNT_BUDGET_RATIO;
  const centsPerStep = budgetCents / BUDGET_STEPS;
  if (centsPerStep === 0) return 0;
  let appeal = new Float64Array(BUDGET_STEPS + 1);
  let spentCents = new Float64Array(BUDGET_STEPS + 1);
  for (const total of totals) {
    const nextAppeal = appeal.slice();
    const nextSpent = spentCents.slice();
    for (const level of DISCOUNT_LEVELS) {
      const cost = Math.round((total * level) / centsPerStep);
      // A discount is felt less than in proportion.
      const gain = Math.sqrt(level * total);
      for (let step = cost; step <= BUDGET_STEPS; step += 1) {
        const candidate = (appeal[step - cost] ?? 0) + gain;
        if (candidate > (nextAppeal[step] ?? 0)) {
          nextAppeal[step] = candidate;
          nextSpent[step] = (spentCents[step - cost] ?? 0) + total * level;
        }
      }
    }
    appeal = nextAppeal;
    spentCents = nextSpent;
  }
  return Math.round(spentCents[BUDGET_STEPS] ?? 0);
}

const SEARCH_RESULTS = 15;

/** Some CPU: scores every product by the words it shares with the query; the best ones come back. */
export function search(catalog: readonly Product[], query: string): readonly Product[] {
  const wanted = new Set(query.toLowerCase().split(" "));
  const scored: { readonly product: Product; readonly score: number }[] = [];
  for (const product of catalog) {
    let score = 0;
    for (const word of product.words) if (wanted.has(word)) score += 1;
    if (score > 0) scored.push({ product, score });
  }
  scored.sort((one, other) => other.score - one.score);
  return scored.slice(0, SEARCH_RESULTS).map(({ product }) => product);
}

const REPORT_BLOCKS = 4;
const VALUES_PER_BLOCK = 131_072;
/** One value in 16 differs and is read again. */
const VALUES_PER_READING = 16;
/** Between two blocks the service waits for its (imagined) store, and holds what it has. */
const STORE_WAIT_MILLISECONDS = 20;
const MINIMUM_REPORT_ROWS = 20;
const MAXIMUM_REPORT_ROWS = 60;

export function reportRowCount(id: string): number {
  return MINIMUM_REPORT_ROWS + (textHash(id) % (MAXIMUM_REPORT_ROWS - MINIMUM_REPORT_ROWS));
}

export interface ReportRow {
  readonly group: number;
  readonly count: number;
  readonly mean: number;
}

/** Memory-heavy: 4 MB of values (4 blocks of 131,072 doubles) are held while the report is made. */
export async function buildReport(id: string): Promise<readonly ReportRow[]> {
  const rowCount = reportRowCount(id);
  let state = textHash(id) | 1;
  const blocks: Float64Array[] = [];
  for (let block = 0; block < REPORT_BLOCKS; block += 1) {
    // Filled, because memory that is never written to is never really taken.
    const values = new Float64Array(VALUES_PER_BLOCK).fill(1);
    for (let index = 0; index < VALUES_PER_BLOCK; index += VALUES_PER_READING) {
      // xorshift32 (Marsaglia, 2003): cheap, so that memory and not CPU is what a report costs.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      values[index] = state >>> 0;
    }
    blocks.push(values);
    await wait(STORE_WAIT_MILLISECONDS);
  }
  const counts = new Float64Array(rowCount);
  const sums = new Float64Array(rowCount);
  for (const values of blocks) {
    for (let index = 0; index < values.length; index += VALUES_PER_READING) {
      const group = index % rowCount;
      counts[group] = (counts[group] ?? 0) + 1;
      sums[group] = (sums[group] ?? 0) + (values[index] ?? 0);
    }
  }
  return Array.from({ length: rowCount }, (_, group) => ({
    group,
    count: counts[group] ?? 0,
    mean: (sums[group] ?? 0) / Math.max(1, counts[group] ?? 0),
  }));
}

export const MINIMUM_EXPORT_BYTES = 200_000;
export const MAXIMUM_EXPORT_BYTES = 2_000_000;

/** How large an export is: given by its id, so that a repeated download is the same. */
export function exportBytes(id: string): number {
  const random = seededRandom(textHash(id))();
  return Math.round(MINIMUM_EXPORT_BYTES + random * (MAXIMUM_EXPORT_BYTES - MINIMUM_EXPORT_BYTES));
}

const EXPORT_LINE = "2026-01-01,shop,order,1000,blue linen basket,2,1999,EUR\n";
const EXPORT_CHUNK = Buffer.from(EXPORT_LINE.repeat(Math.ceil(65_536 / EXPORT_LINE.length)));

/** Transfer-heavy: `exportBytes(id)` bytes of CSV, in chunks, with room for other calls in between. */
export async function* exportChunks(id: string): AsyncGenerator<Buffer> {
  let left = exportBytes(id);
  while (left > 0) {
    const chunk = left < EXPORT_CHUNK.length ? EXPORT_CHUNK.subarray(0, left) : EXPORT_CHUNK;
    left -= chunk.length;
    yield chunk;
    await nextTurn();
  }
}
