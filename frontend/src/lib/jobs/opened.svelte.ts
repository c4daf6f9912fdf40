// One job, opened: the record, its history, its attempts and its files, kept fresh by the feed.
import { calls } from "../api/calls";
import { Problem, away } from "../api/problem";
import type { Attempt, Event, FeedJob, FeedProgress, Job, ResultFile } from "../api/shapes";
import { live } from "../feed/live.svelte";
import { newer, progressed } from "./merge";

/** Why it waits is asked again this often. */
const LOOK_AGAIN = 5_000;
/** More relations than these are led to by the list. */
const MOST = 20;

export interface Relations {
  /** What it waits for. */
  after: readonly Job[];
  /** What waits for it, or waited. */
  dependents: readonly Job[];
  /** What it submitted. */
  children: readonly Job[];
  /** What ran it again. */
  later: readonly Job[];
  origin: Job | null;
  parent: Job | null;
  /** How many there are of those that the list leads to. */
  totals: Readonly<Record<"dependents" | "children" | "later", number>>;
}

const NONE: Relations = {
  after: [],
  dependents: [],
  children: [],
  later: [],
  origin: null,
  parent: null,
  totals: { dependents: 0, children: 0, later: 0 },
};

export class OpenedJob {
  job = $state.raw<Job | undefined>();
  events = $state.raw<readonly Event[]>([]);
  attempts = $state.raw<readonly Attempt[]>([]);
  files = $state.raw<readonly ResultFile[]>([]);
  problem = $state.raw<Problem | null>(null);
  deleted = $state(false);
  /** Whether everything was read once. */
  ready = $state(false);
  /** Jobs that have to do with this one, by what they are to it. */
  relations = $state.raw<Relations>(NONE);
  #hush: () => void;
  #timer: number;

  constructor(
    readonly id: string,
    known: Job | undefined,
    listed: Iterable<Job> = [],
  ) {
    this.job = known;
    for (const one of listed) this.#relate(one);
    this.#hush = live.listen({
      job: (news) => this.#hear(news),
      progress: (news) => this.#progress(news),
      resync: () => void this.read(),
    });
    this.#timer = window.setInterval(() => {
      if (this.job?.state === "queued" && document.visibilityState === "visible") void this.#look();
    }, LOOK_AGAIN);
    void this.read();
  }

  close(): void {
    this.#hush();
    clearInterval(this.#timer);
  }

  async read(): Promise<void> {
    try {
      this.put(await calls.job(this.id));
      this.problem = null;
      await Promise.all([this.#readEvents(), this.#readParts(), this.#readRelations()]);
      this.ready = true;
    } catch (error) {
      this.problem = error instanceof Problem ? error : away();
    }
  }

  put(job: Job): void {
    this.job = newer(this.job, job);
  }

  #hear(news: FeedJob): void {
    if (news.job) this.#relate(news.job);
    if (news.event.job !== this.id) return;
    this.#add([news.event]);
    if (!news.job) {
      this.deleted = true;
      return;
    }
    this.put(news.job);
    void this.#readParts().catch(() => undefined);
  }

  /** Takes what has to do with this one: news of it, or a fresh picture of what is shown already. */
  #relate(job: Job): void {
    const put = (jobs: readonly Job[], is: boolean): readonly Job[] =>
      jobs.some((one) => one.id === job.id) ? jobs.map((one) => (one.id === job.id ? newer(one, job) : one)) : is ? [...jobs, job] : jobs;
    const now = this.relations;
    if (!this.#concerns(job)) return;
    this.relations = {
      ...now,
      after: put(now.after, false),
      children: put(now.children, job.parent === this.id),
      dependents: put(now.dependents, job.after.includes(this.id)),
      later: put(now.later, job.origin === this.id),
    };
  }

  #concerns(job: Job): boolean {
    const { after, dependents, children, later } = this.relations;
    return (
      job.parent === this.id ||
      job.origin === this.id ||
      job.after.includes(this.id) ||
      [after, dependents, children, later].some((jobs) => jobs.some((one) => one.id === job.id))
    );
  }

  #progress(news: FeedProgress): void {
    const progress = news.jobs[this.id];
    if (progress && this.job) this.job = progressed(this.job, progress);
  }

  /** Places in line change without news. */
  async #look(): Promise<void> {
    try {
      this.put(await calls.job(this.id));
    } catch {
      // The feed says when the server is away; the next look tries again.
    }
  }

  async #readRelations(): Promise<void> {
    const job = this.job;
    if (!job) return;
    const one = (id: string | null) => (id === null ? null : calls.job(id).catch(() => null));
    const [after, origin, parent, children, later, dependents] = await Promise.all([
      Promise.all(job.after.slice(0, MOST).map(one)),
      one(job.origin),
      one(job.parent),
      calls.jobs({ parent: job.id, limit: MOST }),
      calls.jobs({ origin: job.id, limit: MOST }),
      calls.jobs({ after: job.id, limit: MOST }),
    ]);
    this.relations = {
      after: after.filter((found) => found !== null),
      origin,
      parent,
      children: children.jobs,
      later: later.jobs,
      dependents: dependents.jobs,
      totals: { children: children.total, later: later.total, dependents: dependents.total },
    };
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
