import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { calls } from "../src/lib/api/calls";
import type { Event, Job } from "../src/lib/api/shapes";
import { live } from "../src/lib/feed/live.svelte";
import { more, what, who } from "../src/lib/jobs/history";
import { line, say } from "../src/lib/jobs/saying";
import { notices } from "../src/lib/page/notice.svelte";
import { told } from "../src/lib/told.svelte";
import { job, NOW } from "./making";

const AROUND = { unserved: [], paused: [] };
const event = (of: Job, type: string, actor = "worker:yard-1", data: Record<string, unknown> = {}): Event =>
  ({ number: 1, job: of.id, type, at: of.created_at, actor, state: of.state, attempt: 1, data }) as never;

/** Lets the page hear what the feed would bring. */
function happen(of: Job, type: string, actor?: string): void {
  live.tellAll("job", { event: event(of, type, actor), job: of });
}

const ended = (say: Partial<Job>): Job => job({ state: "succeeded", finished_at: "2026-11-22T12:00:09Z", name: "Export", ...say });

beforeEach(async () => {
  localStorage.clear();
  vi.spyOn(calls, "jobs").mockResolvedValue({ jobs: [], next: null, total: 0, total_exact: true });
  told.open("maria", (of) => of.name);
  await vi.waitFor(() => expect(told.unread).toBe(0));
});
afterEach(() => notices.shown.forEach((notice) => notices.close(notice.id)));

describe("ends are told", () => {
  it("with a dot for the reader's own, and in words where they are waited for", () => {
    const mine = ended({ owner: "maria" });
    happen(mine, "finished");
    expect(told.unread).toBe(1);
    expect(notices.shown).toEqual([]);
    const other = ended({ owner: "tomas", state: "failed" });
    told.watch(other.id);
    happen(other, "failed");
    expect(told.unread).toBe(1);
    expect(notices.shown).toMatchObject([{ text: "“Export” failed.", tone: "bad-end" }]);
    expect(told.watched.has(other.id)).toBe(false);
  });

  it("but not what the reader did themselves, and nothing that is no end", () => {
    happen(ended({ owner: "maria", state: "cancelled" }), "cancelled", "maria");
    happen(job({ owner: "maria" }), "submitted");
    expect(told.unread).toBe(0);
  });

  it("and the wish outlives the page", () => {
    told.watch("a");
    told.watch("b");
    told.watch("a", false);
    told.open("maria", (of) => of.name);
    expect([...told.watched]).toEqual(["b"]);
  });
});

describe("a waiting row", () => {
  const waiting = (say: Partial<NonNullable<Job["waiting"]>>): Job =>
    job({ waiting: { cause: "busy", sentence: "Two are before it.", ahead: 2, more: false, until: null, starts_at: null, needs: [], ...say } });

  it("tells its place, its likely turn and why, in the server's sentence", () => {
    const said = say(waiting({ starts_at: new Date(NOW + 125_000).toISOString() }), NOW, AROUND);
    expect([said.figure, said.why]).toEqual(["3rd in line · in about 2 min", "Two are before it."]);
  });

  it.each([
    [0, "next in line"],
    [1, "2nd in line"],
    [10, "11th in line"],
    [1_020, "1,021st in line"],
  ])("with %i ahead is %s", (ahead, words) => expect(line(waiting({ ahead }), NOW)).toBe(words));

  it("says what it knows where more were not counted, and nothing where the line does not matter", () => {
    expect(line(waiting({ ahead: 1_000, more: true }), NOW)).toBe("more than 1,000 before it");
    expect(line(waiting({ ahead: null }), NOW)).toBe("");
  });
});

describe("the history", () => {
  it("tells who did what, and into what it was changed", () => {
    const changed = event(job(), "edited", "maria", { queue: ["slow", "fast"], due_at: [null, 7] });
    expect([what(changed), who("maria"), who("worker:yard-1"), who("jobyard")]).toEqual(["Changed", "maria", "worker yard-1", "Jobyard"]);
    expect(more(changed)).toBe("queue: slow → fast; due at: nothing → 7");
    expect(more(event(job(), "failed", "x", { failure: { message: "It fell." } }))).toBe("It fell.");
    expect(what(event(job(), "something_new"))).toBe("something new");
  });
});
