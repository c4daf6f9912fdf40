// Which rows are chosen for what is done with several at once: single ones, a stretch, or all that the filter finds.
import { SvelteSet } from "svelte/reactivity";
import type { Job } from "../api/shapes";
import { hasFiles } from "./acting";

/** What can be done with several jobs at once. */
export type BulkVerb = "cancel" | "retry" | "edit" | "download" | "keep" | "delete";
export const BULK: readonly BulkVerb[] = ["download", "cancel", "retry", "edit", "keep", "delete"];

export class Selection {
  readonly ids = new SvelteSet<string>();
  /** Whether all that the filter finds is meant, listed or not. */
  all = $state(false);
  /** Whether rows show their boxes though none is chosen yet, as on a phone, where nothing hovers. */
  begun = $state(false);
  #from: string | null = null;

  get going(): boolean {
    return this.begun || this.all || this.ids.size > 0;
  }

  has(id: string): boolean {
    return this.all || this.ids.has(id);
  }

  /** Chooses a row or lets it go; with `range` all rows from the one before up to it. */
  choose(id: string, chosen: boolean, range: boolean, order: readonly string[]): void {
    if (this.all) {
      // One row less than all is no longer all that the filter finds: what is listed stays chosen.
      this.all = false;
      for (const other of order) this.ids.add(other);
    }
    for (const one of range ? between(order, this.#from, id) : [id]) {
      if (chosen) this.ids.add(one);
      else this.ids.delete(one);
    }
    this.#from = id;
  }

  clear(): void {
    this.ids.clear();
    this.all = false;
    this.begun = false;
    this.#from = null;
  }
}

function between(order: readonly string[], one: string | null, other: string): readonly string[] {
  const from = one === null ? -1 : order.indexOf(one);
  const to = order.indexOf(other);
  return from < 0 || to < 0 ? [other] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** Whether the verb does something for this job. */
export function fitsVerb(job: Job, verb: BulkVerb): boolean {
  if (verb === "download") return job.state === "succeeded" && hasFiles(job);
  if (verb === "cancel") return job.may.includes("cancel") && !job.cancelling && (job.state === "queued" || job.state === "running");
  if (verb === "keep") return job.may.includes("keep") && hasFiles(job);
  return job.may.includes(verb);
}
