// The words of the list and of what one does with its rows.
import type { State } from "../lib/api/shapes";
import { count } from "../lib/page/figures";
import { plural } from "./plural";

const states: Record<State, string> = {
  draft: "Draft",
  queued: "Queued",
  running: "In progress",
  succeeded: "Finished",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const requests = {
  state: states,

  stopping: "Stopping",

  starting: "Starting",

  deleted: "Deleted",

  requests: {
    title: "Requests",
    search: "Search name, number, owner, error…",
    searchLabel: "Search requests",
    clear: "Clear the search",
    stateGroup: "State",
    all: "All",
    operation: "Operation",
    owner: "Owner",
    everyone: "everyone",
    mine: "me",
    queue: "Queue",
    project: "Project",
    anyKind: "All operations",
    anyQueue: "All queues",
    anyProject: "All projects",
    order: "Order",
    orders: {
      "-number": "Newest first",
      number: "Oldest first",
      "-priority": "As workers take them",
      "-finished_at": "Last ended first",
    } as Record<string, string>,
    remove: (what: string) => `Remove the filter ${what}`,
    reset: "Clear filters",
    fresh: (n: number) => `${count(n)} new`,
    showFresh: (n: number) => `Show ${plural(n, "new request", "new requests")}`,
    list: "Requests",
    more: "Loading more…",
    moreFailed: "The next rows could not be read.",
    shown: (n: number, total: number, exact: boolean) => `${count(n)} of ${count(total)}${exact ? "" : "+"}`,
    zone: (zone: string) => `Times in ${zone}`,
    emptyTitle: "No requests yet",
    empty: "Every background job shows up here, whichever way it came. Submit the first one:",
    noneTitle: "Nothing fits",
    none: "No request matches these filters.",
    unserved: (queues: string[]) =>
      queues.length === 1
        ? `Jobs wait in the queue “${queues[0]}”, which no worker serves.`
        : `Jobs wait in ${queues.length} queues that no worker serves: ${queues.map((name) => `“${name}”`).join(", ")}.`,
    unservedHow: "Show how to start one",
    failedTitle: "The requests could not be read",
  },

  row: {
    number: (n: number) => `#${n}`,
    share: (word: string, percent: number) => `${word} ${percent} %`,
    progress: (name: string) => `Progress of ${name}`,
    of: (done: string, total: string) => `${done} of ${total}`,
    done: (done: string) => `${done} done`,
    rate: (rate: string) => `${rate}/s`,
    left: (left: string) => `${left} left`,
    attempt: (n: number, tries: number) => `attempt ${n} of ${tries}`,
    tries: (n: number) => plural(n, "attempt", "attempts"),
    due: (left: string) => `due in ${left}`,
    retryIn: (left: string) => `next attempt in ${left}`,
    waiting: "Waiting for a free worker",
    paused: (queue: string) => `The queue “${queue}” is paused`,
    unserved: (queue: string) => `No worker serves the queue “${queue}”`,
    dueLater: "Not before its time",
    waitsForClient: "Waiting for its own client to start it",
    claimed: (worker: string) => `taken by ${worker}`,
    stopAsked: (who: string) => `${who} asked it to stop`,
    expires: (left: string) => `expires in ${left}`,
    expired: "results expired",
    cancelledBy: (who: string) => `by ${who}`,
    at: (percent: number) => `at ${percent} %`,
    ago: {
      draft: (ago: string) => `written ${ago}`,
      queued: (ago: string) => `queued ${ago}`,
      running: (ago: string) => `started ${ago}`,
      succeeded: (ago: string) => `finished ${ago}`,
      failed: (ago: string) => `failed ${ago}`,
      cancelled: (ago: string) => `cancelled ${ago}`,
    } satisfies Record<State, (ago: string) => string>,
    ran: (span: string) => `ran ${span}`,
    on: (worker: string) => `on ${worker}`,
    priority: (n: number) => `priority ${n}`,
    more: (name: string) => `More actions for ${name}`,
    onQueue: (queue: string) => `queue ${queue}`,
  },

  act: {
    cancel: "Cancel",
    retry: "Retry",
    again: "Run again",
    download: "Download",
    open: "Open",
    keep: "Keep longer…",
    remove: "Delete…",
    copyId: "Copy id",
    copyLink: "Copy link",
    byOwner: (owner: string) => `All of ${owner}`,
    byKind: (kind: string) => `All “${kind}”`,
    copied: "Copied",
    copy: "Copy",
    copyFailed: "This browser did not allow copying.",
    cancelled: (name: string) => `“${name}” is cancelled.`,
    stopping: (name: string) => `“${name}” is asked to stop.`,
    retried: (name: string) => `“${name}” is in line again.`,
    deleted: (name: string) => `“${name}” is deleted.`,
    kept: (name: string) => `“${name}” is kept.`,
    noFiles: "This request gave back no files.",
    dismiss: "Back",
  },

  remove: {
    title: "Delete this request?",
    text: (name: string, number: number) => `“${name}” (#${number}), its log, its history and its result files go for good.`,
    go: "Delete",
  },

  keep: {
    title: "Keep the results longer",
    text: "Result files are removed when their time is over; the record stays.",
    until: "Keep until",
    choices: { week: "7 days from now", month: "30 days from now", quarter: "90 days from now", ever: "Without end" },
    always: "Also never remove the record by age",
    go: "Keep",
  },
};
