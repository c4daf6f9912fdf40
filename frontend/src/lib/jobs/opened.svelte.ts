// One job, opened: the record, its history, its attempts and its files, kept fresh by the feed.
import { calls } from "../api/calls";
import { Problem, away } from "../api/problem";
import type { Attempt, Event, FeedJob, FeedProgress, Job, ResultFile } from "../api/shapes";
import { live } from "../feed/live.svelte";
import { newer, progressed } from "./merge";

export class OpenedJob {
  job = $state.raw<Job | undefined>();
  events = $state.raw<readonly Event[]>([]);
  attempts = $state.raw<readonly Attempt[]>([]);
  files = $state.raw<readonly ResultFile[]>([]);
  problem = $state.raw<Problem | null>(null);
  deleted = $state(false);
  #hush: () => void;

  constructor(
    readonly id: string,
    known: Job | undefined,
  ) {
    this.job = known;
    this.#hush = live.listen({
      job: (news) => this.#hear(news),
      progress: (news) => this.#progress(news),
      resync: () => void this.read(),
    });
    void this.read();
  }

  close(): void {
    this.#hush();
  }

  async read(): Promise<void> {
    try {
      this.put(await calls.job(this.id));
      this.problem = null;
      await Promise.all([this.#readEvents(), this.#readParts()]);
    } catch (error) {
      this.problem = error instanceof Problem ? error : away();
    }
  }

  put(job: Job): void {
    this.job = newer(this.job, job);
  }

  #hear(news: FeedJob): void {
    if (news.event.job !== this.id) return;
    this.#add([news.event]);
    if (!news.job) {
      this.deleted = true;
      return;
    }
    this.put(news.job);
    void this.#readParts().catch(() => undefined);
  }

  #progress(news: FeedProgress): void {
    const progress = news.jobs[this.id];
    if (progress && this.job) this.job = progressed(this.job, progress);
  }

  async #readEvents(): Promise<void> {
    let after: number | null = this.events.at(-1)?.number ?? 0;
    while (after !== null) {
      const page = await calls.events(this.id, after);
      this.#add(page.events);
      after = page.next;
    }
  }

  async #readParts(): Promise<void> {
    const [attempts, files] = await Promise.all([calls.attempts(this.id), calls.results(this.id).catch(expired)]);
    this.attempts = attempts;
    this.files = files;
  }

  #add(events: readonly Event[]): void {
    const known = new Map(this.events.map((event) => [event.number, event]));
    for (const event of events) known.set(event.number, event);
    this.events = [...known.values()].sort((one, other) => one.number - other.number);
  }
}

/** Results that are over are no problem: there are just none. */
function expired(error: unknown): ResultFile[] {
  if (error instanceof Problem && !error.offline && error.status === 404) return [];
  throw error;
}
