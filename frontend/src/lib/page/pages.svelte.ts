// A list that is read page by page by its cursor.
import { sentence } from "../api/problem";

export interface Page<T> {
  items: readonly T[];
  next: string | null;
  total: number;
}

export class Pages<T> {
  items = $state.raw<readonly T[]>([]);
  next = $state.raw<string | null>(null);
  total = $state(0);
  ready = $state(false);
  problem = $state("");
  /** Counts the readings from the beginning: what an earlier one still brings is of another question. */
  #turn = 0;
  #reading = false;

  constructor(private readonly ask: (cursor?: string) => Promise<Page<T>>) {}

  /** Reads from the beginning and shows it in place of what was there. */
  async read(): Promise<void> {
    this.#turn += 1;
    await this.#take(undefined);
  }

  /** Reads the next page, if there is one. */
  async more(): Promise<void> {
    if (this.next && !this.#reading) await this.#take(this.next);
  }

  async #take(cursor: string | undefined): Promise<void> {
    const turn = this.#turn;
    this.#reading = true;
    try {
      const page = await this.ask(cursor);
      if (turn !== this.#turn) return;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.next = page.next;
      this.total = page.total;
      this.problem = "";
      this.ready = true;
    } catch (error) {
      if (turn === this.#turn) this.problem = sentence(error);
    } finally {
      if (turn === this.#turn) this.#reading = false;
    }
  }
}
