// Short names for the shapes of the API; the shapes themselves are generated from the server's OpenAPI document.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Job = Schemas["JobOut"];
export type JobPage = Schemas["JobPage"];
export type State = Job["state"];
export type Progress = Schemas["ProgressOut"];
export type Failure = Schemas["FailureOut"];
export type Event = Schemas["EventOut"];
export type Attempt = Schemas["AttemptOut"];
export type LogLine = Schemas["LogLineOut"];
export type LogPage = Schemas["LogPage"];
export type ResultFile = Schemas["ResultOut"];
export type Counts = Schemas["CountsOut"];
export type Kind = Schemas["KindOut"];
export type Queue = Schemas["QueueOut"];
export type Worker = Schemas["WorkerOut"];
export type Project = Schemas["ProjectOut"];
export type Dataset = Schemas["DatasetOut"];
export type DatasetIn = Schemas["DatasetIn"];
export type DatasetPage = Schemas["DatasetPage"];
export type Sample = Schemas["SampleOut"];
export type SamplePage = Schemas["SamplePage"];
export type Key = Schemas["KeyOut"];
export type KeyIn = Schemas["KeyIn"];
export type KeyMade = Schemas["KeyMade"];
export type Session = Schemas["SessionOut"];
export type FeedJob = Schemas["FeedJob"];
export type FeedProgress = Schemas["FeedProgress"];
export type FeedResync = Schemas["FeedResync"];
