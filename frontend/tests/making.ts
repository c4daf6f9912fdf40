// Makes jobs for tests: a plain one with whatever the test says.
import type { Job, Progress } from "../src/lib/api/shapes";

let made = 0;

export function job(say: Partial<Job> = {}): Job {
  made += 1;
  return {
    id: `${made}`.padStart(32, "0"),
    number: made,
    kind: "dataset.sync",
    name: "",
    state: "queued",
    revision: 1,
    owner: "maria",
    project: null,
    queue: "default",
    priority: 0,
    labels: {},
    parent: null,
    face: "native",
    external: false,
    resource: null,
    parameters: {},
    attempt: 0,
    tries: 1,
    failures: 0,
    time_limit: null,
    memory_limit: null,
    created_at: "2026-11-22T12:00:00Z",
    queued_at: "2026-11-22T12:00:00Z",
    due_at: null,
    started_at: null,
    begun_at: null,
    finished_at: null,
    worker: null,
    cancelling: false,
    cancel_asked_at: null,
    cancel_asked_by: null,
    progress: null,
    result: null,
    failure: null,
    results_until: null,
    results_expired: false,
    kept: false,
    after: [],
    on_failure: "cancel",
    waits: 0,
    unique: null,
    schedule: null,
    origin: null,
    waiting: null,
    may: [],
    ...say,
  };
}

export function running(say: Partial<Job> = {}): Job {
  return job({
    state: "running",
    attempt: 1,
    worker: "yard-1",
    started_at: "2026-11-22T12:00:00Z",
    begun_at: "2026-11-22T12:00:00Z",
    may: ["cancel"],
    ...say,
  });
}

export function progress(done: number, total: number | null, at = "2026-11-22T12:00:10Z", text = ""): Progress {
  return { done, total, share: total ? done / total : null, text, at };
}

/** 22 November 2026, 12:00:10 in UTC. */
export const NOW = Date.parse("2026-11-22T12:00:10Z");
