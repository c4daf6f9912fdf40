// The calls of the API about workflows. Fetched with their screens.
import { client, OURS, take } from "../api/client";
import { away, problemOf } from "../api/problem";
import type { components } from "../api/schema";
import type { Job } from "../api/shapes";

type Schemas = components["schemas"];
export type Workflow = Schemas["WorkflowOut"];
export type Whole = Schemas["WorkflowWhole"];
export type Look = Schemas["LookOut"];
export type Question = Schemas["QuestionOut"];
export type Run = Schemas["RunOut"];
export type Message = Schemas["MessageOut"];
export type Canvas = Schemas["CanvasOut"];
export type Preview = Schemas["PreviewOut"];

const of = (id: string) => ({ path: { workflow_id: id } });

/** Sends a file as it is. Throws a Problem. */
async function send<T>(place: string, said: Record<string, string>, file: File): Promise<T> {
  const query = new URLSearchParams(Object.entries({ ...said, file: file.name }).filter(([, value]) => value !== ""));
  const headers = { ...OURS, "Content-Type": "application/octet-stream" };
  const answer = await fetch(`${place}?${query}`, { method: "POST", headers, body: file }).catch(() => {
    throw away();
  });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer.status, body);
  return body as T;
}

export const calls = {
  workflows: (cursor?: string) => take(client.GET("/v1/workflows", { params: { query: cursor ? { cursor } : {} } })),
  workflow: (id: string) => take(client.GET("/v1/workflows/{workflow_id}", { params: of(id) })),
  handIn: (said: { name?: string; project?: string; comment?: string; workflow?: string }, file: File) => send<Whole>("/v1/uploads/workflows", { ...said }, file),
  bring: (file: File) => send<Schemas["FileKept"]>("/v1/uploads/workflow-files", {}, file),
  change: (id: string, body: Schemas["WorkflowChange"]) => take(client.PATCH("/v1/workflows/{workflow_id}", { params: of(id), body })),
  drop: (id: string) => take(client.DELETE("/v1/workflows/{workflow_id}", { params: of(id) })),
  run: (id: string, answers: Record<string, string>, files: Record<string, string>, queue: string) =>
    take(client.POST("/v1/workflows/{workflow_id}/run", { params: of(id), body: { answers, files, ...(queue ? { queue } : {}) } })) as Promise<Job>,
  told: (job: string) => take(client.GET("/v1/workflow-runs/{job_id}", { params: { path: { job_id: job } } })),
  preview: (job: string, name: string) => take(client.GET("/v1/workflow-runs/{job_id}/preview", { params: { path: { job_id: job }, query: { name } } })),
};

export const packagePath = (id: string, version: number): string => `/v1/workflows/${encodeURIComponent(id)}/package?version=${version}`;
