import { describe, expect, it } from "vitest";
import { FIRST, parameters } from "../src/lib/dataset/asking";
import { bones, colour, drawing, top } from "../src/lib/dataset/drawing";
import { dayBars, everyDay, told } from "../src/lib/dataset/told";
import { viewPath } from "../src/lib/page/places";
import { job } from "./making";

const plain = { rotation: 0, parts: [] };

describe("annotations are drawn in the picture's own pixels", () => {
  it("boxes, with their turn around their middle", () => {
    expect(drawing({ ...plain, kind: "rectangle", points: [1, 2, 11, 22] })).toEqual({ path: "M1 2H11V22H1Z", dots: [], filled: true, turn: null });
    expect(drawing({ ...plain, kind: "rectangle", points: [0, 0, 10, 20], rotation: 30 }).turn).toEqual({ angle: 30, x: 5, y: 10 });
  });

  it("polygons close, lines do not, points are dots", () => {
    expect(drawing({ ...plain, kind: "polygon", points: [0, 0, 4, 0, 4, 4] }).path).toBe("M0 0L4 0L4 4Z");
    expect(drawing({ ...plain, kind: "polyline", points: [0, 0, 4, 0] })).toMatchObject({ path: "M0 0L4 0", filled: false });
    expect(drawing({ ...plain, kind: "points", points: [1, 2, 3, 4] })).toMatchObject({ path: "", dots: [[1, 2], [3, 4]] });
  });

  it("ellipses go by their middle, rightmost and topmost", () => {
    expect(drawing({ ...plain, kind: "ellipse", points: [10, 10, 16, 6] }).path).toBe("M4 10A6 4 0 1 0 16 10A6 4 0 1 0 4 10Z");
  });

  it("cuboids show their four sides", () => {
    const points = Array.from({ length: 16 }, (_, at) => at);
    expect(drawing({ ...plain, kind: "cuboid", points }).path.match(/Z/g)).toHaveLength(4);
  });

  it("masks are stripes: runs of what is outside and inside by turns, then the box", () => {
    // A box of 3 by 3 at (10, 20): one pixel outside, two inside, three whole ones inside of the next row, the rest outside.
    expect(drawing({ ...plain, kind: "mask", points: [1, 5, 3, 10, 20, 12, 22] }).path).toBe("M11 20h2v1h-2zM10 21h3v1h-3z");
    expect(drawing({ ...plain, kind: "mask", points: [0, 9, 10, 20, 12, 22] }).path).toBe("M10 20h3v3h-3z");
    expect(drawing({ ...plain, kind: "mask", points: [4, 1, 4, 10, 20, 12, 22] }).path).toBe("M11 21h1v1h-1z");
  });

  it("skeletons join the parts that their label's drawing joins, and leave out what is not in the picture", () => {
    const label = { drawing: '<line x1="1" data-type="edge" data-node-from="1" data-node-to="2"></line><line data-node-to="3" data-node-from="2"/><circle/>' };
    expect(bones(label)).toEqual([[0, 1], [1, 2]]);
    expect(bones({ drawing: "" })).toEqual([]);
    const part = (points: number[], outside = false) => ({ label: 1, points, outside });
    const shape = { ...plain, kind: "skeleton" as const, points: [], parts: [part([1, 1]), part([5, 5]), part([9, 9], true)] };
    expect(drawing(shape, bones(label))).toMatchObject({ path: "M1 1L5 5", dots: [[1, 1], [5, 5]] });
    expect(top(shape)).toEqual([5, 1]);
  });

  it("what has no points has nothing to draw and no place for its name", () => {
    expect(drawing({ ...plain, kind: "polygon", points: [] }).path).toBe("Z");
    expect(top({ ...plain, kind: "polygon", points: [] })).toBeNull();
  });

  it("labels keep their colour, and those without one get the same one each time", () => {
    expect(colour({ color: "#123456", number: 3 })).toBe("#123456");
    expect(colour({ color: "", number: 3 })).toBe(colour({ color: "", number: 13 }));
    expect(colour(undefined)).toMatch(/^#/);
  });
});

describe("reports of work", () => {
  it("are read from a job's value", () => {
    const work = { objects: 3, changed: 0, deleted: 1, frames: 2, working_seconds: 90, objects_per_hour: 120, frames_per_hour: 80, events: 4 };
    const found = told({ total: work, users: { anna: work }, days: { "2026-11-28": work }, first: 1_000_000, last: "1970-01-01T00:00:02.000000Z" });
    expect(found?.users).toEqual([{ name: "anna", work: { objects: 3, changed: 0, deleted: 1, frames: 2, working: 90, objectsAnHour: 120, framesAnHour: 80 } }]);
    expect([found?.days[0]?.at, found?.first, found?.last]).toEqual([Date.UTC(2026, 10, 28), 1_000, 2_000]);
  });

  it("have every day from the first to the last, and a week at least", () => {
    const day = (n: number): number => Date.UTC(2026, 10, n);
    expect(everyDay([day(28), day(20)])).toEqual(Array.from({ length: 9 }, (_, at) => day(20 + at)));
    expect(everyDay([day(28)])).toEqual(Array.from({ length: 7 }, (_, at) => day(22 + at)));
    expect(everyDay([])).toEqual([]);
    const bars = dayBars(new Map([[day(28), 5], [day(26), 2]]), [{ name: "made", of: (n) => n }], "Day", "how many");
    expect(bars.labels.at(-1)).toMatch(/28/);
    expect(bars.series).toEqual([{ name: "made", values: [0, 0, 0, 0, 2, 0, 5] }]);
  });

  it("are none where the value is something else", () => {
    for (const value of [null, 3, "x", [], { users: {} }]) expect(told(value)).toBeNull();
  });
});

describe("what is asked of a dataset", () => {
  const micros = (day: string, end: boolean) => Date.parse(`${day}T00:00:00Z`) * 1000 + (end ? 86_400_000_000 : 0);

  it.each([
    ["import", { format: "COCO 1.0", append: true }, { format: "COCO 1.0", mode: "append", masks_to_polygons: false }],
    ["export", { format: "CVAT", pictures: true }, { format: "CVAT", pictures: true }],
    ["backup", { lightweight: true }, { lightweight: true }],
    ["quality", {}, {}],
    ["quality", { own: false, threshold: 0.9 }, { rules: { target_metric: "accuracy", target_metric_threshold: 0.9, iou_threshold: 0.4 } }],
    ["merge", { own: false, quorum: 1 }, { rules: { quorum: 1, iou_threshold: 0.4, agreement_score_threshold: 0 } }],
    ["report", { user: " anna ", since: "1970-01-02", until: "1970-01-02" }, { user: "anna", since: 86_400_000_000, until: 172_800_000_000 }],
  ] as const)("%s says %o", (what, wish, said) => expect(parameters(what, "d", { ...FIRST, ...wish }, micros)).toEqual({ dataset: "d", ...said }));
});

describe("jobs lead to what they found", () => {
  const resource = { type: "dataset", id: "d1", name: "cats" };

  it.each([
    ["quality.calculate", "succeeded", "/datasets/d1?part=quality&report=j"],
    ["consensus.merge", "succeeded", "/datasets/d1?part=consensus&report=j"],
    ["events.report", "succeeded", "/datasets/d1?part=people&report=j"],
    ["quality.calculate", "failed", null],
    ["dataset.export", "succeeded", null],
  ] as const)("%s that %s", (kind, state, path) => expect(viewPath(job({ id: "j", kind, state, resource }))).toBe(path));

  it("only where they worked on a dataset", () => {
    expect(viewPath(job({ kind: "quality.calculate", state: "succeeded", resource: { ...resource, type: "collection" } }))).toBeNull();
    expect(viewPath(job({ kind: "events.report", state: "succeeded" }))).toBeNull();
  });
});
