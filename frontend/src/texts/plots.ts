// The words of plots.
export const plots = {
  plot: {
    role: "plot",
    loading: "Drawing",
    tools: (title: string) => `How to show ${title}`,
    log: "Log",
    logHint: "Logarithmic axis",
    smooth: "Smooth",
    smoothHint: "How much of the values before counts",
    share: (weight: number) => `${Math.round(weight * 100)} %`,
    in: "Zoom in",
    out: "Zoom out",
    whole: "Reset",
    table: "Table",
    tableOf: (title: string) => `${title}, as a table`,
    some: (shown: string, all: string) => `${shown} of ${all} points, evenly spread`,
    along: { time: "Time", span: "Since the start", step: "Step" },
    unknown: "–",
    window: (from: string, to: string) => `${from} to ${to}`,
    hint: "Drag over it to zoom in.",
    keys: "Arrow keys walk along the lines, plus and minus zoom, 0 shows everything.",
  },

  metrics: {
    title: "Plots",
    compare: "Compare with…",
    comparing: (n: number) => `Compared with ${n}`,
    of: (name: string) => `Figures of ${name}`,
    none: "It told no figures.",
  },

  pace: {
    title: "Throughput",
    label: "Jobs that ended",
    by: "Lines by",
    lines: { queue: "Queue", worker: "Worker", outcome: "Outcome" },
    span: "How far back",
    spans: { hour: "1 hour", day: "1 day", week: "7 days" },
    per: { hour: "Jobs that ended, each minute", day: "Jobs that ended, each quarter of an hour", week: "Jobs that ended, each hour" },
    lacks: (from: string) => `Very many ended: before ${from} not all are counted.`,
    none: "Nothing ended in this time.",
    rest: "others",
  },

  passes: {
    title: "Its synchronizations",
    lead: "What each one found",
    lines: { listed: "listed", added: "added", changed: "changed", deleted: "deleted" },
    none: "It was not synchronized yet.",
    newest: (shown: string, all: string) => `the newest ${shown} of ${all}`,
  },
};
