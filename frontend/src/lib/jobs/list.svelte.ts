// The list of requests as it is shown: rows stay where they are while one reads, news are counted and come when asked for.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { calls } from "../api/calls";
import { Problem, away } from "../api/problem";
import type { FeedJob, FeedProgress, Job } from "../api/shapes";
import { asked, fits, fromAddress, toAddress, type Filter } from "./filter";
import { newer, progressed } from "./merge";

const PAGE = 50;
/** Events after which a job may begin to fit a filter by state. */
const ENTERING = new Set(
  "submitted released withdrawn claimed started finished failed backed_off given_back cancelled retried".split(" "),
);
/** Events with which a job comes up for the first time. */
const BEGINNING = new Set(["submitted", "released"]);

export class JobList {
  ids = $state.raw<readonly string[]>([]);
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
  #newest = 0;
  #asking: AbortController | null = null;
  #loadingMore = false;
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
      const page = await calls.jobs({ ...asked(this.filter), limit: PAGE }, asking.signal);
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
    try {
      const page = await calls.jobs({ ...asked(this.filter), limit: PAGE, cursor });
      if (this.#asking !== asking) return;
      const added = page.jobs.filter((job) => !this.jobs.has(job.id));
      for (const job of page.jobs) this.jobs.set(job.id, newer(this.#known(job.id), job));
      for (const job of added) this.fresh.delete(job.id);
      this.ids = [...this.ids, ...added.map((job) => job.id)];
      this.more = page.next;
    } catch (error) {
      if (this.#asking === asking) this.moreProblem = error instanceof Problem ? error : away();
    } finally {
      this.#loadingMore = false;
      this.#settle();
    }
  }

  /** Takes a job as an answer told it. */
  put(job: Job): void {
    if (this.jobs.has(job.id)) this.jobs.set(job.id, newer(this.jobs.get(job.id), job));
  }

  drop(id: string): void {
    if (this.jobs.has(id)) this.gone.add(id);
    this.fresh.delete(id);
  }

  hear(news: FeedJob): void {
    const { event, job } = news;
    if (job && (this.loading || this.#loadingMore)) this.#meanwhile.set(job.id, job);
    if (!job) {
      this.drop(event.job);
    } else if (this.jobs.has(job.id)) {
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
    this.#newest = jobs.reduce((most, job) => Math.max(most, job.number), this.#newest);
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
