/** What each operation of the shop is asked with. */
import { CATALOG_WORDS, PAGE_COUNT, PRODUCT_COUNT, productId } from "./catalog.js";
import { pick, type Random } from "./random.js";

export const OPERATIONS = [
  "GET /products",
  "GET /products/{id}",
  "GET /search",
  "POST /cart/items",
  "POST /orders/quote",
  "POST /orders",
  "GET /orders/{id}",
  "GET /reports/{id}",
  "GET /exports/{id}",
  "POST /partner/stock",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface PlannedRequest {
  /** With the query string. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Ten hexadecimal digits: what sessions and orders are called. */
export function randomToken(random: Random): string {
  return Math.floor(random() * 2 ** 40)
    .toString(16)
    .padStart(10, "0");
}

/** Popular in proportion to 1 / sqrt(rank): that is how the square of a uniform draw is spread. */
function somePopularProduct(random: Random): string {
  return productId(Math.floor(random() ** 2 * PRODUCT_COUNT));
}

function orderLines(random: Random): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
    productId: somePopularProduct(random),
    quantity: 1 + Math.floor(random() * 3),
  }));
}

/** Report and export numbers repeat, as dashboards do. */
const REPORT_COUNT = 200;

export function plannedRequest(
  operation: Operation,
  orderReference: string,
  random: Random,
): PlannedRequest {
  switch (operation) {
    case "GET /products":
      return reading("/products", { page: String(Math.floor(random() ** 3 * PAGE_COUNT)) });
    case "GET /products/{id}":
      return reading(`/products/${somePopularProduct(random)}`);
    case "GET /search":
      return reading("/search", {
        q: `${pick(random, CATALOG_WORDS)} ${pick(random, CATALOG_WORDS)}`,
      });
    case "GET /orders/{id}":
      return reading(`/orders/${orderReference}`);
    case "GET /reports/{id}":
      return reading(`/reports/${String(Math.floor(random() * REPORT_COUNT))}`);
    case "GET /exports/{id}":
      return reading(`/exports/${String(Math.floor(random() * REPORT_COUNT))}`);
    case "POST /cart/items":
      return writing("/cart/items", {
        productId: somePopularProduct(random),
        quantity: 1 + Math.floor(random() * 3),
      });
    case "POST /orders/quote":
      return writing("/orders/quote", { lines: orderLines(random) });
    case "POST /orders":
      return writing("/orders", { reference: orderReference, lines: orderLines(random) });
    case "POST /partner/stock":
      return writing("/partner/stock", {
        warehouse: pick(random, ["north", "south"]),
        items: Array.from({ length: 5 + Math.floor(random() * 20) }, () => ({
          productId: productId(Math.floor(random() * PRODUCT_COUNT)),
          stock: Math.floor(random() * 500),
        })),
      });
  }
}

function reading(path: string, query: Readonly<Record<string, string>> = {}): PlannedRequest {
  const text = new URLSearchParams(query).toString();
  return { path: text === "" ? path : `${path}?${text}`, query, body: undefined };
}

function writing(path: string, body: Readonly<Record<string, unknown>>): PlannedRequest {
  return { path, query: {}, body };
}
