import { beforeEach, describe, expect, it, vi } from "vitest";
import { calls } from "../src/lib/api/calls";
import { away } from "../src/lib/api/problem";
import type { Event, Job, JobPage } from "../src/lib/api/shapes";
import { fromAddress } from "../src/lib/jobs/filter";
import { JobList } from "../src/lib/jobs/list.svelte";
import { job, progress, running } from "./making";

const filter = (query: string) => fromAddress(new URLSearchParams(query));
const page = (jobs: Job[], next: string | null = null): JobPage => ({ jobs, next, total: jobs.length, total_exact: true });
const happened = (of: Job, type: string): { event: Event; job: Job | null } => ({
  event: { number: 1, job: of.id, type, at: of.created_at, actor: "x", state: of.state, attempt: 0, data: {} },
  job: type === "deleted" ? null : of,
});

let list: JobList;
let one: Job;
let two: Job;

beforeEach(async () => {
  list = new JobList();
  one = job();
  two = job();
  vi.spyOn(calls, "jobs").mockResolvedValue(page([two, one], "more"));
  list.choose(filter(""));
  await vi.waitFor(() => expect(list.ready).toBe(true));
});

describe("the list", () => {
  it("shows the first page", () => {
    expect(list.ids).toEqual([two.id, one.id]);
    expect(list.total).toBe(2);
  });

  it("counts new jobs and leaves the rows where they are", () => {
    const fresh = job();
    list.hear(happened(fresh, "submitted"));
    list.hear(happened(fresh, "submitted"));
    expect([...list.fresh]).toEqual([fresh.id]);
    expect(list.ids).toEqual([two.id, one.id]);
  });

  it("counts no job that does not fit, and none that has become another one's", async () => {
    list.choose(filter("owner=tomas"));
    await vi.waitFor(() => expect(list.loading).toBe(false));
    const fresh = job();
    list.hear(happened(fresh, "submitted"));
    expect(list.fresh.size).toBe(0);
  });

  it("changes a row in its place, though it fits no more", async () => {
    list.choose(filter("state=queued"));
    await vi.waitFor(() => expect(list.loading).toBe(false));
    list.hear(happened({ ...two, revision: 2, state: "running" }, "claimed"));
    expect(list.ids).toEqual([two.id, one.id]);
    expect(list.jobs.get(two.id)?.state).toBe("running");
  });

  it("counts jobs that have come to fit a state", async () => {
    vi.mocked(calls.jobs).mockResolvedValue(page([two]));
    list.choose(filter("state=failed"));
    await vi.waitFor(() => expect(list.ids).toEqual([two.id]));
    const old = { ...one, state: "failed" as const };
    list.hear(happened(old, "kept"));
    expect(list.fresh.size).toBe(0);
    list.hear(happened(old, "failed"));
    expect(list.fresh.size).toBe(1);
    list.hear(happened({ ...old, state: "queued" }, "retried"));
    expect(list.fresh.size).toBe(0);
  });

  it("does not count old jobs further down that merely changed", () => {
    list.hear(happened(job({ number: 0, state: "running" }), "begun"));
    expect(list.fresh.size).toBe(0);
  });

  it("never lets a late answer undo what the feed told", async () => {
    let answer: (page: JobPage) => void = () => undefined;
    vi.mocked(calls.jobs).mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const reading = list.reload();
    const third = job();
    list.hear(happened({ ...third, revision: 3, state: "running" }, "claimed"));
    list.hear(happened({ ...two, revision: 7, state: "cancelled" }, "cancelled"));
    answer(page([third, two, one]));
    await reading;
    expect(list.jobs.get(third.id)?.state).toBe("running");
    expect(list.jobs.get(two.id)?.state).toBe("cancelled");
    expect(list.fresh.size).toBe(0);
  });

  it("shows only the answer to the last question", async () => {
    const answers: ((page: JobPage) => void)[] = [];
    vi.mocked(calls.jobs).mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    list.choose(filter("text=a"));
    list.choose(filter("text=ab"));
    answers[1]?.(page([one]));
    answers[0]?.(page([two]));
    await vi.waitFor(() => expect(list.loading).toBe(false));
    expect(list.ids).toEqual([one.id]);
  });

  it("puts the next page below, without doubles", async () => {
    const older = job({ number: 0 });
    vi.mocked(calls.jobs).mockResolvedValue(page([one, older]));
    await list.loadMore();
    expect(list.ids).toEqual([two.id, one.id, older.id]);
    expect(list.more).toBeNull();
    vi.mocked(calls.jobs).mockClear();
    await list.loadMore();
    expect(calls.jobs).not.toHaveBeenCalled();
  });

  it("asks for the next page once, however often it is wanted", async () => {
    vi.mocked(calls.jobs).mockClear();
    vi.mocked(calls.jobs).mockResolvedValue(page([]));
    await Promise.all([list.loadMore(), list.loadMore(), list.loadMore()]);
    expect(calls.jobs).toHaveBeenCalledTimes(1);
  });

  it("keeps what it has when the next page cannot be read, and can go on", async () => {
    vi.mocked(calls.jobs).mockRejectedValueOnce(away());
    await list.loadMore();
    expect(list.moreProblem?.offline).toBe(true);
    expect(list.ids.length).toBe(2);
    vi.mocked(calls.jobs).mockResolvedValue(page([]));
    await list.loadMore();
    expect(list.moreProblem).toBeNull();
  });

  it("keeps what it shows when reading it again fails", async () => {
    vi.mocked(calls.jobs).mockRejectedValueOnce(away());
    await list.reload();
    expect(list.ids.length).toBe(2);
    expect(list.problem?.offline).toBe(true);
  });

  it("leaves the row of a deleted job where it is", () => {
    list.hear(happened(two, "deleted"));
    expect(list.gone.has(two.id)).toBe(true);
    expect(list.ids).toEqual([two.id, one.id]);
  });

  it("reads by itself what comes into an empty list", async () => {
    vi.mocked(calls.jobs).mockResolvedValue(page([]));
    await list.reload();
    const fresh = job();
    vi.mocked(calls.jobs).mockResolvedValue(page([fresh]));
    list.hear(happened(fresh, "submitted"));
    await vi.waitFor(() => expect(list.ids).toEqual([fresh.id]));
    expect(list.fresh.size).toBe(0);
  });

  it("takes progress only for rows it shows", async () => {
    const busy = running();
    vi.mocked(calls.jobs).mockResolvedValue(page([busy]));
    await list.reload();
    list.hearProgress({ jobs: { [busy.id]: progress(5, 10), unknown: progress(1, 2) }, reported: [] });
    expect(list.jobs.get(busy.id)?.progress?.done).toBe(5);
    expect(list.jobs.has("unknown")).toBe(false);
  });
});

describe("a very long list", () => {
  it("lets go of records far from the reader and reads them again when they come back into sight", async () => {
    const long = new JobList();
    const crowd = Array.from({ length: 20_000 }, () => job());
    const asked = vi.spyOn(calls, "jobs").mockImplementation(async (query) => {
      const from = query.cursor ? Number(query.cursor) : 0;
      const until = from + (query.limit ?? 50);
      return { jobs: crowd.slice(from, until), next: until < crowd.length ? String(until) : null, total: 10_000, total_exact: false };
    });
    long.choose(filter(""));
    await vi.waitFor(() => expect(long.ready).toBe(true));
    while (long.more) {
      await long.loadMore();
      long.look(long.ids.length - 30, long.ids.length);
    }
    expect(long.ids.length).toBe(20_000);
    expect(long.jobs.size).toBeLessThan(9_000);
    expect(long.jobs.has(crowd[0]?.id ?? "")).toBe(false);
    const before = asked.mock.calls.length;
    long.look(0, 20);
    await vi.waitFor(() => expect(long.jobs.has(crowd[0]?.id ?? "")).toBe(true));
    expect(asked.mock.calls.length).toBeGreaterThan(before);
    long.hear(happened({ ...(crowd[10_000] as Job), revision: 9, state: "running" }, "claimed"));
    expect(long.fresh.size).toBe(0);
  });
});
