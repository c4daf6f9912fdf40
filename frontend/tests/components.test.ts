import { render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import FailureCard from "../src/components/FailureCard.svelte";
import JobRow from "../src/components/JobRow.svelte";
import JsonView from "../src/components/JsonView.svelte";
import LogRow from "../src/components/LogRow.svelte";
import Result from "../src/components/Result.svelte";
import StateChips from "../src/components/StateChips.svelte";
import Timeline from "../src/components/Timeline.svelte";
import { calls } from "../src/lib/api/calls";
import type { Job } from "../src/lib/api/shapes";
import { fromAddress } from "../src/lib/jobs/filter";
import { Tally } from "../src/lib/jobs/tally.svelte";
import { house } from "../src/lib/house.svelte";
import { job, progress, running } from "./making";

const EVIL = '<img src=x onerror="alert(1)">';

beforeEach(() => {
  house.kinds = [{ name: "dataset.sync", title: "Synchronize dataset", queue: "default", tries: 1, least_role: "member", parameters: {} }];
});

function row(of: Job, more: Partial<{ gone: boolean }> = {}) {
  const onchange = vi.fn();
  const onmenu = vi.fn();
  render(JobRow, { job: of, place: 0, of: 1, gone: false, onmenu, onchange, onfocus: () => undefined, ...more });
  return { row: screen.getByRole("listitem"), onchange, onmenu };
}

describe("a row", () => {
  it("names the job, its number and its owner", () => {
    const { row: shown } = row(job({ number: 42, name: "Nightly", owner: "tomas" }));
    expect(within(shown).getByRole("link", { name: "Nightly" }).getAttribute("href")).toMatch(/^\/jobs\//);
    expect(shown.textContent).toContain("#42");
    expect(shown.textContent).toContain("tomas");
    expect(shown.textContent).toContain("Synchronize dataset");
  });

  it("is named by its kind where it has no name of its own", () => {
    const { row: shown } = row(job());
    expect(within(shown).getByRole("link", { name: "Synchronize dataset" })).toBeTruthy();
    expect(shown.querySelector(".badge")).toBeNull();
  });

  it("sets all it is told as text", () => {
    const failure = { reason: "error" as const, message: EVIL, detail: EVIL, code: "" };
    const { row: shown } = row(
      job({ state: "failed", name: EVIL, owner: EVIL, queue: EVIL, failure, resource: { type: "dataset", id: "1", name: EVIL } }),
    );
    expect(shown.querySelector("img")).toBeNull();
    expect(shown.textContent).toContain(EVIL);
  });

  it("shows the share as a progress bar", () => {
    const { row: shown } = row(running({ progress: progress(1, 4) }));
    expect(within(shown).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("25");
  });

  it("shows a bar without a share where the end is unknown", () => {
    const { row: shown } = row(running({ progress: progress(7, null) }));
    expect(within(shown).getByRole("progressbar").hasAttribute("aria-valuenow")).toBe(false);
  });

  it("cancels what runs and passes on what it has become", async () => {
    const busy = running();
    const after = { ...busy, revision: 2, cancelling: true };
    vi.spyOn(calls, "cancel").mockResolvedValue(after);
    const { row: shown, onchange } = row(busy);
    within(shown).getByRole("button", { name: "Cancel" }).click();
    await vi.waitFor(() => expect(onchange).toHaveBeenCalledWith(after));
  });

  it("asks once, however often it is pressed", async () => {
    let answer: (job: Job) => void = () => undefined;
    const asked = vi.spyOn(calls, "retry").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const failed = job({ state: "failed", may: ["retry"] });
    const { row: shown, onchange } = row(failed);
    const button = within(shown).getByRole("button", { name: "Retry" });
    button.click();
    button.click();
    answer(failed);
    await vi.waitFor(() => expect(onchange).toHaveBeenCalled());
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("offers nothing once the job is deleted", () => {
    const { row: shown } = row(job({ may: ["cancel"] }), { gone: true });
    expect(within(shown).queryByRole("button")).toBeNull();
    expect(shown.textContent).toContain("Deleted");
  });

  it("opens the menu at its button", () => {
    const mine = job();
    const { row: shown, onmenu } = row(mine);
    const button = within(shown).getByRole("button", { name: /More actions/ });
    button.click();
    expect(onmenu).toHaveBeenCalledWith(button, mine);
  });
});

describe("the chips of states", () => {
  const counts = { draft: 0, queued: 4, running: 1, succeeded: 1200, failed: 0, cancelled: 0, total: 1205, waiting_unserved: [] };
  const figures = new Tally().figures(fromAddress(new URLSearchParams()), counts);

  it("tell how many there are and which is chosen", () => {
    render(StateChips, { chosen: ["queued"], figures, onchoose: () => undefined });
    expect(screen.getByRole("button", { name: /Queued 4/ }).getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByRole("button", { name: /Finished 1,200/ }).getAttribute("aria-pressed")).toBe("false");
    expect(screen.queryByRole("button", { name: /Draft/ })).toBeNull();
  });

  it("replace each other, add up with a key held, and give way to all", () => {
    const onchoose = vi.fn();
    render(StateChips, { chosen: ["queued"], figures: null, onchoose });
    screen.getByRole("button", { name: /Failed/ }).click();
    expect(onchoose).toHaveBeenLastCalledWith(["failed"]);
    screen.getByRole("button", { name: /Failed/ }).dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    expect(onchoose).toHaveBeenLastCalledWith(["queued", "failed"]);
    screen.getByRole("button", { name: /Queued/ }).click();
    expect(onchoose).toHaveBeenLastCalledWith([]);
  });
});

describe("the parts of a request", () => {
  it("fold the detail of a failure below its sentence", () => {
    const failure = { reason: "memory" as const, message: "It asked for too much.", detail: EVIL, code: "" };
    const { container } = render(FailureCard, { job: job({ state: "failed", failure }), failure });
    expect(screen.getByRole("heading").textContent).toBe("Out of memory");
    expect(container.querySelector("details")?.open).toBe(false);
    expect(container.querySelector("img")).toBeNull();
  });

  it("lead to files of our own server only, each by its name", () => {
    const file = { name: "a.zip", size: 1_500_000, sha256: "ab".repeat(32), media_type: "application/zip", attempt: 1, url: "/v1/x" };
    render(Result, { job: job({ state: "succeeded" }), files: [file, { ...file, name: "b.zip", url: "https://elsewhere.example/b" }] });
    const links = screen.getAllByText("Download").map((text) => text.closest("a"));
    expect(links[0]?.getAttribute("href")).toBe(`${location.origin}/v1/x`);
    expect(links[0]?.getAttribute("download")).toBe("a.zip");
    expect(links[1]?.hasAttribute("href")).toBe(false);
    expect(document.body.textContent).toContain("1.5 MB");
  });

  it("say that there is nothing where there is nothing", () => {
    render(JsonView, { value: {}, empty: "nothing" });
    expect(screen.getByText("nothing")).toBeTruthy();
  });

  it("mark what was looked for in a line", () => {
    const line = { number: 1, at: "2026-01-01T00:00:00Z", stream: "err" as const, text: `${EVIL} beta` };
    const { container } = render(LogRow, { line, words: "BETA", marked: false });
    expect(container.querySelector("mark")?.textContent).toBe("beta");
    expect(container.querySelector("img")).toBeNull();
  });

  it("tell who did what and when", () => {
    const at = (second: number) => `2026-11-22T12:00:0${second}Z`;
    const event = { number: 1, job: "1", state: "queued" as const, attempt: 1, data: {} };
    const events = [
      { ...event, type: "submitted", at: at(0), actor: "maria" },
      { ...event, number: 2, type: "claimed", at: at(2), actor: "worker:yard-1" },
      { ...event, number: 3, type: "failed", at: at(3), actor: "jobyard", data: { failure: { message: EVIL } } as never },
      { ...event, number: 4, type: "some_new_thing", at: at(4), actor: "x" },
    ];
    render(Timeline, { props: { events } });
    const said = screen.getAllByRole("listitem").map((item) => item.textContent?.replace(/\s+/g, " ").trim());
    expect(said[0]).toContain("Submitted by maria");
    expect(said[1]).toBe("+2.0 s Taken, attempt 1 by worker yard-1");
    expect(said[2]).toContain(EVIL);
    expect(said[3]).toContain("some new thing");
  });
});
