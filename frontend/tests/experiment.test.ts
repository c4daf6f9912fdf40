import { describe, expect, it } from "vitest";
import { asLines } from "../src/lib/experiment/console.svelte";
import { compared, sideBySide } from "../src/lib/experiment/differences";
import { fileName, ownFile } from "../src/lib/experiment/files";
import { linesOf } from "../src/lib/experiment/scalars";

const parameter = (section: string, name: string, value: string) => ({ section, name, value, type: "", description: "" });

describe("experiments beside each other", () => {
  it("differ in what is not the same in all of them", () => {
    const rows = sideBySide([
      [parameter("Args", "lr", "0.1"), parameter("Args", "seed", "1")],
      [parameter("Args", "lr", "0.2"), parameter("Args", "seed", "1"), parameter("Net", "depth", "3")],
    ]);
    expect(rows.map(({ section, name, values, differs }) => [section, name, values, differs])).toEqual([
      ["Args", "lr", ["0.1", "0.2"], true],
      ["Args", "seed", ["1", "1"], false],
      ["Net", "depth", [null, "3"], true],
    ]);
  });

  it("have texts whose common lines stand once", () => {
    expect(compared("a\nb\nc\n", "a\nx\nc\n").map((line) => `${line.in} ${line.text}`)).toEqual(["both a", "here b", "there x", "both c"]);
    expect(compared("", "n").map((line) => line.in)).toEqual(["there"]);
  });

  it("are lines of one plot, named by variant and experiment", () => {
    const curve = (job: string, iterations: number[], times: number[], values: number[]) => ({ job, metric: "loss", variant: "train", count: 2, iterations, times, values });
    const curves = [curve("a", [0, 1], [100, 101.5], [3, 2]), curve("b", [1, 0], [500, 499], [1, 4])];
    const names = { line: (variant: string, job: string) => `${variant} of ${job}` };
    const both = new Map([
      ["a", "A"],
      ["b", "B"],
    ]);
    expect(linesOf(curves, "step", { ...names, jobs: both })).toEqual([
      { name: "train of A", xs: [0, 1], ys: [3, 2] },
      { name: "train of B", xs: [0, 1], ys: [4, 1] },
    ]);
    expect(linesOf(curves.slice(0, 1), "span", { ...names, jobs: new Map([["a", "A"]]) })).toEqual([{ name: "train", xs: [0, 1500], ys: [3, 2] }]);
  });
});

describe("a console", () => {
  it("is lines, however many stand in a piece", () => {
    const piece = (text: string, level = "INFO") => ({ cursor: text, at: "2026-01-01T00:00:00Z", level, worker: "w", text });
    expect(asLines([piece("one\ntwo\n"), piece("bad\r\n", "ERROR")]).map(({ number, stream, text }) => [number, stream, text])).toEqual([
      [1, "out", "one"],
      [2, "out", "two"],
      [3, "err", "bad"],
    ]);
  });
});

describe("a file's address", () => {
  it("leads to this house where programs put the file here, and nowhere else", () => {
    expect(ownFile("j", "http://h:8080/files/p/a%20b.png")).toBe("/v1/experiments/j/file?path=p%2Fa%20b.png");
    for (const other of ["s3://bucket/files/a", "http://h/other/a", "nonsense", "file:///files/a"]) expect(ownFile("j", other)).toBeNull();
    expect(fileName("http://h/files/p/a%20b.png?x=1")).toBe("a b.png");
  });
});
