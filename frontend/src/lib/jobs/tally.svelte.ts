// How many jobs the filter finds in each state, whatever states it asks for itself: the figures on the chips.
import { calls } from "../api/calls";
import type { Counts, State } from "../api/shapes";
import { paced, type Paced } from "../page/paced";
import { anyState, asked, narrowed, STATES, toAddress, type Filter } from "./filter";

export interface Figure {
  n: number;
  /** Whether there may be more than counted. */
  atLeast: boolean;
}

export type Figures = Readonly<Record<State | "total", Figure>>;

/** Counting takes a question for each state, so it is not done more often than this. */
const PAUSE = 3_000;

export class Tally {
  #found = $state.raw<{ of: string; figures: Figures } | null>(null);
  #filter: Filter | null = null;
  #paced: Paced = paced(() => this.#count(), PAUSE);

  /** The figures for this filter as far as they are known: the house's own where it narrows nothing. */
  figures(filter: Filter, counts: Counts | null): Figures | null {
    const wide = anyState(filter);
    if (!narrowed(wide)) return counts === null ? null : (own(counts) as Figures);
    return this.#found?.of === toAddress(wide) ? this.#found.figures : null;
  }

  /** Counts for this filter, now and whenever `ask` is called. */
  choose(filter: Filter): void {
    const wide = anyState(filter);
    if (this.#filter && toAddress(this.#filter) === toAddress(wide)) return;
    this.#filter = wide;
    this.#paced.stop();
    this.ask();
  }

  ask(): void {
    if (this.#filter && narrowed(this.#filter)) this.#paced.ask();
  }

  stop(): void {
    this.#filter = null;
    this.#paced.stop();
  }

  async #count(): Promise<void> {
    const filter = this.#filter;
    if (!filter) return;
    try {
      const pages = await Promise.all(STATES.map((state) => calls.jobs({ ...asked(filter), state: [state], limit: 1 })));
      if (this.#filter !== filter) return;
      const each = pages.map((page): Figure => ({ n: page.total, atLeast: !page.total_exact }));
      const total = each.reduce((sum, one) => ({ n: sum.n + one.n, atLeast: sum.atLeast || one.atLeast }));
      const figures = Object.fromEntries([...STATES.map((state, at) => [state, each[at]]), ["total", total]]);
      this.#found = { of: toAddress(filter), figures: figures as Figures };
    } catch {
      // Without figures the chips still narrow.
    }
  }
}

const own = (counts: Counts): Partial<Figures> =>
  Object.fromEntries([...STATES, "total" as const].map((name) => [name, { n: counts[name], atLeast: false }]));

export const tally = new Tally();
