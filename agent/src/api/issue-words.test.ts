import { expect, it } from "vitest";

import { Problem } from "./problem.js";
import { allocationRequestSchema, explanationsQuerySchema } from "./schemas.js";
import { validate } from "./validation.js";

const REQUEST = {
  service: "shop",
  currentResources: { replicas: 1, cpuCores: 1, memoryBytes: 1, networkBytesPerSecond: 1 },
};

/** `field: reason` of each complaint about a request. */
function complaints(check: () => unknown): string[] {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.body.errors ?? []).map(({ field, reason }) => `${field}: ${reason}`);
  }
  return [];
}

it.each<[object, string]>([
  [{ service: undefined }, "service: is missing"],
  [{ service: 5 }, "service: must be a text"],
  [{ service: "" }, "service: must have at least 1 character"],
  [{ currentResources: undefined }, "currentResources: is missing"],
  [{ currentResources: [] }, "currentResources: must be an object"],
  [{ horizonSeconds: "60" }, "horizonSeconds: must be a number"],
  [{ horizonSeconds: 0 }, "horizonSeconds: must be more than 0"],
  [{ horizonSeconds: 86_401 }, "horizonSeconds: must be at most 86400"],
  [{ more: 1 }, "more: is not a known field"],
])("%j", (wrong, complaint) => {
  const found = complaints(() => validate(allocationRequestSchema, { ...REQUEST, ...wrong }));
  expect(found).toContain(complaint);
});

it("a body that is nothing of the kind", () => {
  expect(complaints(() => validate(allocationRequestSchema, undefined))).toEqual([": is missing"]);
});

it("a parameter of an address", () => {
  const query = { service: "shop", limit: "many" };
  expect(complaints(() => validate(explanationsQuerySchema, query))).toEqual([
    "limit: must be a number",
  ]);
});
