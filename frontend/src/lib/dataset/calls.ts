// The calls of the API about what people see of a dataset. Fetched with its screen.
import { OURS, client, take } from "../api/client";
import { away, problemOf } from "../api/problem";
import type { components, paths } from "../api/schema";
import type { Job } from "../api/shapes";
import { calls as main } from "../api/calls";

type Schemas = components["schemas"];
export type Picture = Schemas["PictureOut"];
export type Shape = Schemas["SampleShape"];
export type Tag = Schemas["SampleTag"];
export type Label = Schemas["LabelSpec"];
export type Looks = Schemas["LooksOut"];
export type Assignment = Schemas["AssignmentOut"];
export type Quality = Schemas["QualityOut"];
export type Confusion = Schemas["ConfusionOut"];
export type Conflict = Schemas["ConflictOut"];
export type Consensus = Schemas["ConsensusOut"];
export type Dissent = Schemas["DissentOut"];
export type Formats = Schemas["FormatsOut"];
export type PictureQuery = NonNullable<paths["/v1/datasets/{dataset_id}/pictures"]["get"]["parameters"]["query"]>;
export type ConflictQuery = NonNullable<paths["/v1/datasets/{dataset_id}/quality/{job_id}/conflicts"]["get"]["parameters"]["query"]>;

/** Bytes of one piece of a file that is sent in. */
const PIECE = 4 * 1024 * 1024;
const SHOWN = 50;

const of = (id: string) => ({ path: { dataset_id: id } });
const about = (id: string, job: string) => ({ path: { dataset_id: id, job_id: job } });

export const calls = {
  pictures: (id: string, query: PictureQuery) => take(client.GET("/v1/datasets/{dataset_id}/pictures", { params: { ...of(id), query } })),
  picture: (id: string, frame: number, layer: number) =>
    take(
      client.GET("/v1/datasets/{dataset_id}/pictures/{frame}", { params: { path: { dataset_id: id, frame: String(frame) }, query: { layer } } }),
    ),
  looks: (id: string) => take(client.GET("/v1/datasets/{dataset_id}/statistics/pictures", { params: of(id) })),
  assignments: (id: string) => take(client.GET("/v1/datasets/{dataset_id}/assignments", { params: of(id) })),
  /** Draws the pictures of a ground truth at random. */
  truth: (id: string, body: Schemas["TruthIn"]) => take(client.POST("/v1/datasets/{dataset_id}/ground-truth", { params: of(id), body })),
  divide: (id: string, body: Schemas["DivisionIn"]) => take(client.POST("/v1/datasets/{dataset_id}/division", { params: of(id), body })),
  quality: (id: string, job: string) => take(client.GET("/v1/datasets/{dataset_id}/quality/{job_id}", { params: about(id, job) })),
  conflicts: (id: string, job: string, query: ConflictQuery) =>
    take(client.GET("/v1/datasets/{dataset_id}/quality/{job_id}/conflicts", { params: { ...about(id, job), query } })),
  consensus: (id: string, job: string) => take(client.GET("/v1/datasets/{dataset_id}/consensus/{job_id}", { params: about(id, job) })),
  dissents: (id: string, job: string, cursor?: string) =>
    take(
      client.GET("/v1/datasets/{dataset_id}/consensus/{job_id}/dissents", {
        params: { ...about(id, job), query: { limit: SHOWN, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  formats: () => take(client.GET("/v1/formats")),
  /** The jobs of a kind that worked on a dataset, the newest first. */
  work: async (id: string, kind: string): Promise<readonly Job[]> =>
    (await main.jobs({ kind: [kind], resource_type: "dataset", resource_id: id, limit: SHOWN })).jobs,
};

export const thumbnail = (id: string, picture: Picture): string => address(id, picture, "thumbnail");
export const pictureFile = (id: string, picture: Picture): string => address(id, picture, "file");

const address = (id: string, picture: Picture, what: string): string =>
  `/v1/datasets/${encodeURIComponent(id)}/pictures/${picture.frame}/${what}`;

/** Sends a file in, a piece at a time, and tells what jobs call it. What came is forgotten when a piece is refused. */
export async function send(dataset: string, file: File, heard: (share: number) => void): Promise<string> {
  const { upload } = await take(
    client.POST("/v1/uploads", { body: { purpose: "annotations", name: file.name, length: file.size, dataset } }),
  );
  const place = `/v1/uploads/${upload}`;
  try {
    for (let offset = 0; offset < file.size; offset += PIECE) {
      heard(offset / file.size);
      await piece(`${place}?offset=${offset}`, file.slice(offset, offset + PIECE));
    }
  } catch (error) {
    await drop(upload);
    throw error;
  }
  return upload;
}

/** Forgets a file that nobody will work on. */
export async function drop(upload: string): Promise<void> {
  await fetch(`/v1/uploads/${upload}`, { method: "DELETE", headers: OURS }).catch(() => undefined);
}

async function piece(place: string, body: Blob): Promise<void> {
  const headers = { ...OURS, "Content-Type": "application/octet-stream" };
  const answer = await fetch(place, { method: "PATCH", headers, body }).catch(() => {
    throw away();
  });
  if (!answer.ok) throw problemOf(answer.status, await answer.json().catch(() => null));
}
