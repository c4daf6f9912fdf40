// Holds the one connection to the feed and hands what comes to every tab that listens. Runs in a worker or in a leading tab.
import type { Frame } from "./frames";
import { Stream, type StreamState } from "./stream";

/** From a tab to the hub. */
export type Ask =
  | { ask: "open"; user: string; after: number }
  | { ask: "wake" }
  | { ask: "close" };

/** From the hub to the tabs. */
export type News = { news: "frame"; frame: Frame } | { news: "state"; state: StreamState; user: string };

export class Hub {
  #stream: Stream | null = null;
  #user = "";
  #state: StreamState = "connecting";

  constructor(private readonly tell: (news: News) => void) {}

  hear(ask: Ask): void {
    if (ask.ask === "open") this.#open(ask.user, ask.after);
    else if (ask.ask === "wake") this.#stream?.wake();
    else this.#leave();
  }

  #open(user: string, after: number): void {
    if (this.#stream && this.#user === user) {
      this.#say(this.#state);
      this.#stream.wake();
      return;
    }
    this.#close();
    this.#user = user;
    const stream = new Stream(
      {
        address: (last) => `/v1/feed?after=${last ?? after}`,
        state: (state) => this.#heard(stream, state),
        frame: (frame) => this.#frame(stream, frame),
      },
      after,
    );
    this.#stream = stream;
    void stream.run();
  }

  #heard(stream: Stream, state: StreamState): void {
    if (stream !== this.#stream) return;
    if (state === "refused" || state === "ended") this.#stream = null;
    this.#say(state);
  }

  #frame(stream: Stream, frame: Frame): void {
    if (stream !== this.#stream) return;
    if (frame.event === "resync") stream.restart(newest(frame.data) ?? stream.last ?? 0);
    this.tell({ news: "frame", frame });
  }

  #say(state: StreamState): void {
    this.#state = state;
    this.tell({ news: "state", state, user: this.#user });
  }

  /** Somebody signed out: what the other tabs show is no longer theirs to see. */
  #leave(): void {
    if (this.#stream) this.#say("refused");
    this.#close();
  }

  #close(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#user = "";
  }
}

function newest(data: string): number | null {
  const told: unknown = JSON.parse(data);
  const last = typeof told === "object" && told !== null ? (told as { last?: unknown }).last : null;
  return typeof last === "number" ? last : null;
}
