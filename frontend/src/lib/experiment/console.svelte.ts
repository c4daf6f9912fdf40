// Reads the console of an experiment as lines of a log: what is there, then what comes while its program reports.
import type { LogLine } from "../api/shapes";
import type { LogSource } from "../jobs/log.svelte";
import { live } from "../feed/live.svelte";
import { paced } from "../page/paced";
import { calls, type Piece } from "./calls";

const PAGE = 5_000;
const PAUSE = 1_000;
/** So many of the last pieces are asked for again: a second program may report a line of an earlier moment late. */
const OVERLAP = 200;
const ERRORS = /^(error|critical|fatal)$/i;

export class ConsoleReader implements LogSource {
  lines = $state.raw<readonly LogLine[]>([]);
  state = $state<"reading" | "following" | "complete" | "away">("reading");
  #pieces: readonly Piece[] = [];
  #stop = new AbortController();
  #soon = paced(() => this.#read(), PAUSE);
  #hush: () => void;

  constructor(
    readonly job: string,
    /** Whether nothing more will come. */
    private readonly over: () => boolean,
  ) {
    this.#hush = live.listen({
      job: ({ event }) => {
        if (event.job === job) this.#soon.ask();
      },
      progress: (news) => {
        if (news.reported.includes(job)) this.#soon.ask();
      },
      resync: this.#soon.ask,
    });
    this.#soon.ask();
  }

  close(): void {
    this.#stop.abort();
    this.#hush();
    this.#soon.stop();
  }

  async #read(): Promise<void> {
    try {
      const kept = this.#pieces.slice(0, Math.max(0, this.#pieces.length - OVERLAP));
      let cursor = kept.at(-1)?.cursor ?? null;
      let fresh: Piece[] = [];
      do {
        const page = await calls.console(this.job, { limit: PAGE, ...(cursor ? { cursor } : {}) }, this.#stop.signal);
        fresh = [...fresh, ...page.pieces];
        cursor = page.next;
      } while (cursor);
      const all = [...kept, ...fresh];
      if (all.length !== this.#pieces.length || all.at(-1)?.cursor !== this.#pieces.at(-1)?.cursor) this.lines = asLines(all);
      this.#pieces = all;
      this.state = this.over() ? "complete" : "following";
    } catch {
      if (!this.#stop.signal.aborted) this.state = "away";
    }
  }
}

/** Pieces as lines, numbered in their order; a piece may hold several, and half a line goes on in the next piece. */
export function asLines(pieces: readonly Piece[]): LogLine[] {
  return pieces
    .flatMap((piece) => {
      const stream = ERRORS.test(piece.level) ? ("err" as const) : ("out" as const);
      const text = piece.text.replace(/\r?\n$/, "");
      return text.split(/\r?\n/).map((line) => ({ at: piece.at, stream, text: line }));
    })
    .map((line, at) => ({ ...line, number: at + 1 }));
}
