import { describe, expect, it } from "vitest";
import { moment, say, span, values } from "../src/lib/jobs/saying";
import { job, NOW, progress, running } from "./making";

const nothing = { unserved: [], paused: [] };
const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe("a queued job says", () => {
  it("that it waits for a worker", () => {
    expect(say(job(), NOW, nothing)).toEqual({ word: "Queued", figure: "", why: "Waiting for a free worker" });
  });

  it("that nobody serves its queue", () => {
    expect(say(job({ queue: "gpu" }), NOW, { ...nothing, unserved: ["gpu"] }).why).toContain("No worker serves");
  });

  it("that its queue is paused", () => {
    expect(say(job({ queue: "gpu" }), NOW, { unserved: ["gpu"], paused: ["gpu"] }).why).toContain("paused");
  });

  it("when it is due", () => {
    expect(say(job({ due_at: later(7_200) }), NOW, nothing).figure).toBe("due in 2 h");
  });

  it("why it failed before and when it is tried again", () => {
    const failure = { reason: "lost" as const, message: "The worker went away.", detail: "", code: "" };
    const said = say(job({ failures: 1, tries: 3, due_at: later(80), failure }), NOW, nothing);
    expect(said).toEqual({ word: "Queued", figure: "attempt 2 of 3 · next attempt in 1 min", why: failure.message });
  });
});

describe("a running job says", () => {
  it("that it was only taken", () => {
    expect(say(running({ begun_at: null }), NOW, nothing)).toEqual({ word: "Starting", figure: "taken by yard-1", why: "" });
  });

  it("how far it is, how fast, and for how long still", () => {
    const said = say(running({ progress: progress(37, 120, undefined, "writing") }), NOW, nothing);
    expect(said).toEqual({ word: "In progress 30 %", figure: "37 of 120 · 3.7/s · 23 s left", why: "writing" });
  });

  it("how much is done where nobody knows how much there is", () => {
    expect(say(running({ progress: progress(4120, null) }), NOW, nothing).figure).toBe("4,120 done · 412/s");
  });

  it("never 100 % before it is over, unless all is done", () => {
    expect(say(running({ progress: progress(9999, 10000) }), NOW, nothing).word).toBe("In progress 99 %");
  });

  it("that it was asked to stop, and by whom", () => {
    const said = say(running({ cancelling: true, cancel_asked_by: "ops", progress: progress(4, 10) }), NOW, nothing);
    expect(said).toEqual({ word: "Stopping", figure: "4 of 10", why: "ops asked it to stop" });
  });
});

describe("a final job says", () => {
  it("what went wrong", () => {
    const failure = { reason: "error" as const, message: "Label is unknown.", detail: "trace", code: "" };
    expect(say(job({ state: "failed", failure }), NOW, nothing)).toEqual({ word: "Failed", figure: "", why: failure.message });
  });

  it("nothing of attempts where there was only one", () => {
    expect(say(job({ state: "failed", failures: 1, tries: 1 }), NOW, nothing).figure).toBe("");
  });

  it("which of how many attempts failed", () => {
    expect(say(job({ state: "failed", failures: 3, tries: 3 }), NOW, nothing).figure).toBe("attempt 3 of 3");
  });

  it("what came out and how long it is kept", () => {
    const said = say(job({ state: "succeeded", result: { added: 12, changed_files: 3 }, results_until: later(86_400) }), NOW, nothing);
    expect(said).toEqual({ word: "Finished", figure: "added 12 · changed files 3", why: "files expire in 24 h" });
  });

  it("that its results are gone", () => {
    expect(say(job({ state: "succeeded", results_expired: true }), NOW, nothing).why).toBe("results expired");
  });

  it("who cancelled it and how far it was", () => {
    expect(say(job({ state: "cancelled", cancel_asked_by: "ops", progress: progress(62, 100) }), NOW, nothing).figure).toBe(
      "by ops, at 62 %",
    );
  });
});

describe("beside it", () => {
  it("stands the moment its state began", () => {
    const over = job({ state: "succeeded", finished_at: later(-5) });
    expect(moment(over)).toBe(over.finished_at);
    expect(moment(job({ state: "draft", queued_at: null }))).toBe("2026-11-22T12:00:00Z");
  });

  it("stands how long it ran, where it runs, or how urgent it is", () => {
    expect(span(job({ state: "failed", begun_at: "2026-11-22T12:00:00Z", finished_at: later(0) }))).toBe("ran 10 s");
    expect(span(running())).toBe("on yard-1");
    expect(span(job({ priority: 5 }))).toBe("priority 5");
    expect(span(job())).toBe("");
  });

  it("values of results are only plain ones", () => {
    expect(values({ a: 1, none: 0, deep: { b: 2 }, list: [1], yes: true, long: "x".repeat(50), word: "fine" })).toEqual(["a 1", "word fine"]);
    expect(values([1, 2])).toEqual([]);
    expect(values(null)).toEqual([]);
    expect(values("done")).toEqual(["done"]);
  });
});
