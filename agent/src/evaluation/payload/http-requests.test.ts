import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../data/data-error.js";
import { readHttpRequests } from "./http-requests.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "presage-requests-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function read(text: string): ReturnType<typeof readHttpRequests> {
  const file = join(directory, "requests.txt");
  await writeFile(file, text);
  return readHttpRequests(file);
}

describe("readHttpRequests", () => {
  it("reads requests with and without a body", async () => {
    const requests = await read(
      "GET http://shop:8080/a?x=1 HTTP/1.1\r\nHost: shop\r\n\r\n\r\n" +
        "POST /b HTTP/1.1\nContent-Type: text/plain\nContent-Length: 3\n\nx=2\n\n" +
        "PUT http://shop HTTP/1.1\n\n",
    );
    expect(requests).toEqual([
      { method: "GET", target: "/a?x=1", contentType: undefined, body: "" },
      { method: "POST", target: "/b", contentType: "text/plain", body: "x=2" },
      { method: "PUT", target: "/", contentType: undefined, body: "" },
    ]);
  });

  it.each([
    ["no request line", "GET / HTTP/1.1\n\nnonsense\n", "line 3"],
    ["no header", "GET / HTTP/1.1\nnonsense\n\n", "line 2"],
    ["a missing body", "POST / HTTP/1.1\nContent-Length: 3\n\n", "line 4"],
    ["nothing", "\n\n", "has no request"],
  ])("names the line of %s", async (_name, text, place) => {
    await expect(read(text)).rejects.toThrow(DataError);
    await expect(read(text)).rejects.toThrow(place);
  });
});
