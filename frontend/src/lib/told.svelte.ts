// Who waits for an end is told of it: a dot for what ended unseen, words on the page, and, where wished, outside of it.
import { SvelteSet } from "svelte/reactivity";
import { calls } from "./api/calls";
import type { FeedJob, Job } from "./api/shapes";
import { live } from "./feed/live.svelte";
import { kept } from "./page/kept.svelte";
import { notices } from "./page/notice.svelte";
import { jobPath } from "./page/places";
import { route } from "./page/route.svelte";
import { texts } from "../texts";

const ENDS = new Set(["finished", "failed", "cancelled"]);
const SHOWN = 8;
const MOST_WATCHED = 200;

class Told {
  /** How many of the reader's jobs ended since they last looked. */
  unread = $state(0);
  /** The ones that ended last. */
  ended = $state.raw<readonly Job[]>([]);
  /** Jobs whose end the reader wants to be told, besides their own. */
  readonly watched = new SvelteSet<string>();
  /** Whether ends are also told outside of the page. */
  outside = kept<"no" | "yes">("jobyard-notify", "no", ["no", "yes"]);
  #me = "";
  #name: (job: Job) => string = (job) => job.name;

  constructor() {
    live.listen({ job: (news) => this.#hear(news), progress: () => undefined, resync: () => void this.#count() });
    addEventListener("storage", (event) => {
      if (event.key === this.#key("seen")) void this.#count();
    });
  }

  /** Begins for somebody who signed in; `name` says what people call a job. */
  open(user: string, name: (job: Job) => string): void {
    this.#me = user;
    this.#name = name;
    if (this.#read("seen") === "") this.#write("seen", new Date().toISOString());
    this.watched.clear();
    for (const id of this.#read("watched").split(" ")) if (id !== "") this.watched.add(id);
    void this.#count();
  }

  /** The reader looks at what ended. */
  async look(): Promise<void> {
    const page = await calls.jobs({ owner: [this.#me], order: "-finished_at", limit: SHOWN });
    this.ended = page.jobs;
    this.#write("seen", new Date().toISOString());
    this.unread = 0;
  }

  watch(id: string, on = true): void {
    if (on) this.watched.add(id);
    else this.watched.delete(id);
    this.#write("watched", [...this.watched].slice(-MOST_WATCHED).join(" "));
  }

  /** Whether this browser can tell outside of the page at all; most only do so on https and on this machine. */
  get able(): boolean {
    return typeof Notification === "function" && isSecureContext;
  }

  /** Asks the browser for its leave; tells whether it was given. */
  async askOutside(): Promise<boolean> {
    const given = this.able && (await Notification.requestPermission()) === "granted";
    this.outside.value = given ? "yes" : "no";
    return given;
  }

  async #count(): Promise<void> {
    const seen = this.#read("seen");
    if (!this.#me || seen === "") return;
    try {
      const page = await calls.jobs({ owner: [this.#me], finished_from: seen, order: "-finished_at", limit: 1 });
      this.unread = page.total;
    } catch {
      // The dot is no promise; the next news count on.
    }
  }

  #hear({ event, job }: FeedJob): void {
    if (!job || !ENDS.has(event.type) || job.finished_at === null) return;
    const watched = this.watched.has(job.id);
    if (job.owner === this.#me && event.actor !== this.#me) this.unread += 1;
    if (!watched) return;
    this.watch(job.id, false);
    const looking = document.visibilityState === "visible";
    if (!looking) this.#outside(job);
    if (!(looking && route.place.name === "job" && route.place.id === job.id)) this.#say(job);
  }

  #say(job: Job): void {
    const step = { label: texts.act.open, go: () => route.go(jobPath(job.id)) };
    if (job.state === "failed") notices.badEnd(this.#words(job), step);
    else notices.fine(this.#words(job), step);
  }

  #outside(job: Job): void {
    if (this.outside.value === "no" || !this.able || Notification.permission !== "granted") return;
    // One tag for all tabs of the browser: whichever comes last stands in place of the others.
    const shown = new Notification(this.#words(job), { tag: job.id, body: job.failure?.message ?? "" });
    shown.onclick = () => {
      focus();
      route.go(jobPath(job.id));
      shown.close();
    };
  }

  #words(job: Job): string {
    return texts.told.ended[job.state](this.#name(job));
  }

  #key(what: string): string {
    return `jobyard-${what}:${this.#me}`;
  }

  #read(what: string): string {
    try {
      return localStorage.getItem(this.#key(what)) ?? "";
    } catch {
      return "";
    }
  }

  #write(what: string, value: string): void {
    try {
      localStorage.setItem(this.#key(what), value);
    } catch {
      // A browser that keeps nothing forgets it with the page.
    }
  }
}

export const told = new Told();
