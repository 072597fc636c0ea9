import { describe, expect, test } from "vitest";

import { isLoopback } from "./loopback.js";

describe("isLoopback", () => {
  test.each([
    ["localhost", true],
    ["LOCALHOST", true],
    ["127.0.0.1", true],
    ["127.255.2.3", true],
    ["::1", true],
    ["[::1]", true],
    ["::ffff:127.0.0.1", true],
    ["[::ffff:127.9.0.1]", true],
    // What `new URL("http://[::ffff:127.0.0.1]").hostname` is.
    ["[::ffff:7f00:1]", true],
    ["", false],
    ["0.0.0.0", false],
    ["::", false],
    ["[::]", false],
    ["10.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["::ffff:a00:1", false],
    ["127.0.0.256", false],
    ["127.0.0", false],
    ["127.0.0.1.example.org", false],
    ["localhost.example.org", false],
    ["1::1", false],
  ])("%s: %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
