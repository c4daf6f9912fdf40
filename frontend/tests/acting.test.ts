import { afterEach, describe, expect, it, vi } from "vitest";
import { calls } from "../src/lib/api/calls";
import { Problem } from "../src/lib/api/problem";
import { acting, nextStep, ownAddress } from "../src/lib/jobs/acting";
import { notices } from "../src/lib/page/notice.svelte";
import { job, running } from "./making";

afterEach(() => notices.shown.forEach((notice) => notices.close(notice.id)));

describe("the next step", () => {
  it.each([
    ["cancel what waits", job({ may: ["cancel"] }), "cancel"],
    ["cancel what runs", running(), "cancel"],
    ["open what is stopping", running({ cancelling: true }), "open"],
    ["open what one may not cancel", job({ may: [] }), "open"],
    ["retry what failed", job({ state: "failed", may: ["retry"] }), "retry"],
    ["run again what was cancelled", job({ state: "cancelled", may: ["retry"] }), "again"],
    ["take the files away", job({ state: "succeeded", results_until: "2027-01-01T00:00:00Z", may: ["retry"] }), "download"],
    ["open what gave no files", job({ state: "succeeded", may: ["retry"] }), "open"],
    ["open what has expired", job({ state: "succeeded", results_until: null, results_expired: true }), "open"],
    ["open a draft", job({ state: "draft", may: ["release", "delete"] }), "open"],
  ] as const)("is to %s", (_, of, step) => {
    expect(nextStep(of)).toBe(step);
  });
});

describe("doing it", () => {
  it("returns the job as it is then and says so", async () => {
    const after = running({ cancelling: true });
    vi.spyOn(calls, "cancel").mockResolvedValue(after);
    expect(await acting.cancel(running(), "Export")).toBe(after);
    expect(notices.shown).toMatchObject([{ text: "“Export” is asked to stop.", tone: "fine", step: undefined }]);
  });

  it("offers the way back for what was cancelled before it ran", async () => {
    const back = vi.spyOn(calls, "retry").mockResolvedValue(job());
    vi.spyOn(calls, "cancel").mockResolvedValue(job({ state: "cancelled", may: ["retry"] }));
    const mine = job({ may: ["cancel"] });
    await acting.cancel(mine, "Export");
    expect(notices.shown[0]?.step?.label).toBe("Put back in line");
    notices.shown[0]?.step?.go();
    expect(back).toHaveBeenCalledWith(mine.id);
  });

  it("gives a waiting job back what was changed", async () => {
    const edit = vi.spyOn(calls, "edit").mockResolvedValue(job());
    const mine = job({ queue: "slow", priority: 3, name: "Export" });
    await acting.edit(mine, "Export", { queue: "fast", due_at: null });
    notices.shown[0]?.step?.go();
    expect(edit).toHaveBeenLastCalledWith(mine.id, { queue: "slow", due_at: null });
  });

  it("tells a refusal in the server's words", async () => {
    vi.spyOn(calls, "retry").mockRejectedValue(new Problem(409, "wrong_state", "A job that is running cannot be asked to retry."));
    expect(await acting.retry(running(), "Export")).toBeNull();
    expect(notices.shown).toMatchObject([{ text: "A job that is running cannot be asked to retry.", tone: "problem" }]);
  });
});

describe("the address of a result", () => {
  it("is taken only from our own server", () => {
    expect(ownAddress("/v1/jobs/1/results/a.zip")).toBe(`${location.origin}/v1/jobs/1/results/a.zip`);
    expect(ownAddress("javascript:alert(1)")).toBeNull();
    expect(ownAddress("https://elsewhere.example/a.zip")).toBeNull();
    expect(ownAddress("//elsewhere.example/a.zip")).toBeNull();
  });
});
