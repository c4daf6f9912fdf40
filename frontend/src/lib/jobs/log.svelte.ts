// Reads the log of one attempt: what is there page by page, then line by line as it is written, while somebody looks.
import { calls } from "../api/calls";
import type { LogLine, LogPage } from "../api/shapes";
import { Stream } from "../feed/stream";

const PAGE = 2_000;
/** Lines that come one by one are shown together this often. */
const FLUSH = 100;

/** What a log is shown from. */
export interface LogSource {
  readonly lines: readonly LogLine[];
  readonly state: "reading" | "following" | "complete" | "away";
  close: () => void;
}

export class LogReader implements LogSource {
  lines = $state.raw<readonly LogLine[]>([]);
  state = $state<"reading" | "following" | "complete" | "away">("reading");
  #stop = new AbortController();
  #stream: Stream | null = null;
  #came: LogLine[] = [];
  #timer = 0;

  constructor(
    readonly job: string,
    readonly attempt: number,
  ) {
    document.addEventListener("visibilitychange", this.#seen);
    void this.#read();
  }

  close(): void {
    this.#stop.abort();
    this.#stream?.close();
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** A hidden tab holds no connection; a browser has only a few for one server. */
  #seen = (): void => {
    if (this.state === "complete") return;
    if (document.visibilityState === "hidden") this.#pause();
    else if (!this.#stream && this.state !== "reading") this.#follow();
  };

  async #read(): Promise<void> {
    try {
      let after: number | null = this.#last();
      let complete = false;
      while (after !== null) {
        const page: LogPage = await calls.log(this.job, this.attempt, after, PAGE, this.#stop.signal);
        this.lines = [...this.lines, ...page.lines];
        after = page.next;
        complete = page.complete;
      }
      if (complete) this.state = "complete";
      else this.#follow();
    } catch {
      if (this.#stop.signal.aborted) return;
      this.state = "away";
      this.#timer = window.setTimeout(() => void this.#read(), 3_000);
    }
  }

  #follow(): void {
    if (document.visibilityState === "hidden") {
      this.state = "following";
      return;
    }
    const address = (last: number | null) =>
      `/v1/jobs/${encodeURIComponent(this.job)}/log?attempt=${this.attempt}&after=${last ?? 0}&follow=true`;
    const stream = new Stream(
      {
        address,
        state: (state) => {
          if (stream !== this.#stream) return;
          if (state === "live") this.state = "following";
          else if (state === "away" || state === "refused") this.state = "away";
          else if (state === "ended") this.#finish();
        },
        frame: (frame) => {
          if (frame.event === "line") this.#take(JSON.parse(frame.data) as LogLine);
        },
        closing: (frame) => frame.event === "end",
      },
      this.#last(),
    );
    this.#stream = stream;
    void stream.run();
  }

  #pause(): void {
    this.#flush();
    this.#stream?.close();
    this.#stream = null;
  }

  #take(line: LogLine): void {
    this.#came.push(line);
    this.#timer ||= window.setTimeout(() => this.#flush(), FLUSH);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const last = this.#last();
    const came = this.#came.filter((line) => line.number > last);
    this.#came = [];
    if (came.length > 0) this.lines = [...this.lines, ...came];
  }

  #finish(): void {
    this.#flush();
    this.#stream = null;
    this.state = "complete";
  }

  #last(): number {
    return this.lines.at(-1)?.number ?? 0;
  }
}

const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** A line as it would stand on a terminal: without colour codes, and only the last of what a progress bar overwrote. */
export function printed(text: string): string {
  const plain = text.includes("\u001b") ? text.replace(ESCAPES, "") : text;
  const parts = plain.split("\r").filter((part) => part !== "");
  return parts.at(-1) ?? "";
}

/** Numbers of the lines in which the words stand, letters large or small. */
export function find(lines: readonly LogLine[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (wanted === "") return [];
  const found: number[] = [];
  lines.forEach((line, at) => {
    if (printed(line.text).toLowerCase().includes(wanted)) found.push(at);
  });
  return found;
}

/** Cuts a text around the words: every second part is one of them. */
export function parts(text: string, words: string): string[] {
  if (words === "") return [text];
  const cut: string[] = [];
  const lower = text.toLowerCase();
  const wanted = words.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    cut.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...cut, text.slice(from)];
}
