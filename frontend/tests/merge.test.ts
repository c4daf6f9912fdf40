import { describe, expect, it } from "vitest";
import { newer, progressed } from "../src/lib/jobs/merge";
import { job, progress, running } from "./making";

describe("a job on the page", () => {
  const shown = running({ revision: 5, progress: progress(10, 100, "2026-11-22T12:00:05Z") });

  it("is what came when nothing was shown", () => {
    expect(newer(undefined, shown)).toBe(shown);
  });

  it("never goes backwards", () => {
    expect(newer(shown, { ...shown, revision: 4, state: "queued" })).toBe(shown);
  });

  it("takes what is newer", () => {
    const came = { ...shown, revision: 6, state: "succeeded" as const };
    expect(newer(shown, came).state).toBe("succeeded");
  });

  it("keeps progress that was told in between", () => {
    const came = { ...shown, revision: 6, progress: progress(3, 100, "2026-11-22T12:00:01Z") };
    expect(newer(shown, came).progress?.done).toBe(10);
  });

  it("forgets the progress of an earlier attempt", () => {
    const came = { ...shown, revision: 9, attempt: 2, progress: null };
    expect(newer(shown, came).progress).toBeNull();
  });

  it("takes later progress and leaves earlier", () => {
    expect(progressed(shown, progress(20, 100, "2026-11-22T12:00:06Z")).progress?.done).toBe(20);
    expect(progressed(shown, progress(1, 100, "2026-11-22T12:00:01Z"))).toBe(shown);
  });

  it("has no progress of news that come after its end", () => {
    const over = job({ state: "cancelled" });
    expect(progressed(over, progress(1, 2))).toBe(over);
  });
});
