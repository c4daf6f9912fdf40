import { describe, expect, it } from "vitest";
import { figure, tableOf } from "../src/lib/plots/figure";
import { scale } from "../src/lib/plots/scale";

const WORDS = { x: "x", series: (n: number) => `Series ${n}` };
const of = (data: unknown[], layout: object = {}): ReturnType<typeof figure> => figure(JSON.stringify({ data, layout }));

describe("a reported plot", () => {
  it("is read as lines and dots over numbers, dates or words", () => {
    const numbers = of([{ type: "scattergl", mode: "lines+markers", name: "a", x: [1, 2], y: [3, null] }], { title: "T <b>one</b>", xaxis: { title: { text: "epoch" } }, yaxis: { type: "log" } });
    expect(numbers?.title).toBe("T one");
    expect(numbers?.parts).toMatchObject([{ form: "lines", x: { title: "epoch", time: false }, y: { log: true }, traces: [{ xs: [1, 2], ys: [3, null], line: true, dots: true }] }]);
    const dates = of([{ x: ["2026-01-01", "2026-01-02 12:00"], y: [1, 2] }]);
    expect(dates?.parts).toMatchObject([{ x: { time: true }, traces: [{ xs: [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2, 12)] }] }]);
    const words = of([{ mode: "markers", x: ["cat", "dog", "cat"], y: [1, 2, 3] }]);
    expect(words?.parts).toMatchObject([{ x: { labels: ["cat", "dog"] }, traces: [{ xs: [0, 1, 0], line: false }] }]);
  });

  it("is read as bars, with raw values counted", () => {
    expect(of([{ type: "bar", name: "n", x: ["a", "b"], y: [1, 2] }, { type: "bar", x: ["b"], y: [5] }])?.parts).toMatchObject([
      { form: "bars", labels: ["a", "b"], series: [{ name: "n", values: [1, 2] }, { values: [null, 5] }] },
    ]);
    expect(of([{ type: "bar", orientation: "h", y: ["a"], x: [4] }])?.parts).toMatchObject([{ labels: ["a"], series: [{ values: [4] }] }]);
    const counted = of([{ type: "histogram", x: [0, 0, 3] }])?.parts[0];
    expect(counted?.form === "bars" && counted.series[0]?.values.reduce<number>((sum, one) => sum + (one ?? 0), 0)).toBe(3);
  });

  it("is read as a map, as a table, or shown by its figures", () => {
    const map = of([{ type: "heatmap", z: [[1, 2], [3, 4]], x: ["a", "b"] }])?.parts[0];
    expect(map).toMatchObject({ form: "heat", columns: ["a", "b"], rows: ["0", "1"], values: [[1, 2], [3, 4]] });
    expect(map && tableOf(map, WORDS)).toEqual({ columns: ["", "a", "b"], rows: [["0", "1", "2"], ["1", "3", "4"]] });
    expect(of([{ type: "table", header: { values: ["x", ["<b>y</b>"]] }, cells: { values: [[1], ["two"]] } }])?.parts).toEqual([
      { form: "table", table: { columns: ["x", "y"], rows: [["1", "two"]] } },
    ]);
    expect(of([{ type: "scatter3d", x: [1], y: [2], z: [3], marker: {} }])?.parts).toEqual([
      { form: "other", kind: "scatter3d", table: { columns: ["x", "y", "z"], rows: [["1", "2", "3"]] } },
    ]);
  });

  it("is read as a map where it is a surface or has contours", () => {
    const scene = { xaxis: { title: { text: "depth" } }, yaxis: { title: "width" } };
    const surface = figure(JSON.stringify({ data: [{ type: "surface", z: [[1, 2], [3, 4]], contours: {} }], layout: { scene } }));
    expect(surface?.parts).toMatchObject([{ form: "heat", rows: ["0", "1"], values: [[1, 2], [3, 4]], x: "depth", y: "width" }]);
    const grid = [[5, 6], [5, 6]];
    const meshed = of([{ type: "surface", z: [[1, 2], [3, 4]], x: grid, y: [[7, 7], [8, 8]] }]);
    expect(meshed?.parts).toMatchObject([{ form: "heat", columns: ["5", "6"], rows: ["7", "8"] }]);
    expect(of([{ type: "contour", z: [[1, 2]], y: ["a"] }])?.parts).toMatchObject([{ form: "heat", rows: ["a"] }]);
  });

  it("is told by its figures where it shows what flows, or runs beside each other", () => {
    const node = { label: ["one<br />n: 3", "two"], color: ["blue", "blue"] };
    const flow = of([{ type: "sankey", node, link: { source: [0, 1], target: [1, 7], value: [4, 2] } }])?.parts;
    const rows = [["one n: 3", "two", "4"], ["two", "7", "2"]];
    expect(flow).toEqual([{ form: "other", kind: "sankey", table: { columns: ["source", "target", "value"], rows } }]);
    expect(of([{ type: "sankey", node, link: {} }])?.parts).toMatchObject([{ table: { columns: ["node"], rows: [["one n: 3"], ["two"]] } }]);
    const dimensions = [{ label: "task", values: [0, 1], tickvals: [0], ticktext: ["0a"] }, { label: ["val/acc"], values: [0.5, 1.5] }];
    const beside = of([{ type: "parcoords", line: { color: [1, 2] }, dimensions }])?.parts;
    expect(beside).toMatchObject([{ kind: "parcoords", table: { columns: ["task", "val/acc"], rows: [["0a", "0.5"], ["1", "1.5"]] } }]);
  });

  it("may be packed, and may hold what is no JSON", () => {
    const packed = btoa(String.fromCharCode(...new Uint8Array(new Float64Array([1.5, 2.5]).buffer)));
    expect(of([{ x: { dtype: "f8", bdata: packed }, y: { dtype: "f8", bdata: packed } }])?.parts).toMatchObject([{ traces: [{ ys: [1.5, 2.5] }] }]);
    expect(figure('{"data": [{"y": [1, NaN, -Infinity, 2]}]}')?.parts).toMatchObject([{ traces: [{ ys: [1, null, null, 2] }] }]);
    expect(figure("nonsense")).toBeNull();
    expect(figure("[]")?.parts).toEqual([]);
  });

  it("may be a picture that lies somewhere", () => {
    expect(of([], { images: [{ source: "http://h/files/a.png" }] })?.parts).toEqual([{ form: "picture", address: "http://h/files/a.png" }]);
  });
});

describe("a scale", () => {
  it("has round ticks around its values", () => {
    expect(scale([0.3, 9.7]).ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(scale([5], { zero: true }).ticks[0]).toBe(0);
    expect(scale([5, 5]).at(5)).toBeCloseTo(0.5);
    expect(scale([]).ticks.length).toBeGreaterThan(1);
    const log = scale([0.01, 100, 0, -3], { log: true });
    expect([log.at(0.01), log.at(100), log.at(0)]).toEqual([0, 1, null]);
  });
});
