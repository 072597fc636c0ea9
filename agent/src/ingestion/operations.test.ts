import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isIdentifier } from "./identifier-form.js";
import { Operations } from "./operations.js";
import { normalizeTemplate, pathSegments } from "./path-template.js";

const WORKLOAD = "default/Deployment/shop";

function namer(options?: ConstructorParameters<typeof Operations>[0]) {
  const operations = new Operations(options);
  const get = (path: string, isLearned = true) =>
    operations.operation(WORKLOAD, "GET", { path }, isLearned);
  return { operations, get };
}

describe("isIdentifier", () => {
  test.each([
    "8123",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "5f3a9c0d1b",
    "2026-05-01",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "V1StGXR8_Z5jdHi6B-myT",
    "8123.json",
    "alice@example.org",
    "x".repeat(65),
  ])("%s is one", (segment) => {
    expect(isIdentifier(segment)).toBe(true);
  });

  test.each([
    "orders",
    "v1",
    "ksc.html",
    "facade",
    "deadbeef",
    "sts-69",
    "mission-sts-69-highlights",
    "KSC-logosmall.gif",
    "livevideo2.gif",
    "Jul95.html",
  ])("%s is none", (segment) => {
    expect(isIdentifier(segment)).toBe(false);
  });
});

describe("templates", () => {
  test.each([
    ["/orders/:id", "/orders/{id}"],
    ["/orders/{orderId}/", "/orders/{orderId}"],
    ["/files/:name(\\w+)?", "/files/{name}"],
    ["/static/*path", "/static/{path}"],
    ["/static/*", "/static/{rest}"],
    ["", "/"],
    ["/a?x=1", "/a"],
  ])("%s is written %s", (given, expected) => {
    expect(normalizeTemplate(given)).toBe(expected);
  });

  test.each([
    ["/a/b", ["a", "b"]],
    ["//a//b/", ["a", "b"]],
    ["/a;jsessionid=1/b?c/d", ["a", "b"]],
    ["http://shop.example/a/b?c", ["a", "b"]],
    ["http://shop.example", []],
    ["a/b#c", ["a", "b"]],
    ["/", []],
  ])("the segments of %s", (path, expected) => {
    expect(pathSegments(path)).toEqual(expected);
  });

  test("given ones win, the more exact first", () => {
    const { get } = namer({
      templates: () => ["/users/{name}", "/users/me", "/users/:name/orders", "/static/*path"],
    });
    expect(get("/users/alice")).toBe("GET /users/{name}");
    expect(get("/users/me")).toBe("GET /users/me");
    // `/users/me` has no orders of its own: it falls back to the parameter.
    expect(get("/users/me/orders")).toBe("GET /users/{name}/orders");
    expect(get("/static/a/b/c.css")).toBe("GET /static/{path}");
    expect(get("/other/17")).toBe("GET /other/{id}");
  });
});

describe("Operations", () => {
  test("a route is taken as it is", () => {
    const { operations } = namer();
    const target = { route: "/orders/:orderId", path: "/orders/9" };
    expect(operations.operation(WORKLOAD, "post", target, true)).toBe("POST /orders/{orderId}");
    expect(operations.operation(WORKLOAD, "BREW", target, true)).toBe("OTHER /orders/{orderId}");
  });

  test("ids are known by their form at the first call", () => {
    const { get } = namer();
    expect(get("/orders/8123")).toBe("GET /orders/{id}");
    expect(get("/orders/9/items/3f2504e0-4f89-11d3-9a0c-0305e82c3301?x=1")).toBe(
      "GET /orders/{id}/items/{id}",
    );
    expect(get("/")).toBe("GET /");
  });

  test("a position with too many names holds ids from then on", () => {
    const { get, operations } = namer();
    const users = "abcdefghijklmnopqrstuvwxyzABCDEF".split("").map((letter) => `user-${letter}`);
    for (const user of users.slice(0, 30)) expect(get(`/users/${user}`)).toBe(`GET /users/${user}`);
    expect(get("/users/user-E")).toBe("GET /users/{id}");
    // Those that had a name before are ids now too, and what is below them is learned anew.
    expect(get("/users/user-a")).toBe("GET /users/{id}");
    expect(get("/users/user-b/orders")).toBe("GET /users/{id}/orders");
    expect(operations.named(WORKLOAD)).toEqual(["GET /users/{id}", "GET /users/{id}/orders"]);
  });

  test("frequent files keep their names when their folder has many", () => {
    const { get } = namer();
    for (let call = 0; call < 25; call++) get("/images/logo.gif");
    for (const letter of "abcdefghijklmnopqrstuvwxyzABCDEF") get(`/images/${letter}.gif`);
    expect(get("/images/logo.gif")).toBe("GET /images/logo.gif");
    expect(get("/images/a.gif")).toBe("GET /images/{id}");
  });

  test("a scan for what is not there teaches nothing", () => {
    const { get, operations } = namer();
    get("/orders/1");
    for (let probe = 0; probe < 1000; probe++) {
      expect(get(`/wp-${probe.toString(36)}x.php`, false)).toBe("GET {other}");
    }
    // A failing call of a known operation keeps its name.
    expect(get("/orders/2", false)).toBe("GET /orders/{id}");
    expect(operations.named(WORKLOAD)).toEqual(["GET /orders/{id}"]);
    expect(operations.pastLimit).toBe(1000);
  });

  test("100,000 distinct paths stay bounded, and the frequent ones have names", () => {
    const { get, operations } = namer({ maxOperations: 50 });
    for (let path = 0; path < 100_000; path++) {
      // Words only, so that nothing is an id by form; three levels of many names.
      const word = (n: number) =>
        n.toString(26).replace(/\d/g, (d) => "qrstuvwxyz"[Number(d)] ?? "");
      get(`/x${word(path % 97)}/y${word(path % 389)}/z${word(path)}`);
      if (path % 10 === 0) get("/checkout");
    }
    // A tenth of the calls: taken for an id at first, and recognized later.
    expect(get("/checkout")).toBe("GET /checkout");
    expect(operations.named(WORKLOAD).length).toBeLessThanOrEqual(50);
    // 20 nodes an operation, each well under 200 bytes in the snapshot.
    expect(JSON.stringify(operations.snapshot()).length).toBeLessThan(50 * 20 * 200);
  });

  test("rare operations do not take the places of frequent ones that come later", () => {
    const { operations } = namer({ maxOperations: 10 });
    const call = (route: string) => operations.operation(WORKLOAD, "GET", { route }, true);
    for (let rare = 0; rare < 100; rare++) call(`/rare/r${rare}`);
    expect(operations.named(WORKLOAD)).toHaveLength(5);
    const names = Array.from({ length: 20 }, () => call("/frequent"));
    // Counted 20 times before it has a name: the last of the 20 calls is the first to get it.
    expect(names.filter((name) => name === "GET {other}")).toHaveLength(19);
    expect(names.at(-1)).toBe("GET /frequent");
  });

  test("restore(snapshot) continues identically", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "c", "d", "e", "f", "7", "__proto__", "constructor"), {
        maxLength: 15,
      })
      .map((segments) => `/${segments.join("/")}`);
    fc.assert(
      fc.property(fc.array(path, { maxLength: 60 }), fc.array(path, { maxLength: 30 }), (a, b) => {
        const options = { maxOperations: 20, maxNamesPerPosition: 3 };
        const before = namer(options);
        a.forEach((path) => before.get(path));
        const after = namer(options);
        after.operations.restore(JSON.parse(JSON.stringify(before.operations.snapshot())) as never);
        expect(after.operations.snapshot()).toEqual(before.operations.snapshot());
        for (const path of b.filter((path) => a.includes(path))) {
          expect(after.get(path)).toBe(before.get(path));
        }
      }),
    );
  });

  test("a foreign snapshot is refused by field", () => {
    const { operations } = namer();
    expect(() => {
      operations.restore([[WORKLOAD, { named: [], paths: { calls: -1 } }]]);
    }).toThrow(new TypeError("paths.calls is not a count"));
    expect(() => {
      operations.restore({});
    }).toThrow("operations is not an array");
  });
});
