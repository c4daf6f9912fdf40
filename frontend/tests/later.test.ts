import { render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Dialog from "../src/components/Dialog.svelte";
import JobParts from "../src/components/JobParts.svelte";
import { calls } from "../src/lib/api/calls";
import { calls as looking } from "../src/lib/dataset/calls";
import { list } from "../src/lib/jobs/list.svelte";
import { notices } from "../src/lib/page/notice.svelte";
import { route } from "../src/lib/page/route.svelte";
import DatasetPage from "../src/pages/DatasetPage.svelte";
import JobPage from "../src/pages/JobPage.svelte";
import { texts } from "../src/texts";
import { job } from "./making";

// The files of these parts are not there any more, as after a newer server took the place of the one that gave the page.
const gone = vi.hoisted(() => () => {
  throw new TypeError("Failed to fetch dynamically imported module");
});
vi.mock("../src/components/workflow/RunParts.svelte", gone);
vi.mock("../src/components/DialogBody.svelte", gone);
vi.mock("../src/components/dataset/Statistics.svelte", gone);
vi.mock("../src/components/experiment/ExperimentParts.svelte", gone);

const flow = job({ kind: "workflow.run", state: "succeeded", finished_at: "2026-01-01T00:00:00Z" });

beforeEach(() => {
  vi.spyOn(location, "reload").mockReturnValue();
});

afterEach(() => {
  for (const { id } of notices.shown) notices.close(id);
  route.go("/");
});

async function pressAgain(): Promise<void> {
  await vi.waitFor(() => expect(document.body.textContent).toContain(texts.problem.lost));
  expect(screen.queryByRole("status")).toBeNull();
  screen.getByRole("button", { name: texts.problem.again }).click();
  expect(location.reload).toHaveBeenCalledOnce();
}

describe("a part that is fetched when it is needed", () => {
  it("shows that it is on its way, and offers to load anew where it cannot be fetched", async () => {
    render(JobParts, { job: flow, attempts: [], files: [] });
    expect(screen.getByRole("status", { name: texts.problem.fetching })).toBeTruthy();
    await pressAgain();
  });

  it("offers the same where it is a part of a dataset", async () => {
    const known = { id: "d1", number: 1, name: "Birds", purpose: "image_classification", source: "/s", owner: "tomas", samples: 0, size: 0, whole: true };
    vi.spyOn(calls, "dataset").mockResolvedValue(known as never);
    vi.spyOn(calls, "statistics").mockResolvedValue({ labels: [] } as never);
    vi.spyOn(looking, "assignments").mockResolvedValue([]);
    route.go("/datasets/d1?part=statistics");
    render(DatasetPage, { id: "d1" });
    await pressAgain();
  });

  it("offers the same where it is an experiment", async () => {
    const run = job({ kind: "experiment.run" });
    list.jobs.set(run.id, run);
    vi.spyOn(calls, "job").mockReturnValue(new Promise(() => undefined));
    render(JobPage, { id: run.id });
    await pressAgain();
  });
});

describe("a dialog that is fetched when it first opens", () => {
  it("says that it is on its way, and where it cannot be fetched offers to load anew and is closed", async () => {
    const onclose = vi.fn();
    render(Dialog, { open: true, title: "Sure?", onclose });
    expect(screen.getByRole("status").textContent).toContain(texts.problem.fetching);
    await vi.waitFor(() => expect(notices.shown.map((notice) => notice.text)).toEqual([texts.problem.lost]));
    expect(onclose).toHaveBeenCalledOnce();
    expect(screen.queryByRole("status")).toBeNull();
    notices.shown[0]?.step?.go();
    expect(location.reload).toHaveBeenCalledOnce();
  });
});
