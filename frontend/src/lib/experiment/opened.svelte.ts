// One experiment, opened: what is known of it and what it reported, kept fresh while its program reports.
import { Problem, away } from "../api/problem";
import { live } from "../feed/live.svelte";
import { paced } from "../page/paced";
import { calls, type Experiment, type Series, type SeriesList } from "./calls";

/** Reports are read again at most this often, however many come. */
const PAUSE = 1_500;

export class OpenedExperiment {
  about = $state.raw<Experiment | null>(null);
  names = $state.raw<SeriesList | null>(null);
  problem = $state.raw<Problem | null>(null);
  #soon = paced(() => this.read(), PAUSE);
  #hush: () => void;

  constructor(readonly id: string) {
    this.#hush = live.listen({
      job: ({ event }) => {
        if (event.job === id) this.#soon.ask();
      },
      progress: (news) => {
        if (news.reported.includes(id)) this.#soon.ask();
      },
      resync: this.#soon.ask,
    });
    this.#soon.ask();
  }

  close(): void {
    this.#hush();
    this.#soon.stop();
  }

  async read(): Promise<void> {
    try {
      [this.about, this.names] = await Promise.all([calls.experiment(this.id), calls.series(this.id)]);
      this.problem = null;
    } catch (error) {
      this.problem = error instanceof Problem ? error : away();
    }
  }
}

/** What is read of an experiment that is shown beside another one. */
export interface Beside {
  id: string;
  number: number;
  name: string;
  about: Experiment;
  names: SeriesList;
}

export async function beside({ id, number }: { id: string; number: number }, name: string): Promise<Beside> {
  const [about, names] = await Promise.all([calls.experiment(id), calls.series(id)]);
  return { id, number, name, about, names };
}

/** Series of one sort by metric, in the order they come. */
export function byMetric(series: readonly Series[], ...sorts: readonly Series["sort"][]): [string, Series[]][] {
  const found = new Map<string, Series[]>();
  for (const one of series) if (sorts.includes(one.sort)) found.set(one.metric, [...(found.get(one.metric) ?? []), one]);
  return [...found];
}

/** How metrics begin that a program's watch of its machine reports. */
export const ofMachine = (metric: string): boolean => metric.startsWith(":monitor:");

/** What people call a metric. */
export const metricName = (metric: string): string => metric.replace(/^:monitor:/, "");
