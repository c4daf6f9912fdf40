import { render, screen } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { calls } from "../src/lib/api/calls";
import { calls as looking } from "../src/lib/dataset/calls";
import DatasetPage from "../src/pages/DatasetPage.svelte";
import Datasets from "../src/pages/Datasets.svelte";

const part = { id: "d1", number: 4, name: "portraits", source: "", owner: "anna", project: null, purpose: "object_detection", samples: 16, size: 9, whole: false };

describe("a dataset of which the reader has a part only", () => {
  it("says so in the list, and is not offered to be synchronized", async () => {
    vi.spyOn(calls, "datasets").mockResolvedValue({ datasets: [part], next: null, total: 1 } as never);
    render(Datasets);
    expect(await screen.findByText("A part is assigned to you")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Synchronize" })).toBeNull();
  });

  it("opens with what is theirs, and is asked for nothing that would be refused", async () => {
    const statistics = vi.spyOn(calls, "statistics");
    vi.spyOn(calls, "dataset").mockResolvedValue(part as never);
    const mine = { number: 7, kind: "annotation", first: 3, last: 9, frames: 7, stage: "annotation", state: "new", assignee: "ben" };
    vi.spyOn(looking, "assignments").mockResolvedValue([mine] as never);
    render(DatasetPage, { id: "d1" });
    expect((await screen.findByText("Assignment 7", {}, { timeout: 20_000 })).closest("tr")?.textContent).toContain("4 to 10");
    expect(screen.queryByRole("tab")).toBeNull();
    expect(statistics).not.toHaveBeenCalled();
  }, 30_000);
});
