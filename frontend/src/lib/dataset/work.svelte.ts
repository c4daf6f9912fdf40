// The jobs of one kind that worked on a dataset, and which of them the reader looks at. Follows what happens.
import { sentence } from "../api/problem";
import type { Job } from "../api/shapes";
import { again } from "../feed/again";
import { calls } from "./calls";

export class Work {
  jobs = $state.raw<readonly Job[]>([]);
  ready = $state(false);
  problem = $state("");
  /** What the reader asked for; the newest that went well where they asked for none. */
  wanted = $state("");
  done: readonly Job[] = $derived(this.jobs.filter((job) => job.state === "succeeded"));
  shown: string = $derived(this.wanted || (this.done[0]?.id ?? ""));
  /** The newest one that is not over yet. */
  ahead: Job | null = $derived(this.jobs.find((job) => job.state === "queued" || job.state === "running") ?? null);
  #close: () => void;

  constructor(
    private readonly dataset: string,
    private readonly kind: string,
    wanted = "",
  ) {
    this.wanted = wanted;
    void this.read();
    this.#close = again(() => this.read(), (job) => job.kind === kind && job.resource?.id === dataset);
  }

  close(): void {
    this.#close();
  }

  async read(): Promise<void> {
    try {
      this.jobs = await calls.work(this.dataset, this.kind);
      this.problem = "";
      this.ready = true;
    } catch (error) {
      this.problem = sentence(error);
    }
  }
}
