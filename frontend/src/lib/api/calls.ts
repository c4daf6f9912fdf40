// The calls of the API by the names of what they do.
import { client, take } from "./client";
import type { paths } from "./schema";
import type { DatasetIn, Job, KeyIn, LogPage } from "./shapes";

export type JobQuery = NonNullable<paths["/v1/jobs"]["get"]["parameters"]["query"]>;

/** A key that makes one submission out of one press, however often it is sent. */
const fresh = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

const of = (id: string) => ({ path: { job_id: id } });

export const calls = {
  session: () => take(client.GET("/v1/session")),
  signIn: (user: string, password: string) => take(client.POST("/v1/session", { body: { user, password } })),
  signOut: () => take(client.DELETE("/v1/session")),

  jobs: (query: JobQuery, signal?: AbortSignal) => take(client.GET("/v1/jobs", { params: { query }, signal: signal ?? null })),
  counts: () => take(client.GET("/v1/counts")),
  job: (id: string) => take(client.GET("/v1/jobs/{job_id}", { params: of(id) })),
  submit: (kind: string, parameters: Record<string, unknown>): Promise<Job> =>
    take(client.POST("/v1/jobs", { body: { kind, parameters: parameters as Record<string, never> }, headers: { "Idempotency-Key": fresh() } })),
  cancel: (id: string) => take(client.POST("/v1/jobs/{job_id}/cancel", { params: of(id) })),
  retry: (id: string) => take(client.POST("/v1/jobs/{job_id}/retry", { params: of(id) })),
  keep: (id: string, until: string | null, always: boolean) =>
    take(client.POST("/v1/jobs/{job_id}/keep", { params: of(id), body: { until, always } })),
  remove: (id: string) => take(client.DELETE("/v1/jobs/{job_id}", { params: of(id) })),
  events: (id: string, after: number) =>
    take(client.GET("/v1/jobs/{job_id}/events", { params: { ...of(id), query: { after } } })),
  attempts: (id: string) => take(client.GET("/v1/jobs/{job_id}/attempts", { params: of(id) })),
  results: (id: string) => take(client.GET("/v1/jobs/{job_id}/results", { params: of(id) })),
  /** A page of the log. The same address also answers with a stream when it is asked to follow, hence two types. */
  log: (id: string, attempt: number, after: number, limit: number, signal: AbortSignal) =>
    take(client.GET("/v1/jobs/{job_id}/log", { params: { ...of(id), query: { attempt, after, limit } }, signal })) as Promise<LogPage>,

  kinds: () => take(client.GET("/v1/kinds")),
  queues: () => take(client.GET("/v1/queues")),
  workers: () => take(client.GET("/v1/workers")),
  projects: () => take(client.GET("/v1/projects")),

  datasets: (cursor?: string) => take(client.GET("/v1/datasets", { params: { query: cursor ? { cursor } : {} } })),
  dataset: (id: string) => take(client.GET("/v1/datasets/{dataset_id}", { params: { path: { dataset_id: id } } })),
  makeDataset: (body: DatasetIn) => take(client.POST("/v1/datasets", { body })),
  samples: (id: string, cursor?: string) =>
    take(
      client.GET("/v1/datasets/{dataset_id}/samples", {
        params: { path: { dataset_id: id }, query: { limit: 200, ...(cursor ? { cursor } : {}) } },
      }),
    ),

  keys: () => take(client.GET("/v1/keys")),
  makeKey: (body: KeyIn) => take(client.POST("/v1/keys", { body })),
  dropKey: (id: string) => take(client.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: id } } })),
};
