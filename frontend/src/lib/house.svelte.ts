// What the whole page knows of the house: who is signed in, how many jobs there are, which kinds and queues exist.
import { calls } from "./api/calls";
import { onSessionLost } from "./api/client";
import { Problem } from "./api/problem";
import type { Counts, Job, Kind, Project, Queue, Session } from "./api/shapes";
import { live } from "./feed/live.svelte";
import { list } from "./jobs/list.svelte";
import type { Around } from "./jobs/saying";
import { views } from "./jobs/views.svelte";
import { told } from "./told.svelte";
import { texts } from "../texts";

/** The counts are read again at most this often, however much happens. */
const COUNTS_PAUSE = 1_500;

type Door = "looking" | "out" | "over" | "in" | "away";

class House {
  /** Whether we are signed in; `over` means we were until just now. */
  door = $state<Door>("looking");
  session = $state.raw<Session | null>(null);
  counts = $state.raw<Counts | null>(null);
  kinds = $state.raw<readonly Kind[]>([]);
  queues = $state.raw<readonly Queue[]>([]);
  projects = $state.raw<readonly Project[]>([]);
  /** What the rows need to know of the queues. */
  around: Around = $derived({
    unserved: this.counts?.waiting_unserved ?? [],
    paused: this.queues.filter((queue) => queue.paused).map((queue) => queue.name),
  });
  /** Whether the reader may submit at all: viewers and read-only sessions may not. */
  submits = $derived(this.session !== null && this.session.scope === "full" && this.session.user.role !== "viewer");
  administers = $derived(this.session?.scope === "full" && this.session.user.role === "administrator");
  /** Whether the reader runs the queues: pauses them, drains workers, sets limits. */
  operates = $derived(this.session?.scope === "full" && ["operator", "administrator"].includes(this.session.user.role));
  #titles = $derived(new Map(this.kinds.map((kind) => [kind.name, kind.title])));
  #timer = 0;

  constructor() {
    onSessionLost(() => this.#lost());
    live.listen({
      job: (news) => {
        list.hear(news);
        this.#recount();
      },
      progress: (news) => list.hearProgress(news),
      resync: () => {
        void list.reload();
        this.#recount();
      },
    });
  }

  /** Finds out who we are and begins. */
  async enter(): Promise<void> {
    try {
      this.#begin(await calls.session());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.door = this.door === "over" ? "over" : "out";
      else this.door = "away";
    }
  }

  /** Signs in with a password. Throws a Problem. */
  async signIn(user: string, password: string): Promise<void> {
    this.#begin(await calls.signIn(user, password));
  }

  async signOut(): Promise<void> {
    await calls.signOut();
    live.close();
    this.session = null;
    this.door = "out";
  }

  /** What people call this kind of work. */
  title(kind: string): string {
    return this.#titles.get(kind) ?? texts.kinds[kind] ?? kind;
  }

  /** What people call this job. */
  name(job: Job): string {
    return job.name || this.title(job.kind);
  }

  async readQueues(): Promise<void> {
    this.queues = await calls.queues();
  }

  #begin(session: Session): void {
    this.session = session;
    this.door = "in";
    live.open(session.user.name, session.last_event, () => this.#lost());
    views.open(session.user.name);
    told.open(session.user.name, (job) => this.name(job));
    void list.reload();
    this.#recount();
    // The words for kinds, queues and projects only make the page richer; without them it still works.
    void calls.kinds().then((kinds) => (this.kinds = kinds), () => undefined);
    void calls.projects().then((projects) => (this.projects = projects), () => undefined);
    void this.readQueues().catch(() => undefined);
  }

  #lost(): void {
    if (this.door !== "in") return;
    live.close();
    this.session = null;
    this.door = "over";
  }

  #recount(): void {
    if (this.#timer || this.door !== "in") return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      if (this.door !== "in") return;
      calls.counts().then((counts) => (this.counts = counts), () => undefined);
    }, this.counts === null ? 0 : COUNTS_PAUSE);
  }
}

export const house = new House();
