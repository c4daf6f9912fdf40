import { describe, expect, it } from "vitest";
import { place, ticks } from "../src/lib/plots/along";
import { extent, joined, lastAt, nearest, smoothed, thinned, zoomed } from "../src/lib/plots/lines";
import { paceLines } from "../src/lib/plots/pace";
import { alone, compared, figures, type Measured } from "../src/lib/plots/metrics";
import { passBars, passMetrics } from "../src/lib/plots/passes";
import { job } from "./making";

const NAMES = { rest: "others", outcome: (state: string) => state };

describe("lines", () => {
  it("share one axis: gaps stay gaps, and places of others are no gaps", () => {
    const { xs, lines } = joined([
      { name: "a", xs: [1, 3], ys: [10, null] },
      { name: "b", xs: [2, 3], ys: [5, 6] },
    ]);
    expect(xs).toEqual([1, 2, 3]);
    expect([...(lines[0] ?? [])]).toEqual([10, undefined, null]);
    expect([...(lines[1] ?? [])]).toEqual([undefined, 5, 6]);
    expect(joined([])).toEqual({ xs: [], lines: [] });
  });

  it("are smoothed without a start that is too low, and over gaps", () => {
    expect(smoothed([4, 4, null, 4, undefined, 4], 0.9).map((y) => (typeof y === "number" ? Number(y.toFixed(9)) : y))).toEqual([4, 4, null, 4, undefined, 4]);
    expect(smoothed([1, 9], 0)).toEqual([1, 9]);
    const [first, second] = smoothed([0, 10], 0.5);
    expect(first).toBe(0);
    expect(second).toBeCloseTo(6.667, 3);
  });

  it("tell the place next to a value, and what was known there", () => {
    expect([-5, 4, 6, 99].map((x) => nearest([0, 10, 20], x))).toEqual([0, 0, 1, 2]);
    expect(nearest([], 1)).toBe(-1);
    expect([0, 1, 2, 9].map((at) => lastAt([1, undefined, null, 4], at))).toEqual([1, 1, null, 4]);
    expect(lastAt([], 3)).toBeNull();
  });

  it("are zoomed around a place and never beyond the whole", () => {
    const whole = { from: 0, to: 100 };
    expect(zoomed(whole, whole, 50, 0.5)).toEqual({ from: 25, to: 75 });
    expect(zoomed(whole, whole, 0, 0.5)).toEqual({ from: 0, to: 50 });
    expect(zoomed({ from: 80, to: 100 }, whole, 90, 2)).toEqual({ from: 60, to: 100 });
    expect(zoomed({ from: 25, to: 75 }, whole, 50, 8)).toEqual(whole);
    expect(zoomed({ from: 5, to: 5 }, { from: 5, to: 5 }, 5, 2)).toEqual({ from: 5, to: 5 });
  });

  it("are thinned for a table with both ends", () => {
    expect(thinned(3, 5)).toEqual([0, 1, 2]);
    expect(thinned(101, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(extent([3, null, 1, undefined, 2])).toEqual({ least: 1, most: 3, last: 2 });
    expect(extent([null])).toBeNull();
  });
});

describe("an axis", () => {
  it("writes places in full and ticks in short", () => {
    expect(place(65_000, "span")).toBe("1 min 5 s");
    expect(place(1200, "step")).toBe("1,200");
    expect(place(Date.UTC(2026, 10, 28, 14, 3), "time")).toContain("2026");
    expect(ticks([0, 1000, 2000], "step")).toEqual(["0", "1,000", "2,000"]);
    const midnight = new Date(2026, 10, 28).getTime();
    const [before, after] = ticks([midnight - 3_600_000, midnight], "time");
    expect(before).toMatch(/^23/);
    expect(after).toMatch(/28/);
  });
});

describe("throughput", () => {
  const told = {
    begins_at: "2026-11-28T14:00:00Z",
    step: 60,
    steps: 3,
    whole_from: "2026-11-28T14:01:00Z",
    queues: [
      { name: "default", succeeded: [1, 2, 3], failed: [0, 1, 0], cancelled: [0, 0, 1] },
      { name: "gpu", succeeded: [9, 9, 9], failed: [0, 0, 0], cancelled: [0, 0, 0] },
    ],
    workers: [],
  };

  it("is a line a queue, the largest first; what was not counted whole is a gap", () => {
    const [gpu, standard] = paceLines(told, "queue", NAMES);
    expect([gpu?.name, standard?.name]).toEqual(["gpu", "default"]);
    expect(standard?.ys).toEqual([null, 3, 4]);
    expect(standard?.xs[2]).toBe(Date.UTC(2026, 10, 28, 14, 2));
  });

  it("is a line an outcome in the colours of the states", () => {
    const lines = paceLines(told, "outcome", NAMES);
    expect(lines.map((line) => [line.state, line.ys[1]])).toEqual([
      ["succeeded", 11],
      ["failed", 1],
      ["cancelled", 0],
    ]);
    expect(paceLines(told, "worker", NAMES)).toEqual([]);
  });

  it("puts the smallest of very many into one line", () => {
    const workers = Array.from({ length: 30 }, (_, n) => ({ name: `w${n}`, succeeded: [0, n, 0], failed: [0, 0, 0], cancelled: [0, 0, 0] }));
    const lines = paceLines({ ...told, workers }, "worker", NAMES);
    expect(lines.map((line) => line.name)).toEqual(["w29", "w28", "w27", "w26", "w25", "w24", "w23", "others"]);
    expect(lines.at(-1)?.ys[1]).toBe((22 * 23) / 2);
  });
});

describe("synchronizations", () => {
  it("are bars in the order in which they ended well", () => {
    const at = (minute: number, result: unknown, state: "succeeded" | "failed" = "succeeded") =>
      job({ state, finished_at: `2026-11-28T14:0${minute}:00Z`, result: result as never });
    const words = { lines: { added: "added", changed: "changed", deleted: "deleted" }, request: "Request", samples: "samples" };
    const { bars, ended } = passBars([at(3, { added: 1, changed: 2 }), at(2, null, "failed"), at(1, { added: 15, changed: 0, deleted: 0 })], words);
    expect(ended).toEqual([Date.UTC(2026, 10, 28, 14, 1), Date.UTC(2026, 10, 28, 14, 3)]);
    expect(bars.series.map((one) => [one.name, one.values])).toEqual([
      ["added", [15, 1]],
      ["changed", [0, 2]],
      ["deleted", [0, null]],
    ]);
  });

  it("grow from their beginning", () => {
    const point = (second: number, listed: number) => ({ at: `2026-11-28T14:00:0${second}Z`, listed, added: 1, changed: 0, deleted: 0 });
    const sync = { started_at: "2026-11-28T14:00:01Z", series: [point(2, 10), point(4, 50)] } as Parameters<typeof passMetrics>[0];
    const [listed, added] = passMetrics(sync, (figure) => figure);
    expect(listed).toEqual({ name: "listed", xs: [0, 1000, 3000], ys: [0, 10, 50] });
    expect(added?.ys).toEqual([0, 1, 1]);
  });
});

describe("figures of jobs", () => {
  const one: Measured = { id: "1", name: "first", metrics: [{ name: "loss", xs: [0], ys: [9] }] };
  const other: Measured = { id: "2", name: "second", metrics: [{ name: "loss", xs: [0], ys: [7] }, { name: "rate", xs: [0], ys: [1] }] };

  it("are a line a figure, or a line a job", () => {
    expect(alone(other).map((line) => line.name)).toEqual(["loss", "rate"]);
    expect(figures([one, other])).toEqual(["loss", "rate"]);
    expect(compared([one, other], "loss").map((line) => [line.name, line.ys[0]])).toEqual([["first", 9], ["second", 7]]);
    expect(compared([one, other], "rate").map((line) => line.name)).toEqual(["second"]);
  });
});
