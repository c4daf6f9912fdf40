// Leafs through what is kept of one metric and variant by iteration, newest first; only what is looked at is fetched.
import { sentence } from "../api/problem";

interface Leaf {
  iteration: number;
}

export class Leaves<T extends Leaf> {
  leaf = $state.raw<T | null>(null);
  problem = $state("");
  /** Whether the newest is shown, and so whatever comes next. */
  newest = $state(true);
  oldest = $state(false);
  /** The iterations that were looked at before this one. */
  #newer: (number | null)[] = [];
  #below: number | null = null;

  constructor(private readonly ask: (below: number | null) => Promise<readonly T[]>) {}

  /** Reads the newest again, where it is shown. */
  async refresh(): Promise<void> {
    if (this.newest) await this.#go(null);
  }

  async older(): Promise<void> {
    if (!this.leaf) return;
    this.#newer.push(this.#below);
    await this.#go(this.leaf.iteration);
  }

  async newer(): Promise<void> {
    await this.#go(this.#newer.pop() ?? null);
  }

  async first(): Promise<void> {
    this.#newer = [];
    await this.#go(null);
  }

  async #go(below: number | null): Promise<void> {
    try {
      const [leaf, next] = await this.ask(below);
      if (leaf) {
        this.leaf = leaf;
        this.#below = below;
        this.newest = below === null;
      }
      this.oldest = next === undefined;
      this.problem = "";
    } catch (error) {
      this.problem = sentence(error);
    }
  }
}
