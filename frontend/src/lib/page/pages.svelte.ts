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
  #reading = false;

  constructor(private readonly ask: (cursor?: string) => Promise<Page<T>>) {}

  /** Reads from the beginning and shows it in place of what was there. */
  async read(): Promise<void> {
    await this.#take(undefined);
  }

  /** Reads the next page, if there is one. */
  async more(): Promise<void> {
    if (this.next) await this.#take(this.next);
  }

  async #take(cursor: string | undefined): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const page = await this.ask(cursor);
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.next = page.next;
      this.total = page.total;
      this.problem = "";
      this.ready = true;
    } catch (error) {
      this.problem = sentence(error);
    } finally {
      this.#reading = false;
    }
  }
}
