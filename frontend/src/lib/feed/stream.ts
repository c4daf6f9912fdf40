// One lasting connection to a stream of the server: resumes where it was, waits longer after each failure, notices silence.
import { Frames, type Frame } from "./frames";

/** The server sends a sign of life every 15 s; after this long without one the connection counts as dead. */
const SILENCE = 40_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

export type StreamState = "connecting" | "live" | "away" | "refused" | "ended";

export interface StreamEnds {
  /** The address to ask, given the last number we have; null before the first. */
  address: (last: number | null) => string;
  frame: (frame: Frame) => void;
  state: (state: StreamState) => void;
  /** Tells whether this frame is the last of all: then nothing is asked again. */
  closing?: (frame: Frame) => boolean;
}

export class Stream {
  #last: number | null;
  #ends: StreamEnds;
  #stop = new AbortController();
  #wake: () => void = () => undefined;
  #wait = FIRST_WAIT;

  constructor(ends: StreamEnds, last: number | null = null) {
    this.#ends = ends;
    this.#last = last;
  }

  /** The number of the newest frame that was taken. */
  get last(): number | null {
    return this.#last;
  }

  /** Keeps the connection until `close`; resolves when it is over. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#ends.state("connecting");
      const end = await this.#connect().catch(() => "away" as const);
      if (this.#stop.signal.aborted) return;
      this.#ends.state(end);
      if (end !== "away") return;
      await this.#pause();
    }
  }

  /** Tries again now instead of after the wait. */
  wake(): void {
    this.#wait = FIRST_WAIT;
    this.#wake();
  }

  /** From here on numbers count from this one, whatever came before. */
  restart(last: number): void {
    this.#last = last;
  }

  close(): void {
    this.#stop.abort();
    this.#wake();
  }

  async #connect(): Promise<"away" | "refused" | "ended"> {
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, silence.signal]);
    let watch = setTimeout(() => silence.abort(), SILENCE);
    try {
      const headers = { Accept: "text/event-stream" };
      const answer = await fetch(this.#ends.address(this.#last), { headers, signal, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.status === 404) return "refused";
      if (!answer.ok || !answer.body) return "away";
      this.#ends.state("live");
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const frames = new Frames();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "away";
        clearTimeout(watch);
        watch = setTimeout(() => silence.abort(), SILENCE);
        this.#wait = FIRST_WAIT;
        for (const frame of frames.push(value)) if (this.#take(frame)) return "ended";
        this.#moveTo(frames.last);
      }
    } finally {
      clearTimeout(watch);
      silence.abort();
    }
  }

  #take(frame: Frame): boolean {
    if (this.#stop.signal.aborted) return true;
    this.#moveTo(frame.id);
    this.#ends.frame(frame);
    return this.#ends.closing?.(frame) ?? false;
  }

  #moveTo(number: number | null): void {
    if (number !== null) this.#last = number;
  }

  #pause(): Promise<void> {
    const wait = this.#wait * (0.7 + Math.random() * 0.6);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
    return new Promise((resume) => {
      const timer = setTimeout(resume, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }
}
