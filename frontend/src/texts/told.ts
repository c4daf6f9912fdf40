// The words for telling of ends.
import type { State } from "../lib/api/shapes";
import { plural } from "./plural";

export const told = {
  told: {
    label: "What ended",
    unread: (n: number) => `What ended: ${plural(n, "request", "requests")} since you looked`,
    none: "None of your requests has ended yet.",
    all: "All of mine, last ended first",
    outside: "Tell me outside of this page too",
    outsideHint: "For requests you watch, while this page is not in sight.",
    refused: "This browser did not allow it. Its settings for this site can change that.",
    watch: "Tell me when it ends",
    watching: "You will be told when it ends",
    unwatch: "Do not tell me any more",
    ended: {
      draft: (name: string) => `“${name}” was written.`,
      queued: (name: string) => `“${name}” is in line.`,
      running: (name: string) => `“${name}” runs.`,
      succeeded: (name: string) => `“${name}” is finished.`,
      failed: (name: string) => `“${name}” failed.`,
      cancelled: (name: string) => `“${name}” is cancelled.`,
    } satisfies Record<State, (name: string) => string>,
  },
};
