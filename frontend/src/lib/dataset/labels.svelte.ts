// The labels of a dataset as they are drawn: their colours, how their skeletons hang together, and which are hidden.
import { SvelteSet } from "svelte/reactivity";
import type { Label } from "./calls";
import { bones, colour } from "./drawing";

export interface Drawn {
  name: string;
  colour: string;
  bones: readonly (readonly [number, number])[];
}

const STRANGE: Drawn = { name: "?", colour: colour(undefined), bones: [] };

export class Labels {
  all = $state.raw<readonly Label[]>([]);
  readonly hidden = new SvelteSet<number>();
  /** Whether anything is drawn at all. */
  shown = $state(true);
  #drawn: ReadonlyMap<number, Drawn> = $derived(
    new Map(this.all.map((label) => [label.number ?? 0, { name: label.name, colour: colour(label), bones: bones(label) }])),
  );

  of(number: number): Drawn {
    return this.#drawn.get(number) ?? STRANGE;
  }

  /** The colour of the label that is called so. */
  named(name: string): string {
    return colour(this.all.find((label) => label.name === name));
  }

  sees(number: number): boolean {
    return this.shown && !this.hidden.has(number);
  }

  toggle(number: number): void {
    if (!this.hidden.delete(number)) this.hidden.add(number);
  }

  toggleAll(): void {
    if (this.hidden.size > 0) this.hidden.clear();
    else for (const label of this.all) this.hidden.add(label.number ?? 0);
  }
}
