// What was seen among the listed jobs: it fills the menus of the filters with what is worth choosing.
import { SvelteSet } from "svelte/reactivity";
import type { Job } from "../api/shapes";
import { format, resourceNumber } from "./badges";

/** A menu longer than this helps nobody. */
const MOST = 40;

class Seen {
  #owners = new SvelteSet<string>();
  #formats = new SvelteSet<string>();
  #workers = new SvelteSet<string>();
  #resources = new Map<string, string>();
  #turn = $state(0);
  owners = $derived([...this.#owners].sort());
  formats = $derived([...this.#formats].sort());
  workers = $derived([...this.#workers].sort());

  get resources(): (readonly [string, string])[] {
    void this.#turn;
    return [...this.#resources].sort(([, one], [, other]) => one.localeCompare(other));
  }

  note(jobs: readonly Job[]): void {
    for (const job of jobs) {
      add(this.#owners, job.owner);
      add(this.#formats, "format" in job.labels ? format(job) : "");
      add(this.#workers, job.worker ?? "");
      this.#resource(job);
    }
  }

  #resource(job: Job): void {
    if (!job.resource || this.#resources.size >= MOST) return;
    const key = `${job.resource.type}/${job.resource.id}`;
    const number = resourceNumber(job.resource);
    const name = job.resource.name || job.resource.id;
    const said = number && job.resource.name ? `${name} #${number}` : name;
    if (this.#resources.get(key) === said) return;
    this.#resources.set(key, said);
    this.#turn += 1;
  }
}

function add(to: SvelteSet<string>, value: string): void {
  if (value !== "" && to.size < MOST) to.add(value);
}

export const seen = new Seen();
