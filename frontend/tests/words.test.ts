import { describe, expect, it } from "vitest";
import { find, parts, printed } from "../src/lib/jobs/log.svelte";
import { fileLine, jobLine, quoted, workLine } from "../src/lib/jobs/script";
import { bytes, count, measure, percent, portion } from "../src/lib/page/figures";
import { find as place, PLACES } from "../src/lib/page/places";
import { about, between, duration, left } from "../src/lib/page/time";
import { problemOf, sentence } from "../src/lib/api/problem";
import { job } from "./making";

describe("times", () => {
  it.each([
    [0, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [48 * 3_600_000, "2 d"],
    [-5_000, "5 s"],
  ])("%i ms are about %s", (span, said) => expect(about(span)).toBe(said));

  it.each([
    [0, "0 ms"],
    [-4, "0 ms"],
    [42.4, "42 ms"],
    [412, "0.4 s"],
    [12_300, "12 s"],
    [60_000, "1 min"],
    [72_000, "1 min 12 s"],
    [7_500_000, "2 h 5 min"],
    [273_600_000, "3 d 4 h"],
  ])("%i ms last %s", (span, said) => expect(duration(span)).toBe(said));

  it("left are rounded to days", () => {
    expect([30 * 86_400_000 - 1, 47 * 3_600_000, 60_000].map(left)).toEqual(["30 d", "47 h", "1 min"]);
  });

  it("between two moments need both", () => {
    expect(between("2026-01-01T00:00:00Z", "2026-01-01T00:00:01.5Z")).toBe(1_500);
    expect(between(null, "2026-01-01T00:00:00Z")).toBeNull();
  });
});

describe("figures", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 KB"],
    [41_200, "41.2 KB"],
    [18_200_000, "18.2 MB"],
    [210_000, "210 KB"],
    [999_999, "1 MB"],
    [5e15, "5 PB"],
    [9e18, "9000 PB"],
  ])("%i bytes are %s", (size, said) => expect(bytes(size)).toBe(said));

  it("are counted with separators, measured with four digits, shared in whole percent", () => {
    expect([count(4120), count(2.25)]).toEqual(["4,120", "2.3"]);
    expect([measure(0.941234), measure(1204), measure(1204.56)]).toEqual(["0.9412", "1,204", "1,204.6"]);
    expect([percent(0.999), percent(1), percent(0.29), percent(7)]).toEqual([99, 100, 29, 100]);
  });

  it("are shared as near as may be, and only all is all", () => {
    expect([0.375, 0.1875, 0.999, 0.001, 0, 1].map(portion)).toEqual(["38 %", "19 %", "99 %", "1 %", "0 %", "100 %"]);
  });
});

describe("places", () => {
  it.each([
    ["/", "requests", ""],
    ["/jobs", "requests", ""],
    ["/jobs/42", "job", "42"],
    ["/jobs/a%20b/", "job", "a b"],
    ["/jobs/%zz", "job", "%zz"],
    ["/jobs/1/2", "nowhere", ""],
    ["/datasets/7", "dataset", "7"],
    ["/v1/jobs", "nowhere", ""],
  ])("%s is %s", (path, name, id) => expect(place(path)).toEqual({ name, id }));

  it("are each found by their own address", () => {
    for (const [pattern, name] of PLACES) expect(place(pattern.replace("{id}", "x")).name).toBe(name);
  });
});

describe("lines of a log", () => {
  it.each([
    ["plain", "plain"],
    ["\u001b[1;32mgreen\u001b[0m!", "green!"],
    ["\u001b]0;title\u0007text", "text"],
    [" 10%\r 50%\r100%", "100%"],
    ["done\r", "done"],
    ["", ""],
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
  ])("%j print as %j", (text, said) => expect(printed(text)).toBe(said));

  const lines = ["Alpha beta", "gamma", "BETA \u001b[1mbe\u001b[0mta"].map((text, at) => ({
    number: at + 1,
    at: "2026-01-01T00:00:00Z",
    stream: "out" as const,
    text,
  }));

  it("are found whatever their case, and by what is seen", () => {
    expect(find(lines, "beta")).toEqual([0, 2]);
    expect(find(lines, "ta be")).toEqual([2]);
    expect(find(lines, "")).toEqual([]);
  });

  it("are cut around the words", () => {
    expect(parts("abcABc", "b")).toEqual(["a", "b", "cA", "B", "c"]);
    expect(parts("abc", "")).toEqual(["abc"]);
    expect(parts("aaa", "aa")).toEqual(["", "aa", "a"]);
  });
});

describe("script lines", () => {
  const file = { name: "it's a result.zip", size: 1, sha256: "", media_type: "", attempt: 1, url: "/v1/jobs/7/results/x" };

  it("quote what a shell would read", () => {
    expect(quoted("plain-1.zip")).toBe("plain-1.zip");
    expect(quoted("a b; rm -rf $HOME")).toBe("'a b; rm -rf $HOME'");
    expect(quoted("it's")).toBe("'it'\\''s'");
    expect(quoted("")).toBe("''");
  });

  it("name the file, whatever it is called", () => {
    expect(fileLine(job(), file, "curl")).toContain("-o 'it'\\''s a result.zip'");
    expect(fileLine(job(), file, "python")).toContain('"it\'s a result.zip"');
  });

  it("offer what comes next", () => {
    expect(jobLine(job({ state: "failed" }), "cli")).toContain("retry");
    expect(jobLine(job({ state: "queued" }), "cli")).toContain("wait");
    expect(jobLine(job({ state: "cancelled" }), "curl")).toContain("-X POST");
    expect(jobLine(job({ state: "succeeded" }), "python")).toContain("yard.job(");
  });

  it("start a worker for the queues that need one", () => {
    expect(workLine(["gpu-large", "a b"])).toContain("--queues gpu-large --queues 'a b'");
  });
});

describe("problems", () => {
  it("are told in the server's words", () => {
    const told = problemOf(400, { detail: "Too long.", code: "invalid", errors: [{ path: "name", message: "too long" }, 7] });
    expect([told.message, told.code, told.fields.length]).toEqual(["Too long.", "invalid", 1]);
  });

  it.each([["<html>"], [null], [{ detail: 7 }], [undefined]])("of another shape (%j) get a plain sentence", (body) => {
    expect(problemOf(502, body).message).toBe("The server answered with error 502.");
  });

  it("without words get some", () => {
    expect(sentence(new Error(""))).toBe("That did not work.");
    expect(sentence("x")).toBe("That did not work.");
  });
});
