// What the screens see of the feed: whether it is live, since when it is not, and the news themselves.
import type { FeedJob, FeedProgress } from "../api/shapes";
import { clock } from "../page/clock.svelte";
import type { News } from "./hub";
import { link, type Link } from "./link";
import type { StreamState } from "./stream";

export interface Listener {
  job: (news: FeedJob) => void;
  progress: (news: FeedProgress) => void;
  /** Something was missed: read again what is shown. */
  resync: () => void;
}

/** A short break is not worth a word. */
const PATIENCE = 2_500;

class Live {
  state = $state<StreamState>("connecting");
  /** Whether it ever was live since we came: a short break later on is no beginning. */
  begun = $state(false);
  /** When we were last in touch, in the clock's time; null while all is well. */
  asOf = $state<number | null>(null);
  #listeners = new Set<Listener>();
  #link: Link | null = null;
  #user = "";
  #lost: () => void = () => undefined;
  #since: number | null = null;
  #timer = 0;

  /** Begins to listen behind the number `after`. `lost` is called when the server no longer knows us. */
  open(user: string, after: number, lost: () => void): void {
    this.#user = user;
    this.#lost = lost;
    if (!this.#link) {
      this.#link = link((news) => this.#hear(news));
      document.addEventListener("visibilitychange", () => this.#wake());
      addEventListener("online", () => this.#wake());
    }
    this.#link.ask({ ask: "open", user, after });
  }

  close(): void {
    this.#user = "";
    this.begun = false;
    this.#link?.ask({ ask: "close" });
    this.#well();
  }

  /** Hears the news until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wake(): void {
    if (document.visibilityState === "visible" && this.#user) this.#link?.ask({ ask: "wake" });
  }

  #hear(news: News): void {
    if (!this.#user) return;
    if (news.news === "state") this.#heard(news.state, news.user);
    else this.#pass(news.frame.event, news.frame.data);
  }

  #heard(state: StreamState, user: string): void {
    if (user !== this.#user) return;
    if (state === "refused") this.#lost();
    else if (state === "live") {
      this.begun = true;
      this.#well();
    }
    else if (state === "away") this.#ill();
    this.state = state;
  }

  #well(): void {
    clearTimeout(this.#timer);
    this.#since = null;
    this.asOf = null;
  }

  #ill(): void {
    if (this.#since !== null) return;
    this.#since = clock.now;
    this.#timer = window.setTimeout(() => (this.asOf = this.#since), PATIENCE);
  }

  #pass(event: string, data: string): void {
    this.tellAll(event, event === "job" || event === "progress" ? JSON.parse(data) : null);
  }

  /** Hands news to every listener. */
  tellAll(event: string, told: unknown): void {
    for (const listener of this.#listeners) {
      if (event === "job") listener.job(told as FeedJob);
      else if (event === "progress") listener.progress(told as FeedProgress);
      else if (event === "resync") listener.resync();
    }
  }
}

export const live = new Live();
