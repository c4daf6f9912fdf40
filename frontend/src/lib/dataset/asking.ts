// What is asked of a dataset, and with which parameters. Everything but the sending is pure.
import { calls as main } from "../api/calls";
import type { Job } from "../api/shapes";
import { drop, send } from "./calls";

export type Asked = "import" | "export" | "backup" | "quality" | "merge" | "report";
/** What is made at once, without a request. */
export type Made = "truth" | "replicas";

export const KINDS: Readonly<Record<Asked, string>> = {
  import: "dataset.import",
  export: "dataset.export",
  backup: "backup.export",
  quality: "quality.calculate",
  merge: "consensus.merge",
  report: "events.report",
};

/** What a dialog was filled in with. */
export interface Wish {
  format: string;
  append: boolean;
  polygons: boolean;
  pictures: boolean;
  lightweight: boolean;
  /** Whether the dataset's own rules count and those below do not. */
  own: boolean;
  target: "accuracy" | "precision" | "recall";
  threshold: number;
  overlap: number;
  quorum: number;
  agreement: number;
  user: string;
  since: string;
  until: string;
}

export const FIRST: Readonly<Wish> = {
  format: "",
  append: false,
  polygons: false,
  pictures: false,
  lightweight: false,
  own: true,
  target: "accuracy",
  threshold: 0.7,
  overlap: 0.4,
  quorum: 0.5,
  agreement: 0,
  user: "",
  since: "",
  until: "",
};

/** The parameters of the job that is wished for. */
export function parameters(what: Asked, dataset: string, wish: Wish, micros: (day: string, end: boolean) => number): Record<string, unknown> {
  switch (what) {
    case "import":
      return { dataset, format: wish.format, mode: wish.append ? "append" : "replace", masks_to_polygons: wish.polygons };
    case "export":
      return { dataset, format: wish.format, pictures: wish.pictures };
    case "backup":
      return { dataset, lightweight: wish.lightweight };
    case "quality":
      return {
        dataset,
        ...(wish.own ? {} : { rules: { target_metric: wish.target, target_metric_threshold: wish.threshold, iou_threshold: wish.overlap } }),
      };
    case "merge":
      return {
        dataset,
        ...(wish.own ? {} : { rules: { quorum: wish.quorum, iou_threshold: wish.overlap, agreement_score_threshold: wish.agreement } }),
      };
    case "report":
      return {
        dataset,
        ...(wish.user.trim() ? { user: wish.user.trim() } : {}),
        ...(wish.since ? { since: micros(wish.since, false) } : {}),
        ...(wish.until ? { until: micros(wish.until, true) } : {}),
      };
  }
}

/** Submits it; a file is sent in first, and forgotten where the work on it is refused. */
export async function submit(what: Asked, dataset: string, said: Record<string, unknown>, file: File | null, heard: (share: number) => void): Promise<Job> {
  if (what !== "import" || !file) return main.submit(KINDS[what], said);
  const upload = await send(dataset, file, heard);
  try {
    return await main.submit(KINDS[what], { ...said, upload });
  } catch (error) {
    await drop(upload);
    throw error;
  }
}
