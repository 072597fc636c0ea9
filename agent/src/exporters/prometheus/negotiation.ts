/** The formats of an exposition, with the content type of each. */
export const CONTENT_TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

export type ExpositionFormat = keyof typeof CONTENT_TYPES;

interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

/**
 * Which format the Accept header of a scrape asks for: OpenMetrics 1.0 only when it is named and
 * preferred no less than plain text, else the text format 0.0.4, which every scraper understands.
 */
export function negotiate(accept: string | undefined): ExpositionFormat {
  if (accept === undefined) return "prometheus";
  let openmetrics = 0;
  let prometheus = 0;
  for (const range of accept.split(",").map(mediaRange)) {
    if (range.type === "application/openmetrics-text") {
      if (range.version === undefined || range.version === "1.0.0") {
        openmetrics = Math.max(openmetrics, range.quality);
      }
    } else if (range.type === "text/plain") {
      prometheus = Math.max(prometheus, range.quality);
    }
  }
  return openmetrics > 0 && openmetrics >= prometheus ? "openmetrics" : "prometheus";
}

function mediaRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";");
  let version: string | undefined;
  let quality = 1;
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=");
    if (name.trim() === "version") version = value.trim();
    // A quality that is not a number counts as not acceptable.
    if (name.trim() === "q") quality = Number(value) || 0;
  }
  return { type: type.trim().toLowerCase(), version, quality };
}
