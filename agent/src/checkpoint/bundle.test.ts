import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, ModelBundleContent } from "../core/index.js";
import { openBundle, sealBundle } from "./bundle.js";
import { canonicalJson, isJson } from "./canonical-json.js";

const KEY = Buffer.from("0123456789abcdef0123456789abcdef");
const OTHER_KEY = Buffer.from("0123456789abcdef0123456789abcdeF");

const CONTENT: ModelBundleContent = {
  formatVersion: 1,
  workload: "default/Deployment/shop",
  segment: "analysts",
  createdAt: "2026-01-02T03:04:05.000Z",
  identityKeyId: "a1b2c3d4e5f60718",
  models: { sequence: { counts: { "GET /": 3 } }, payload: [1.5, null, "x"] },
};

const BUNDLE = sealBundle(CONTENT, KEY);

/** As it arrives: through text. */
const travelled = (bundle: unknown): unknown => JSON.parse(JSON.stringify(bundle));

describe("a bundle", () => {
  test("opens with the key it was sealed with", () => {
    expect(openBundle(travelled(BUNDLE), KEY)).toEqual({ status: "opened", content: CONTENT });
  });

  test("opens whatever the order of its keys", () => {
    const reversed = Object.fromEntries(Object.entries(BUNDLE).reverse());
    expect(openBundle(travelled(reversed), KEY).status).toBe("opened");
  });

  test("may hold one model, or none", () => {
    const models = { payload: { mean: 1 } };
    const content = { ...CONTENT, models };
    expect(openBundle(travelled(sealBundle(content, KEY)), KEY)).toEqual({
      status: "opened",
      content,
    });
    expect(openBundle(sealBundle({ ...CONTENT, models: {} }, KEY), KEY).status).toBe("opened");
  });

  test("with any models opens as it was sealed", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (model) => {
        const json = JSON.parse(JSON.stringify(model)) as Json;
        const content = { ...CONTENT, models: { sequence: json } };
        expect(openBundle(travelled(sealBundle(content, KEY)), KEY)).toEqual({
          status: "opened",
          content,
        });
      }),
    );
  });

  test("has a checksum and a signature of known values", () => {
    // sha256 and hmac-sha256 (key "k" * 32) of the canonical text below, computed with openssl dgst.
    const content = { ...CONTENT, models: {} };
    const text =
      '{"createdAt":"2026-01-02T03:04:05.000Z","formatVersion":1,' +
      '"identityKeyId":"a1b2c3d4e5f60718","models":{},"segment":"analysts",' +
      '"workload":"default/Deployment/shop"}';
    expect(canonicalJson({ ...content, models: {} })).toBe(text);
    const bundle = sealBundle(content, Buffer.from("k".repeat(32)));
    expect(bundle.checksum).toBe(
      "0f9d280ee903231e1ca0e4ba05e6e656837825d94d24adecbb148705bf9b5282",
    );
    expect(bundle.signature).toBe(
      "8a031aab2d87e630023b0a4ddec809951080f1e18d062a5a9f10d4d9bc787795",
    );
  });

  test("is not sealed when it would not arrive as it was sent", () => {
    const content = { ...CONTENT, models: { payload: { mean: Number.NaN } } };
    expect(() => sealBundle(content, KEY)).toThrow(TypeError);
  });
});

describe("a bundle is refused", () => {
  const unsigned = { ...CONTENT, checksum: BUNDLE.checksum };

  test.each<[string, unknown, string, RegExp]>([
    ["that is nothing", undefined, "malformed", /^the bundle is missing$/],
    ["that is a list", [BUNDLE], "malformed", /^the bundle must be an object$/],
    ["without a signature", unsigned, "malformed", /^signature: is missing$/],
    ["with a further field", { ...BUNDLE, note: 1 }, "malformed", /note/],
    ["with a further model", { ...BUNDLE, models: { lstm: 1 } }, "malformed", /^models: .*lstm/],
    ["with an endless number", { ...BUNDLE, models: { payload: Infinity } }, "malformed", /JSON/],
    ["for no workload", { ...BUNDLE, workload: "shop" }, "malformed", /^workload: .*namespace/],
    ["of no time", { ...BUNDLE, createdAt: "yesterday" }, "malformed", /^createdAt: /],
    ["with a short checksum", { ...BUNDLE, checksum: "ab" }, "malformed", /^checksum: /],
    ["with a text as version", { ...BUNDLE, formatVersion: "1" }, "malformed", /^formatVersion: /],
    ["of a later version", { ...BUNDLE, formatVersion: 2 }, "unsupported_version", /version 2/],
    ["of a later form", { formatVersion: 2, weights: 1 }, "unsupported_version", /version 2/],
    ["for another segment", { ...BUNDLE, segment: "all" }, "checksum_mismatch", /damaged/],
    ["with other models", { ...BUNDLE, models: {} }, "checksum_mismatch", /damaged/],
    [
      "with another signature",
      { ...BUNDLE, signature: "0".repeat(64) },
      "signature_mismatch",
      /another key/,
    ],
    ["of another key", sealBundle(CONTENT, OTHER_KEY), "signature_mismatch", /another key/],
  ])("%s", (_, input, reason, detail) => {
    const opening = openBundle(input, KEY);
    expect(opening).toMatchObject({ status: "refused", reason });
    expect(opening).toHaveProperty("detail", expect.stringMatching(detail));
  });

  test("nested 100,000 deep, without exhausting the stack", () => {
    const text = JSON.stringify({ ...BUNDLE, models: { payload: "HERE" } });
    const deep = text.replace('"HERE"', `${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(openBundle(JSON.parse(deep), KEY)).toMatchObject({ reason: "malformed" });
  });

  test("with any single change of its text", () => {
    const text = JSON.stringify(BUNDLE);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, by) => {
        const changed = `${text.slice(0, at)}${by}${text.slice(at + 1)}`;
        let input: unknown;
        try {
          input = JSON.parse(changed);
        } catch {
          return;
        }
        // Blanks and other spellings of the same number change nothing.
        fc.pre(JSON.stringify(input) !== text);
        expect(openBundle(input, KEY).status).toBe("refused");
      }),
      { numRuns: 2000 },
    );
  });

  test("for any input, and never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(openBundle(input, KEY).status).toBe("refused");
      }),
    );
  });

  test("with __proto__ among its fields, and no prototype is changed", () => {
    const text = JSON.stringify(BUNDLE).replace("{", '{"__proto__":{"polluted":true},');
    expect(openBundle(JSON.parse(text), KEY)).toMatchObject({ reason: "malformed" });
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("canonical JSON", () => {
  test("does not depend on the order in which keys were added", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed as Json)).toBe(canonicalJson(object as Json));
      }),
    );
  });

  test("sorts by UTF-16 code units and has no blanks: the example of RFC 8785, section 3.2.3", () => {
    const example = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    // Read from the text, because an object would put the key "1" first.
    const values = canonicalJson(example).matchAll(/:"([^"]+)"/g);
    expect(Array.from(values, ([, value]) => value)).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  test("is asked only for what JSON can say", () => {
    expect(isJson({ a: [1, "x", null, false, { b: {} }] })).toBe(true);
    for (const value of [
      undefined,
      Number.NaN,
      Infinity,
      new Map([[1, 2]]),
      [() => 1],
      { a: 1n },
    ]) {
      expect(isJson(value)).toBe(false);
    }
  });
});
