// The calls of the API by the names of what they do.
import { client, take } from "./client";
import type { paths } from "./schema";
import type {
  AgainIn,
  BulkIn,
  DatasetIn,
  EditIn,
  Job,
  KeyIn,
  Limit,
  LimitIn,
  LogPage,
  Rule,
  RuleIn,
  ScheduleChange,
  ScheduleIn,
  Times,
  User,
  WebhookChange,
  WebhookIn,
} from "./shapes";

export type SampleQuery = NonNullable<paths["/v1/datasets/{dataset_id}/samples"]["get"]["parameters"]["query"]>;
export type JobQuery = NonNullable<paths["/v1/jobs"]["get"]["parameters"]["query"]>;

/** A key that makes one submission out of one press, however often it is sent. */
const fresh = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

const of = (id: string) => ({ path: { job_id: id } });

const rule = (about: Rule["subject"], name: string) => ({ path: { about, name } });

export const calls = {
  session: () => take(client.GET("/v1/session")),
  signIn: (user: string, password: string) => take(client.POST("/v1/session", { body: { user, password } })),
  signOut: () => take(client.DELETE("/v1/session")),

  jobs: (query: JobQuery, signal?: AbortSignal) => take(client.GET("/v1/jobs", { params: { query }, signal: signal ?? null })),
  counts: () => take(client.GET("/v1/counts")),
  job: (id: string) => take(client.GET("/v1/jobs/{job_id}", { params: of(id) })),
  submit: (kind: string, parameters: Record<string, unknown>): Promise<Job> =>
    take(client.POST("/v1/jobs", { body: { kind, parameters: parameters as Record<string, never> }, headers: { "Idempotency-Key": fresh() } })),
  /** A new job like this one with changes; this one stays as it is. */
  again: (id: string, body: AgainIn): Promise<Job> =>
    take(client.POST("/v1/jobs/{job_id}/again", { params: { ...of(id), header: { "Idempotency-Key": fresh() } }, body })) as Promise<Job>,
  edit: (id: string, body: EditIn) => take(client.PATCH("/v1/jobs/{job_id}", { params: of(id), body })),
  bulk: (body: BulkIn) => take(client.POST("/v1/jobs/bulk", { body })),
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
  pauseQueue: (queue: string) => take(client.POST("/v1/queues/{queue}/pause", { params: { path: { queue } } })),
  resumeQueue: (queue: string) => take(client.POST("/v1/queues/{queue}/resume", { params: { path: { queue } } })),
  drainWorker: (worker: string) => take(client.POST("/v1/workers/{worker}/drain", { params: { path: { worker } } })),
  resumeWorker: (worker: string) => take(client.POST("/v1/workers/{worker}/resume", { params: { path: { worker } } })),
  workers: () => take(client.GET("/v1/workers")),
  throughput: (span: "hour" | "day" | "week") => take(client.GET("/v1/throughput", { params: { query: { span } } })),
  projects: () => take(client.GET("/v1/projects")),

  datasets: (cursor?: string) => take(client.GET("/v1/datasets", { params: { query: cursor ? { cursor } : {} } })),
  dataset: (id: string) => take(client.GET("/v1/datasets/{dataset_id}", { params: { path: { dataset_id: id } } })),
  makeDataset: (body: DatasetIn) => take(client.POST("/v1/datasets", { body })),
  samples: (id: string, query: SampleQuery) =>
    take(client.GET("/v1/datasets/{dataset_id}/samples", { params: { path: { dataset_id: id }, query: { limit: 200, ...query } } })),
  statistics: (id: string) => take(client.GET("/v1/datasets/{dataset_id}/statistics", { params: { path: { dataset_id: id } } })),
  sync: (dataset: string, job: string) =>
    take(client.GET("/v1/datasets/{dataset_id}/syncs/{job_id}", { params: { path: { dataset_id: dataset, job_id: job } } })),

  keys: () => take(client.GET("/v1/keys")),
  makeKey: (body: KeyIn) => take(client.POST("/v1/keys", { body })),
  credentials: (user: string | null, newPassword: boolean) =>
    take(client.POST("/v1/credentials", { body: { user, new_password: newPassword } })),

  schedules: (cursor?: string) => take(client.GET("/v1/schedules", { params: { query: cursor ? { cursor } : {} } })),
  addSchedule: (body: ScheduleIn) => take(client.POST("/v1/schedules", { body })),
  previewSchedule: (body: Times) => take(client.POST("/v1/schedules/preview", { body })),
  changeSchedule: (id: string, body: ScheduleChange) =>
    take(client.PATCH("/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } }, body })),
  dropSchedule: (id: string) => take(client.DELETE("/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } } })),
  pauseSchedule: (id: string) => take(client.POST("/v1/schedules/{schedule_id}/pause", { params: { path: { schedule_id: id } } })),
  resumeSchedule: (id: string) => take(client.POST("/v1/schedules/{schedule_id}/resume", { params: { path: { schedule_id: id } } })),
  runSchedule: (id: string) => take(client.POST("/v1/schedules/{schedule_id}/run", { params: { path: { schedule_id: id } } })) as Promise<Job>,

  webhooks: () => take(client.GET("/v1/webhooks")),
  addWebhook: (body: WebhookIn) => take(client.POST("/v1/webhooks", { body })),
  changeWebhook: (id: string, body: WebhookChange) =>
    take(client.PATCH("/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } }, body })),
  dropWebhook: (id: string) => take(client.DELETE("/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } } })),
  renewWebhook: (id: string) => take(client.POST("/v1/webhooks/{webhook_id}/secret", { params: { path: { webhook_id: id } } })),
  testWebhook: (id: string) => take(client.POST("/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id: id } } })),
  deliveries: (id: string, cursor?: string) =>
    take(
      client.GET("/v1/webhooks/{webhook_id}/deliveries", {
        params: { path: { webhook_id: id }, query: { limit: 20, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  redeliver: (id: string, event: number) =>
    take(
      client.POST("/v1/webhooks/{webhook_id}/deliveries/{event}/redeliver", {
        params: { path: { webhook_id: id, event: String(event) } },
      }),
    ),

  doctor: () => take(client.GET("/v1/keep/doctor")),
  retention: () => take(client.GET("/v1/retention")),
  setRule: (subject: Rule["subject"], name: string, body: RuleIn) => take(client.PUT("/v1/retention/{about}/{name}", { params: rule(subject, name), body })),
  countRule: (subject: Rule["subject"], name: string, body: RuleIn) =>
    take(client.POST("/v1/retention/{about}/{name}/count", { params: rule(subject, name), body })),
  dropRule: (subject: Rule["subject"], name: string) => take(client.DELETE("/v1/retention/{about}/{name}", { params: rule(subject, name) })),
  audit: (cursor?: string) => take(client.GET("/v1/audit", { params: { query: { limit: 30, ...(cursor ? { cursor } : {}) } } })),

  limits: () => take(client.GET("/v1/limits")),
  myLimits: () => take(client.GET("/v1/limits/mine")),
  putLimit: (subject: Limit["subject"], name: string, { queued, running, stored }: LimitIn) =>
    take(client.PUT("/v1/limits/{subject}/{name}", { params: { path: { subject, name } }, body: { queued, running, stored } })),
  dropLimit: (subject: Limit["subject"], name: string) => take(client.DELETE("/v1/limits/{subject}/{name}", { params: { path: { subject, name } } })),

  users: () => take(client.GET("/v1/users")),
  addUser: (name: string, role: User["role"]) => take(client.POST("/v1/users", { body: { name, role } })),
  changeUser: (user: string, body: { role?: User["role"]; disabled?: boolean }) =>
    take(client.PATCH("/v1/users/{user}", { params: { path: { user } }, body })),
  setPassword: (user: string, password: string | null) =>
    take(client.POST("/v1/users/{user}/password", { params: { path: { user } }, body: { password } })),

  dropKey: (id: string) => take(client.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: id } } })),
};
