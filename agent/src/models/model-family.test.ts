import { describe, expect, it } from "vitest";
import { observationAt } from "../core/fixture.js";
import type { Json, Observation } from "../core/index.js";
import { ENOUGH_VISITS, visits } from "./call-models.fixture.js";
import { ModelFamily } from "./model-family.js";
import { MixturePayloadModel } from "./payload/mixture-payload-model.js";
import { LstmSequenceModel } from "./sequence/lstm-sequence-model.js";
import { MarkovSequenceModel } from "./sequence/markov.js";
import { runSequenceJob } from "./sequence/sequence-job.js";

function family(): ModelFamily {
  return new ModelFamily(
    () => [new MarkovSequenceModel({ halfLifeSeconds: 86_400, maxOperations: 50 })],
    (segment) => segment.startsWith("cluster-"),
  );
}

function learn(models: ModelFamily, segment: string, calls: number): void {
  for (let index = 0; index < calls; index += 1) {
    models.learn(models.of(segment), observationAt(index, {}, { segment }));
  }
  models.closeWindow();
}

describe("ModelFamily", () => {
  it("lets a small segment share its parent's models, which are ready when it comes", () => {
    const models = family();
    learn(models, "shoppers", 299);
    expect(models.sharedBy("shoppers")).toBe("all");
    learn(models, "partners", 1);
    expect(models.of("partners").statuses().sequence).toEqual({ status: "ready" });
    expect([...models.own.keys()]).toEqual(["all"]);
    expect(models.served("all")).toEqual(["all", "shoppers", "partners"]);
  });

  it("gives a segment of 300 calls a fork of what served it when the window closes, and it learns apart from then on", () => {
    const models = family();
    for (let index = 0; index < 300; index += 1) {
      models.learn(models.of("shoppers"), observationAt(index, {}, { segment: "shoppers" }));
    }
    // Regression: the fork took its tens of milliseconds between two calls.
    expect(models.sharedBy("shoppers")).toBe("all");
    models.closeWindow();
    expect(models.sharedBy("shoppers")).toBeUndefined();
    expect(models.of("shoppers").snapshot()).toEqual(models.of("all").snapshot());
    const before = models.of("all").snapshot();
    learn(models, "shoppers", 10);
    expect(models.of("all").snapshot()).toEqual(before);
    expect(models.of("shoppers").snapshot()).not.toEqual(before);
  });

  it("forks a network that serves, without the sessions of others, which learn apart from then on", () => {
    const models = new ModelFamily(
      () => [new LstmSequenceModel({ units: 4, minCalls: 10, minTrainingCalls: 1000 })],
      () => false,
    );
    const learnSegment = (segment: string, calls: readonly Observation[]): void => {
      for (const call of calls) models.learn(models.of(segment), { ...call, segment });
    };
    learnSegment("shoppers", visits(ENOUGH_VISITS));
    learnSegment("partners", visits(1, ENOUGH_VISITS));
    const [due] = models.of("all").dueFits(() => true);
    if (due?.job.kind !== "sequence") throw new Error("no training is due");
    due.adopt(runSequenceJob(due.job));
    models.closeWindow();
    const [all, shoppers] = ["all", "shoppers"].map((segment) => models.of(segment).models[0]);
    if (!(all instanceof LstmSequenceModel && shoppers instanceof LstmSequenceModel)) {
      throw new Error("no models");
    }
    expect([shoppers.servedBy, shoppers.openSessions]).toEqual(["lstm", 0]);
    expect(all.openSessions).toBeGreaterThan(0);
    const [next] = visits(1, ENOUGH_VISITS + 1);
    if (next === undefined) throw new Error("no call");
    expect(shoppers.bits(next)).toBe(all.bits(next));
    const before = all.snapshot();
    learnSegment("shoppers", [next]);
    expect(all.snapshot()).toEqual(before);
    expect(shoppers.openSessions).toBe(1);
    const after = shoppers.snapshot();
    learnSegment("partners", [next]);
    expect(shoppers.snapshot()).toEqual(after);
    expect(all.snapshot()).not.toEqual(before);
  });

  it("gives one segment a window models of its own", () => {
    const models = family();
    for (let index = 0; index < 600; index += 1) {
      const segment = index % 2 === 0 ? "shoppers" : "partners";
      models.learn(models.of(segment), observationAt(index, {}, { segment }));
    }
    models.closeWindow();
    expect([...models.own.keys()]).toEqual(["all", "shoppers"]);
    models.closeWindow();
    expect([...models.own.keys()]).toEqual(["all", "shoppers", "partners"]);
  });

  it("regression: a bundle that is refused leaves a small segment without models of its own", () => {
    const models = family();
    learn(models, "shoppers", 299);
    const before = models.snapshot();
    expect(models.replace("shoppers", {}).status).toBe("rejected");
    expect([...models.own.keys()]).toEqual(["all"]);
    expect(models.snapshot()).toEqual(before);
  });

  it("regression: a small segment takes a bundle that is no worse than what serves it", () => {
    const models = family();
    // Of calls that came after the first 100 every eighth is kept to compare on, and 32 are needed.
    learn(models, "shoppers", 299);
    learn(models, "partners", 299);
    const others = models.of("all").export();
    expect(models.replace("shoppers", others)).toEqual({
      status: "accepted",
      models: ["sequence"],
    });
    expect(models.sharedBy("shoppers")).toBeUndefined();
    learn(models, "shoppers", 10);
    expect(models.of("shoppers").restorePrevious().status).toBe("accepted");
    expect(models.of("shoppers").export()).toEqual(others);
  });

  it("regression: restores a segment's models without copying those of another first", () => {
    let copies = 0;
    class Counted extends MarkovSequenceModel {
      override fork(): MarkovSequenceModel {
        copies += 1;
        return super.fork();
      }
      override snapshot(): Json {
        copies += 1;
        return super.snapshot();
      }
    }
    const restored = new ModelFamily(
      () => [new Counted()],
      () => false,
    );
    const saved = family();
    learn(saved, "shoppers", 300);
    for (const [segment, own] of saved.own) restored.restoreOwn(segment, own.snapshot());
    expect(copies).toBe(0);
    expect(restored.of("shoppers").snapshot()).toEqual(saved.of("shoppers").snapshot());
  });

  it("has the models of those without a role serve clusters, once there are any", () => {
    const models = family();
    expect(models.sharedBy("cluster-1")).toBe("all");
    learn(models, "unassigned", 300);
    expect(models.sharedBy("cluster-1")).toBe("unassigned");
    expect(models.sharedBy("a+b")).toBe("all");
    learn(models, "cluster-1", 300);
    expect(models.sharedBy("cluster-1")).toBeUndefined();
    models.forget("cluster-1");
    expect(models.sharedBy("cluster-1")).toBe("unassigned");
  });

  it("counts outliers by the segment that called, whoever's models told, and of all", () => {
    const models = new ModelFamily(
      () => [new MixturePayloadModel()],
      () => false,
    );
    const call = (segment: string, at: number, requestBytes: number): void => {
      models.learn(models.of(segment), observationAt(at, { requestBytes }, { segment }));
    };
    expect(models.outlierCalls("shoppers")).toBeUndefined();
    for (let at = 0; at < 250; at += 1) call("shoppers", at, 1000 + (at % 7));
    const usual = models.outlierCalls("shoppers") ?? NaN;
    // Shares the models of all with the shoppers.
    call("partners", 250, 5e8);
    expect(models.outlierCalls("partners")).toBe(1);
    expect(models.outlierCalls("shoppers")).toBe(usual);
    expect(models.outlierCalls("all")).toBe(usual + 1);
    // Own models are a copy; what was counted is not counted again.
    for (let at = 251; at < 351; at += 1) call("shoppers", at, 1000 + (at % 7));
    models.closeWindow();
    expect(models.sharedBy("shoppers")).toBeUndefined();
    expect(models.outlierCalls("all")).toBe((models.outlierCalls("shoppers") ?? NaN) + 1);
    models.forget("partners");
    expect(models.outlierCalls("partners")).toBe(0);
  });

  it("restored, it knows how many calls a small segment has made", () => {
    const models = family();
    learn(models, "shoppers", 299);
    const restored = family();
    restored.restore(models.snapshot());
    for (const [segment, own] of models.own) restored.restoreOwn(segment, own.snapshot());
    learn(restored, "shoppers", 1);
    expect(restored.sharedBy("shoppers")).toBeUndefined();
    expect(() => {
      restored.restore({ shoppers: -1 });
    }).toThrow("shoppers");
  });
});
