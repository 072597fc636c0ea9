/** The shop: a small real Express service, as unaware of the agent as a service can be. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Express, type RequestHandler } from "express";
import { buildCatalog, PRODUCTS_PER_PAGE, type Product } from "./catalog.js";
import { ShopMetrics } from "./shop-metrics.js";
import { bestDiscountCents, buildReport, exportChunks, search, type QuoteLine } from "./work.js";

export interface ShopOptions {
  /** What observes the calls: the agent's middleware, when there is an agent. */
  readonly observe?: RequestHandler;
  /** Seconds of the story in a second of the machine; see `shop-metrics.ts`. */
  readonly timeRate?: number;
}

/** Orders that can still be asked for; the oldest one goes first. */
const MAXIMUM_ORDERS = 10_000;
const MAXIMUM_QUOTE_LINES = 20;
const MAXIMUM_QUERY_CHARACTERS = 200;

export function createShop(options: ShopOptions = {}): Express {
  const catalog = buildCatalog();
  const productsById = new Map(catalog.map((product) => [product.id, product]));
  const orders = new Map<string, number>();
  const metrics = new ShopMetrics(options.timeRate ?? 1);

  const shop = express();
  shop.disable("x-powered-by");
  shop.disable("etag");
  shop.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text());
  });
  shop.use(metrics.middleware());
  if (options.observe !== undefined) shop.use(options.observe);
  shop.use(express.json({ limit: "100kb" }));

  shop.get("/products", (request, response) => {
    const page = Math.max(0, Number(request.query["page"] ?? 0) || 0);
    response.json({
      page,
      products: catalog
        .slice(page * PRODUCTS_PER_PAGE, (page + 1) * PRODUCTS_PER_PAGE)
        .map(({ id, name, priceCents }) => ({ id, name, priceCents })),
    });
  });

  shop.get("/products/:id", (request, response) => {
    const product = productsById.get(request.params.id);
    if (product === undefined) response.status(404).json({ error: "no such product" });
    else response.json(shown(product));
  });

  shop.get("/search", (request, response) => {
    const query = request.query["q"];
    if (typeof query !== "string" || query.length > MAXIMUM_QUERY_CHARACTERS) {
      response.status(400).json({ error: "q: one text of at most 200 characters" });
      return;
    }
    response.json({ results: search(catalog, query).map(shown) });
  });

  shop.post("/cart/items", (request, response) => {
    const [line] = quoteLines({ lines: [request.body] });
    if (line === undefined) response.status(400).json({ error: "productId and quantity needed" });
    else response.status(201).json({ added: line });
  });

  shop.post("/orders/quote", (request, response) => {
    const lines = quoteLines(request.body);
    if (lines.length === 0) {
      response.status(400).json({ error: "lines: at least one of productId and quantity" });
      return;
    }
    const prices = lines.map((line) => productsById.get(line.productId)?.priceCents ?? 0);
    const totalCents = totalPriceCents(lines, productsById);
    response.json({ totalCents, discountCents: bestDiscountCents(lines, prices) });
  });

  shop.post("/orders", (request, response) => {
    const lines = quoteLines(request.body);
    const reference = textField(request.body, "reference");
    if (lines.length === 0 || reference === undefined) {
      response.status(400).json({ error: "reference and lines needed" });
      return;
    }
    if (orders.size >= MAXIMUM_ORDERS) {
      const [oldest] = orders.keys();
      if (oldest !== undefined) orders.delete(oldest);
    }
    const totalCents = totalPriceCents(lines, productsById);
    orders.set(reference, totalCents);
    response.status(201).json({ id: reference, totalCents, status: "accepted" });
  });

  shop.get("/orders/:id", (request, response) => {
    const totalCents = orders.get(request.params.id);
    if (totalCents === undefined) response.status(404).json({ error: "no such order" });
    else response.json({ id: request.params.id, totalCents, status: "accepted" });
  });

  shop.get("/reports/:id", async (request, response) => {
    response.json({ id: request.params.id, rows: await buildReport(request.params.id) });
  });

  shop.get("/exports/:id", async (request, response) => {
    response.type("text/csv");
    await pipeline(Readable.from(exportChunks(request.params.id)), response);
  });

  shop.post("/partner/stock", (request, response) => {
    const body: unknown = request.body;
    const items = isRecord(body) && Array.isArray(body["items"]) ? body["items"].length : 0;
    if (items === 0) response.status(400).json({ error: "items: at least one" });
    else response.json({ updated: items });
  });

  return shop;
}

function shown({ id, name, description, priceCents }: Product): Omit<Product, "words"> {
  return { id, name, description, priceCents };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textField(body: unknown, name: string): string | undefined {
  const value = isRecord(body) ? body[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The well-formed lines of an order, at most {@link MAXIMUM_QUOTE_LINES}. */
function quoteLines(body: unknown): readonly QuoteLine[] {
  const lines = isRecord(body) ? body["lines"] : undefined;
  if (!Array.isArray(lines)) return [];
  const result: QuoteLine[] = [];
  for (const line of lines.slice(0, MAXIMUM_QUOTE_LINES) as unknown[]) {
    const id = textField(line, "productId");
    const quantity = isRecord(line) ? line["quantity"] : undefined;
    if (id !== undefined && typeof quantity === "number" && quantity > 0) {
      result.push({ productId: id, quantity });
    }
  }
  return result;
}

function totalPriceCents(
  lines: readonly QuoteLine[],
  products: ReadonlyMap<string, Product>,
): number {
  return lines.reduce(
    (sum, line) => sum + line.quantity * (products.get(line.productId)?.priceCents ?? 0),
    0,
  );
}
