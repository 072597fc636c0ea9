import { pick, seededRandom } from "./random.js";

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly priceCents: number;
  /** Those of name and description, for the search. */
  readonly words: readonly string[];
}

/** Enough to make a search a real search, small enough to build at once. */
export const PRODUCT_COUNT = 1000;
export const PRODUCTS_PER_PAGE = 20;
export const PAGE_COUNT = PRODUCT_COUNT / PRODUCTS_PER_PAGE;

export const CATALOG_WORDS = [
  "amber", "basket", "birch", "blue", "bottle", "brass", "candle", "canvas", "cedar", "ceramic",
  "chair", "clay", "clock", "copper", "cotton", "cup", "drawer", "felt", "garden", "glass", "green",
  "hammer", "hook", "iron", "jar", "kettle", "ladder", "lamp", "leather", "linen", "maple", "mirror",
  "oak", "olive", "paper", "pine", "plate", "quilt", "rope", "sage", "shelf", "silver", "stone",
  "table", "teak", "tray", "vase", "walnut", "wicker", "wool",
] as const; // prettier-ignore

const CATALOG_SEED = 1;
const WORDS_PER_NAME = 3;
const WORDS_PER_DESCRIPTION = 24;

export function productId(index: number): string {
  return String(1000 + index);
}

/** The same thousand products in every process. */
export function buildCatalog(): readonly Product[] {
  const random = seededRandom(CATALOG_SEED);
  const words = (count: number): string =>
    Array.from({ length: count }, () => pick(random, CATALOG_WORDS)).join(" ");
  return Array.from({ length: PRODUCT_COUNT }, (_, index) => {
    const name = words(WORDS_PER_NAME);
    const description = words(WORDS_PER_DESCRIPTION);
    return {
      id: productId(index),
      name,
      description,
      priceCents: 500 + Math.floor(random() * 20_000),
      words: [...name.split(" "), ...description.split(" ")],
    };
  });
}
