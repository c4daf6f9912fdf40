// Does one thing with many jobs, chosen ones or all that a filter finds, counts on, and tells at the end how many it was.
import { calls } from "../api/calls";
import { Problem, sentence } from "../api/problem";
import type { BulkFilter, BulkIn, Job } from "../api/shapes";
import { clock } from "../page/clock.svelte";
import { count } from "../page/figures";
import { notices } from "../page/notice.svelte";
import { texts } from "../../texts";
import { fetchFile } from "./acting";
import { asked, type Filter } from "./filter";
import type { BulkVerb } from "./selection.svelte";

/** What the server does with many in one call. */
export type Verb = BulkIn["verb"];
export type Edits = NonNullable<BulkIn["edits"]>;

/** So many requests are under way at once where each job is asked for by itself. */
const ABREAST = 4;
/** The server takes so many ids at once. */
const IDS = 1_000;
const DAY = 86_400_000;
const LONGER = 30;

interface Outcome {
  done: number;
  refused: Map<string, number>;
}

class Bulk {
  /** How far the present one is; null while nothing is done. */
  going = $state.raw<{ verb: BulkVerb; done: number; of: number } | null>(null);

  /** How many of the jobs that the filter finds the verb would do something with. Throws a Problem. */
  async count(verb: Verb, filter: Filter): Promise<{ n: number; atLeast: boolean }> {
    const told = await calls.bulk({ verb, filter: meant(filter), dry_run: true });
    return { n: told.matched ?? 0, atLeast: !told.matched_exact };
  }

  /** Does it with all that the filter finds, and tells. */
  async all(verb: Verb, filter: Filter, of: number, edits: Edits | null = null): Promise<void> {
    await this.#going(verb, of, async (outcome) => this.#ask(verb, [meant(filter)], edits, outcome));
  }

  /** Does it with these jobs, and tells. `onchange` hears each job that was asked for by itself. */
  async run(verb: BulkVerb, jobs: readonly Job[], onchange: (job: Job) => void, edits: Edits | null = null): Promise<void> {
    if (verb === "download" || verb === "keep") {
      await this.#going(verb, jobs.length, (outcome) => this.#each(verb, jobs, onchange, outcome));
      return;
    }
    const ids = jobs.map((job) => job.id);
    const pieces = Array.from({ length: Math.ceil(ids.length / IDS) }, (_, at) => ({ ids: ids.slice(at * IDS, (at + 1) * IDS) }));
    const waited = verb === "cancel" ? jobs.filter((job) => job.state === "queued") : [];
    const back = waited.length > 0 ? () => void this.run("retry", waited, onchange) : undefined;
    await this.#going(verb, jobs.length, (outcome) => this.#ask(verb, pieces, edits, outcome), back);
  }

  async #going(verb: BulkVerb, of: number, doing: (outcome: Outcome) => Promise<void>, back?: () => void): Promise<void> {
    if (this.going || of === 0) return;
    this.going = { verb, done: 0, of };
    const outcome: Outcome = { done: 0, refused: new Map() };
    try {
      await doing(outcome);
    } catch (error) {
      notices.problem(sentence(error));
    }
    this.going = null;
    for (const [why, n] of [...outcome.refused].slice(0, 2)) notices.problem(texts.bulk.refused(n, why));
    if (outcome.done > 0) notices.fine(texts.bulk.done[verb](count(outcome.done)), back && { label: texts.act.backInLine, go: back });
  }

  async #ask(verb: Verb, filters: readonly BulkFilter[], edits: Edits | null, outcome: Outcome): Promise<void> {
    for (const filter of filters) {
      let cursor: string | null = null;
      do {
        const told: Awaited<ReturnType<typeof calls.bulk>> = await calls.bulk({ verb, filter, edits, cursor });
        outcome.done += told.done;
        for (const { reason, count } of told.refused) refuse(outcome, reason, count);
        cursor = told.next;
        this.#count(told.done);
      } while (cursor !== null);
    }
  }

  async #each(verb: "download" | "keep", jobs: readonly Job[], onchange: (job: Job) => void, outcome: Outcome): Promise<void> {
    const waiting = [...jobs];
    const work = async (): Promise<void> => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        try {
          onchange(await one(verb, job));
          outcome.done += 1;
        } catch (error) {
          refuse(outcome, sentence(error), 1);
          if (error instanceof Problem && error.offline) waiting.length = 0;
        }
        this.#count(1);
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
  }

  #count(done: number): void {
    if (this.going) this.going = { ...this.going, done: this.going.done + done };
  }
}

function refuse(outcome: Outcome, why: string, n: number): void {
  outcome.refused.set(why, (outcome.refused.get(why) ?? 0) + n);
}

async function one(verb: "download" | "keep", job: Job): Promise<Job> {
  if (verb === "keep") return calls.keep(job.id, new Date(clock.now + LONGER * DAY).toISOString(), job.kept);
  for (const file of await calls.results(job.id)) fetchFile(file.url, file.name);
  return job;
}

/** The filter as the server's bulk call takes it: the order of the list means nothing there. */
function meant(filter: Filter): BulkFilter {
  const { order: _, ...rest } = asked(filter);
  return rest as BulkFilter;
}

export const bulk = new Bulk();
