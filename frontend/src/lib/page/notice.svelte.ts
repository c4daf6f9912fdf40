// Short words to the reader: what went wrong stays a while, what went well goes soon, and what can be undone says how.
export interface Notice {
  readonly id: number;
  text: string;
  tone: "problem" | "fine" | "bad-end";
  /** What one may do about it, as a button. */
  step?: { label: string; go: () => void } | undefined;
}

type Step = Notice["step"];

/** More than these cover the page; the oldest goes first. */
const MOST = 3;
const PROBLEM_LIFE = 12_000;
const FINE_LIFE = 3_500;
/** Whoever may want to press the button needs time to read. */
const STEP_LIFE = 9_000;

class Notices {
  shown = $state.raw<readonly Notice[]>([]);
  #next = 1;
  #timers = new Map<number, number>();

  /** Something did not work: loud. */
  problem(text: string): void {
    this.#show(text, "problem", undefined, PROBLEM_LIFE);
  }

  /** Something worked: quiet, with the way back where there is one. */
  fine(text: string, step?: Step): void {
    this.#show(text, "fine", step, step ? STEP_LIFE : FINE_LIFE);
  }

  /** Something that was waited for ended badly; nothing is wrong with the page. */
  badEnd(text: string, step?: Step): void {
    this.#show(text, "bad-end", step, PROBLEM_LIFE);
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((notice) => notice.id !== id);
  }

  /** Nothing goes away while somebody points at it. */
  hold(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  letGo(): void {
    for (const notice of this.shown) this.#end(notice.id, FINE_LIFE);
  }

  #show(text: string, tone: Notice["tone"], step: Step, life: number): void {
    const id = this.#next++;
    // The same words twice are one notice that lives on.
    for (const same of this.shown.filter((notice) => notice.text === text)) this.close(same.id);
    for (const old of this.shown.slice(0, Math.max(0, this.shown.length - MOST + 1))) this.close(old.id);
    this.shown = [...this.shown, { id, text, tone, step }];
    this.#end(id, life);
  }

  #end(id: number, life: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(id, window.setTimeout(() => this.close(id), life));
  }
}

export const notices = new Notices();
