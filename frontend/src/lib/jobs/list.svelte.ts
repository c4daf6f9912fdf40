// The list of requests as it is shown: rows stay where they are while one reads, news are counted and come when asked for.
// Of a very long list only the records near the reader are held; the others are read again when they come into sight.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { calls } from "../api/calls";
import { Problem, away } from "../api/problem";
import type { FeedJob, FeedProgress, Job } from "../api/shapes";
import { asked, fromAddress, toAddress, type Filter } from "./filter";
import { fits } from "./fitting";
import { newer, progressed } from "./merge";
import { seen } from "./seen.svelte";

/** The first page is small so that it comes soon; who scrolls on gets more at once. */
const FIRST = 50;
const NEXT = 200;
/** Whoever has scrolled past this many rows goes on for long: the most that the server gives at once. */
const FAR = 1_000;
const MOST = 500;
/** So many pages are held at most. */
const HELD = 15;
/** So many rows beside the ones in sight are held ready. */
const BESIDE = 60;
/** Events after which a job may begin to fit a filter by state. */
const ENTERING = new Set(
  "submitted released withdrawn claimed started finished failed backed_off given_back cancelled retried".split(" "),
);
/** Events with which a job comes up for the first time. */
const BEGINNING = new Set(["submitted", "released"]);

/** A stretch of the list as the server gave it. */
interface Stretch {
  cursor: string | null;
  limit: number;
  /** Where it begins among the ids, and how many of them are its own. */
  from: number;
  size: number;
  held: boolean;
}

export class JobList {
  ids = $state.raw<readonly string[]>([]);
  /** The records that are held; a row of the list may be without one for a moment. */
  readonly jobs = new SvelteMap<string, Job>();
  /** Rows whose job was deleted while they were shown. */
  readonly gone = new SvelteSet<string>();
  /** Jobs that would stand in the list if it were read now. */
  readonly fresh = new SvelteSet<string>();
  filter = $state.raw<Filter>(fromAddress(new URLSearchParams()));
  total = $state(0);
  exact = $state(true);
  /** Whether there is a list at all: false until the first answer. */
  ready = $state(false);
  loading = $state(false);
  problem = $state.raw<Problem | null>(null);
  more = $state.raw<string | null>(null);
  moreProblem = $state.raw<Problem | null>(null);
  /** What the screen measured of its rows, kept for when it is shown again. */
  heights: { of: readonly string[]; cache: unknown } | null = null;
  /** The job whose row was left last: from there the keys go on. */
  left = "";
  #newest = 0;
  #asking: AbortController | null = null;
  #loadingMore = false;
  #stretches: Stretch[] = [];
  #placed = new Set<string>();
  /** News of jobs that came while an answer was under way, which may be older than they are. */
  readonly #meanwhile = new Map<string, Job>();

  /** Shows the list under another filter; the same one again changes nothing. */
  choose(filter: Filter): void {
    if (this.ready && toAddress(filter) === toAddress(this.filter)) return;
    this.filter = filter;
    void this.reload();
  }

  /** Reads the first page again and shows it in place of what stands there. */
  async reload(): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.loading = true;
    this.fresh.clear();
    try {
      const page = await calls.jobs({ ...asked(this.filter), limit: FIRST }, asking.signal);
      if (asking.signal.aborted) return;
      this.#replace(page.jobs);
      this.more = page.next;
      this.total = page.total;
      this.exact = page.total_exact;
      this.problem = this.moreProblem = null;
      this.ready = true;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.problem = error instanceof Problem ? error : away();
    } finally {
      if (this.#asking === asking) this.loading = false;
      this.#settle();
    }
  }

  /** Reads the next page, if there is one, and puts it below. */
  async loadMore(): Promise<void> {
    const cursor = this.more;
    if (!cursor || this.#loadingMore || this.loading) return;
    this.#loadingMore = true;
    const asking = this.#asking;
    this.moreProblem = null;
    const limit = this.ids.length < FAR ? NEXT : MOST;
    try {
      const page = await calls.jobs({ ...asked(this.filter), limit, cursor });
      if (this.#asking !== asking) return;
      const added = page.jobs.filter((job) => !this.#placed.has(job.id));
      this.#stretches.push({ cursor, limit, from: this.ids.length, size: added.length, held: true });
      for (const job of page.jobs) this.#hold(job);
      for (const job of added) {
        this.fresh.delete(job.id);
        this.#placed.add(job.id);
      }
      this.ids = [...this.ids, ...added.map((job) => job.id)];
      this.more = page.next;
      seen.note(page.jobs);
    } catch (error) {
      if (this.#asking === asking) this.moreProblem = error instanceof Problem ? error : away();
    } finally {
      this.#loadingMore = false;
      this.#settle();
    }
  }

  /** Says which rows are in sight: records near them are read where they are missing, those far away are let go. */
  look(first: number, last: number): void {
    const near = (one: Stretch) => one.from < last + BESIDE && one.from + one.size > first - BESIDE;
    for (const one of this.#stretches) if (!one.held && near(one)) void this.#refill(one);
    const held = this.#stretches.filter((one) => one.held);
    if (held.length <= HELD) return;
    const middle = (first + last) / 2;
    const far = (one: Stretch) => Math.abs(one.from + one.size / 2 - middle);
    for (const one of held.sort((a, b) => far(b) - far(a)).slice(0, held.length - HELD)) if (!near(one)) this.#release(one);
  }

  /** Reads the rows in sight again where some wait: places in line and estimates change without news. */
  refresh(first: number, last: number): void {
    const waits = (one: Stretch) => this.ids.slice(Math.max(one.from, first), Math.min(one.from + one.size, last + 1)).some((id) => this.jobs.get(id)?.state === "queued");
    for (const one of this.#stretches) if (one.held && waits(one)) void this.#refill(one);
  }

  /** Takes a job as an answer told it. */
  put(job: Job): void {
    if (this.jobs.has(job.id)) this.jobs.set(job.id, newer(this.jobs.get(job.id), job));
  }

  drop(id: string): void {
    if (this.#placed.has(id)) this.gone.add(id);
    this.fresh.delete(id);
  }

  hear(news: FeedJob): void {
    const { event, job } = news;
    if (job && (this.loading || this.#loadingMore)) this.#meanwhile.set(job.id, job);
    if (!job) {
      this.drop(event.job);
    } else if (this.#placed.has(job.id)) {
      this.put(job);
    } else if (this.ready) {
      this.#announce(event.type, job);
    }
  }

  hearProgress(news: FeedProgress): void {
    for (const [id, progress] of Object.entries(news.jobs)) {
      const shown = this.jobs.get(id);
      if (shown) this.jobs.set(id, progressed(shown, progress));
    }
  }

  #announce(event: string, job: Job): void {
    if (!fits(this.filter, job)) {
      this.fresh.delete(job.id);
      return;
    }
    const entered = this.filter.state.length > 0 || this.filter.order === "-finished_at";
    const newest = this.filter.order === "-number" && job.number > this.#newest;
    if (!newest && !BEGINNING.has(event) && !(entered && ENTERING.has(event))) return;
    if (this.ids.length === 0 && !this.loading) void this.reload();
    else this.fresh.add(job.id);
  }

  #replace(jobs: readonly Job[]): void {
    const kept = new Map(jobs.map((job) => [job.id, newer(this.#known(job.id), job)]));
    for (const id of [...this.jobs.keys()]) if (!kept.has(id)) this.jobs.delete(id);
    for (const [id, job] of kept) if (this.jobs.get(id) !== job) this.jobs.set(id, job);
    for (const id of kept.keys()) this.fresh.delete(id);
    this.gone.clear();
    this.ids = jobs.map((job) => job.id);
    this.#placed = new Set(this.ids);
    this.#stretches = [{ cursor: null, limit: FIRST, from: 0, size: this.ids.length, held: true }];
    this.#newest = jobs.reduce((most, job) => Math.max(most, job.number), this.#newest);
    seen.note(jobs);
  }

  /** Reads the records of a stretch again. Those that moved elsewhere in the meantime are asked for one by one. */
  async #refill(stretch: Stretch): Promise<void> {
    stretch.held = true;
    const mine = this.ids.slice(stretch.from, stretch.from + stretch.size);
    const asking = this.#asking;
    try {
      const cursor = stretch.cursor === null ? {} : { cursor: stretch.cursor };
      const page = await calls.jobs({ ...asked(this.filter), limit: stretch.limit, ...cursor });
      if (this.#asking !== asking) return;
      for (const job of page.jobs) if (this.#placed.has(job.id)) this.#hold(job);
      await Promise.all(mine.filter((id) => !this.jobs.has(id) && !this.gone.has(id)).map((id) => this.#fetch(id)));
    } catch {
      // Out of reach: it counts as not held, so the next look tries again.
      stretch.held = false;
    }
  }

  async #fetch(id: string): Promise<void> {
    try {
      this.#hold(await calls.job(id));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      this.gone.add(id);
    }
  }

  #release(stretch: Stretch): void {
    stretch.held = false;
    for (const id of this.ids.slice(stretch.from, stretch.from + stretch.size)) this.jobs.delete(id);
  }

  #hold(job: Job): void {
    this.jobs.set(job.id, newer(this.#known(job.id), job));
  }

  #known(id: string): Job | undefined {
    const shown = this.jobs.get(id);
    const heard = this.#meanwhile.get(id);
    return heard ? newer(shown, heard) : shown;
  }

  #settle(): void {
    if (!this.loading && !this.#loadingMore) this.#meanwhile.clear();
  }
}

export const list = new JobList();
