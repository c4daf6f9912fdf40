// Curves of experiments as lines of plots. Everything here is pure.
import type { Along, Line } from "../plots/lines";
import type { Curve } from "./calls";

/** What curves are drawn along: iterations, the time since the experiment's first value, or the time of day. */
export const ALONG: readonly Along[] = ["step", "span", "time"];

export interface Names {
  /** What people call the jobs, by id. */
  jobs: ReadonlyMap<string, string>;
  line: (variant: string, job: string) => string;
}

/** The lines of one metric: a line a variant, and where several jobs are compared a line a variant of each. */
export function linesOf(curves: readonly Curve[], along: Along, names: Names): Line[] {
  const several = names.jobs.size > 1;
  const begun = new Map<string, number>();
  for (const { job, times } of curves) begun.set(job, Math.min(begun.get(job) ?? Infinity, times[0] ?? Infinity));
  return curves.map((curve) => {
    const { xs, ys } = rising(places(curve, along, begun.get(curve.job) ?? 0), curve.values);
    const job = names.jobs.get(curve.job) ?? curve.job;
    return { name: several ? names.line(curve.variant, job) : curve.variant || curve.metric, xs, ys };
  });
}

function places(curve: Curve, along: Along, begun: number): number[] {
  if (along === "step") return curve.iterations.map(Math.round);
  return curve.times.map((at) => Math.round((along === "span" ? at - begun : at) * 1000));
}

/** Places in their order, each once: of two values at one place the later counts. Time may run backwards in reports. */
function rising(xs: readonly number[], ys: readonly (number | null)[]): { xs: number[]; ys: (number | null)[] } {
  const at = new Map(xs.map((x, n) => [x, ys[n] ?? null]));
  const sorted = [...at.keys()].sort((one, other) => one - other);
  return { xs: sorted, ys: sorted.map((x) => at.get(x) ?? null) };
}
