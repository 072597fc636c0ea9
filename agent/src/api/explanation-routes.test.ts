import request from "supertest";
import { describe, expect, it } from "vitest";

import { createApi } from "./api.js";
import { apiOptions } from "./fixture.js";

describe("GET /explanations", () => {
  it.each([
    ["/explanations/decision-1", 200],
    ["/explanations/decision-2", 404],
    ["/explanations/%E0%A4%A", 400],
    ["/explanations?workload=default/Deployment/shop", 200],
    ["/explanations?service=shop&limit=1", 200],
    ["/explanations?service=bank", 404],
    ["/explanations?workload=shop", 400],
    ["/explanations?service=shop&workload=default/Deployment/shop", 400],
    ["/explanations?service=shop&service=bank", 400],
    ["/explanations?service=shop&limit=0", 400],
    ["/explanations?service=shop&color=red", 400],
    ["/explanations", 400],
  ])("%s gives %i", async (path, status) => {
    const response = await request(createApi(apiOptions())).get(path);
    expect(response.status).toBe(status);
    const type = status === 200 ? "application/json" : "application/problem+json";
    expect(response.headers["content-type"]).toContain(type);
  });

  it("lists what the source gives", async () => {
    const response = await request(createApi(apiOptions())).get("/explanations?service=shop");
    expect(response.body).toMatchObject({ explanations: [{ decision: { branch: "drift" } }] });
  });

  it("says what the segments are that were found in behavior", async () => {
    const response = await request(createApi(apiOptions())).get("/explanations?service=shop");
    expect(response.body).toMatchObject({
      segments: [
        {
          segment: "cluster-1",
          sharesModelsOf: "unassigned",
          actors: 25,
          operations: [{ operation: "GET /reports", ratio: 0.7 }],
        },
      ],
    });
  });
});
