// The calls of the API about experiments. Fetched with their parts of the page.
import { client, take } from "../api/client";
import type { components, paths } from "../api/schema";
import type { Job } from "../api/shapes";

type Schemas = components["schemas"];
export type Experiment = Schemas["ExperimentOut"];
export type Artifact = Schemas["ArtifactOut"];
export type Model = Schemas["ModelOut"];
export type Parameter = Schemas["ParameterOut"];
export type SeriesList = Schemas["SeriesList"];
export type Series = Schemas["SeriesOut"];
export type Curve = Schemas["CurveOut"];
export type Plot = Schemas["PlotOut"];
export type Picture = Schemas["ImageOut"];
export type Piece = Schemas["PieceOut"];
export type ConsolePage = Schemas["ConsolePage"];
export type ShownQuery = NonNullable<paths["/v1/experiments/{job_id}/plots"]["get"]["parameters"]["query"]>;

const of = (id: string) => ({ path: { job_id: id } });

export const calls = {
  experiment: (id: string) => take(client.GET("/v1/experiments/{job_id}", { params: of(id) })),
  series: (id: string) => take(client.GET("/v1/experiments/{job_id}/series", { params: of(id) })),
  curves: (ids: readonly string[], metric: string, samples: number) =>
    take(client.GET("/v1/experiments/curves", { params: { query: { job: [...ids], metric: [metric], samples } } })),
  plots: (id: string, query: ShownQuery) => take(client.GET("/v1/experiments/{job_id}/plots", { params: { ...of(id), query } })),
  images: (id: string, query: ShownQuery) => take(client.GET("/v1/experiments/{job_id}/images", { params: { ...of(id), query } })),
  console: (id: string, query: { cursor?: string; back?: boolean; limit: number }, signal: AbortSignal) =>
    take(client.GET("/v1/experiments/{job_id}/console", { params: { ...of(id), query }, signal })),
  reset: (id: string) => take(client.POST("/v1/experiments/{job_id}/reset", { params: of(id) })) as Promise<Job>,
  clone: (id: string, name: string) => take(client.POST("/v1/experiments/{job_id}/clone", { params: of(id), body: { name } })) as Promise<Job>,
  enqueue: (id: string, queue: string) => take(client.POST("/v1/experiments/{job_id}/enqueue", { params: of(id), body: { queue } })) as Promise<Job>,
  archive: (id: string, archived: boolean) =>
    take(client.POST("/v1/experiments/{job_id}/archive", { params: of(id), body: { archived } })) as Promise<Job>,
};
