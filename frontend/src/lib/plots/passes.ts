// What each synchronization of a dataset found, as lines over time.
import type { Job, Sync } from "../api/shapes";
import { millis } from "../page/time";
import type { Line } from "./lines";
import type { Metric } from "./metrics";

export const FOUND = ["added", "changed", "deleted"] as const;
export type Found = (typeof FOUND)[number];

/** One line for each sort of finding, over the moments when synchronizations ended well. */
export function passLines(jobs: readonly Job[], name: (found: Found) => string): Line[] {
  const passes = jobs
    .filter((job) => job.finished_at !== null && job.state === "succeeded" && typeof job.result === "object" && job.result !== null)
    .map((job) => ({ at: millis(job.finished_at ?? ""), result: job.result as Record<string, unknown> }))
    .sort((one, other) => one.at - other.at);
  return FOUND.map((found) => ({
    name: name(found),
    xs: passes.map((pass) => pass.at),
    ys: passes.map(({ result }) => (typeof result[found] === "number" ? result[found] : null)),
  }));
}

const COUNTED = ["listed", ...FOUND] as const;

/** How the counts of one synchronization grew since it began. */
export function passMetrics(sync: Sync, name: (figure: (typeof COUNTED)[number]) => string): Metric[] {
  const begin = millis(sync.started_at);
  const xs = sync.series.map((point) => Math.max(0, millis(point.at) - begin));
  const started = (xs[0] ?? 0) > 0;
  return COUNTED.map((figure) => {
    const ys = sync.series.map((point) => point[figure]);
    return { name: name(figure), xs: started ? [0, ...xs] : xs, ys: started ? [0, ...ys] : ys };
  });
}
