import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { calls } from "../src/lib/api/calls";
import { Problem } from "../src/lib/api/problem";
import { format, lightweight, resourceNumber } from "../src/lib/jobs/badges";
import { bulk } from "../src/lib/jobs/bulk.svelte";
import { fromAddress } from "../src/lib/jobs/filter";
import { fitsVerb, Selection } from "../src/lib/jobs/selection.svelte";
import { Tally } from "../src/lib/jobs/tally.svelte";
import { views } from "../src/lib/jobs/views.svelte";
import { notices } from "../src/lib/page/notice.svelte";
import { job, running } from "./making";

const outcome = (say: Partial<Awaited<ReturnType<typeof calls.bulk>>>) => ({
  matched: null,
  matched_exact: false,
  looked_at: 0,
  done: 0,
  refused: [],
  next: null,
  ...say,
});
afterEach(() => notices.shown.forEach((notice) => notices.close(notice.id)));

const ORDER = ["a", "b", "c", "d"];

describe("a selection", () => {
  let selection: Selection;
  beforeEach(() => (selection = new Selection()));

  it("takes single rows and stretches, in both directions", () => {
    selection.choose("c", true, false, ORDER);
    selection.choose("a", true, true, ORDER);
    expect([...selection.ids].sort()).toEqual(["a", "b", "c"]);
    selection.choose("b", false, false, ORDER);
    expect(selection.has("b")).toBe(false);
  });

  it("takes one row where the stretch has no beginning", () => {
    selection.choose("d", true, true, ORDER);
    expect([...selection.ids]).toEqual(["d"]);
  });

  it("of all is what is listed once a row is let go", () => {
    selection.choose("a", true, false, ORDER);
    selection.all = true;
    expect(selection.has("zz")).toBe(true);
    selection.choose("b", false, false, ORDER);
    expect(selection.all).toBe(false);
    expect([...selection.ids].sort()).toEqual(["a", "c", "d"]);
  });
});

describe("a verb for many", () => {
  it("fits by state and leave", () => {
    const over = job({ state: "succeeded", may: ["retry", "delete", "keep"], results_until: "2027-01-01T00:00:00Z" });
    expect(["download", "cancel", "retry", "keep", "delete"].map((verb) => fitsVerb(over, verb as never))).toEqual([true, false, true, true, true]);
    expect(fitsVerb(running({ cancelling: true }), "cancel")).toBe(false);
    expect(fitsVerb(running(), "cancel")).toBe(true);
  });

  it("is asked of all chosen at once, with the way back for those that waited", async () => {
    const jobs = [job({ may: ["cancel"] }), running()];
    const asked = vi.spyOn(calls, "bulk").mockResolvedValue(outcome({ done: 1, refused: [{ reason: "It has ended.", count: 1 }] }));
    await bulk.run("cancel", jobs, () => undefined);
    expect(asked).toHaveBeenCalledWith({ verb: "cancel", filter: { ids: jobs.map((one) => one.id) }, edits: null, cursor: null });
    expect(notices.shown.map((notice) => notice.text)).toEqual(["1 was refused: It has ended.", "1 cancelled."]);
    notices.shown[1]?.step?.go();
    await vi.waitFor(() => expect(asked).toHaveBeenLastCalledWith(expect.objectContaining({ verb: "retry", filter: { ids: [jobs[0]?.id] } })));
  });

  it("goes on behind the cursor for all that the filter finds, and asks without the list's order", async () => {
    const asked = vi.spyOn(calls, "bulk").mockResolvedValueOnce(outcome({ done: 1000, next: "c" })).mockResolvedValueOnce(outcome({ done: 200 }));
    await bulk.all("delete", fromAddress(new URLSearchParams("state=failed&order=number")), 1200);
    expect(asked.mock.calls.map(([body]) => [body.cursor, body.filter])).toEqual([
      [null, { state: ["failed"] }],
      ["c", { state: ["failed"] }],
    ]);
    expect(notices.shown.at(-1)?.text).toBe("1,200 deleted.");
    expect(bulk.going).toBeNull();
  });

  it("that each is asked for by itself stops when the server is away", async () => {
    const jobs = Array.from({ length: 20 }, () => job({ may: ["keep"] }));
    const asked = vi.spyOn(calls, "keep").mockRejectedValue(new Problem(0, "offline", "Away."));
    await bulk.run("keep", jobs, () => undefined);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(4);
  });
});

describe("badges", () => {
  it("come from labels first, then from parameters", () => {
    expect(format(job({ labels: { format: "COCO 1.0" }, parameters: { format: "VOC" } as never }))).toBe("COCO 1.0");
    expect(format(job({ parameters: { format: "VOC" } as never }))).toBe("VOC");
    expect(format(job({ parameters: { format: 3 } as never }))).toBe("");
    expect([true, "", "true", "1", false, "no"].map((told) => lightweight(job({ parameters: { lightweight: told } as never })))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("number what people would say by number", () => {
    expect([resourceNumber({ id: "12" }), resourceNumber({ id: "0199c3f2" }), resourceNumber({ id: "1234567890" })]).toEqual(["12", "", ""]);
  });
});

describe("the tally", () => {
  const counts = { draft: 0, queued: 1, running: 2, succeeded: 3, failed: 4, cancelled: 5, total: 15, waiting_unserved: [] };

  it("is the house's own where nothing narrows, whatever states are chosen", () => {
    const figures = new Tally().figures(fromAddress(new URLSearchParams("state=failed&order=-finished_at")), counts as never);
    expect(figures?.failed).toEqual({ n: 4, atLeast: false });
    expect(figures?.total.n).toBe(15);
  });

  it("asks for each state where something narrows", async () => {
    const filter = fromAddress(new URLSearchParams("kind=x&state=failed"));
    const asked = vi
      .spyOn(calls, "jobs")
      .mockImplementation(async (query) => ({ jobs: [], next: null, total: query.state?.[0] === "failed" ? 10_000 : 1, total_exact: query.state?.[0] !== "failed" }));
    const tally = new Tally();
    tally.choose(filter);
    await vi.waitFor(() => expect(tally.figures(filter, null)).not.toBeNull());
    tally.stop();
    expect(tally.figures(filter, null)?.failed).toEqual({ n: 10_000, atLeast: true });
    expect(tally.figures(filter, null)?.total).toEqual({ n: 10_005, atLeast: true });
    expect(asked.mock.calls.every(([query]) => query.kind?.[0] === "x")).toBe(true);
  });
});

describe("views", () => {
  it("are kept by user, and only addresses of the list are taken", () => {
    localStorage.setItem("jobyard-views:maria", JSON.stringify([{ name: "Mine", to: "/?owner=maria" }, { name: "Evil", to: "javascript:alert(1)" }, 7]));
    views.open("maria");
    expect(views.saved).toEqual([{ name: "Mine", to: "/?owner=maria" }]);
    views.save({ name: "Mine", to: "/?owner=maria&state=failed" });
    views.open("tomas");
    expect(views.saved).toEqual([]);
    views.open("maria");
    expect(views.saved).toEqual([{ name: "Mine", to: "/?owner=maria&state=failed" }]);
    views.drop("Mine");
    expect(views.saved).toEqual([]);
  });
});
