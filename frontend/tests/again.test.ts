import { describe, expect, it, vi } from "vitest";
import { again } from "../src/lib/feed/again";
import { live } from "../src/lib/feed/live.svelte";
import { job } from "./making";

describe("what was read is read again", () => {
  it("when a job that counts changes or news were missed, at most once in a while, and not after the end", () => {
    vi.useFakeTimers();
    const read = vi.fn(async () => undefined);
    const stop = again(read, (one) => one.kind === "dataset.sync");
    const happen = (kind: string): void => live.tellAll("job", { event: {}, job: job({ kind }) });
    happen("command.run");
    live.tellAll("job", { event: {}, job: null });
    expect(read).not.toHaveBeenCalled();
    for (let n = 0; n < 5; n += 1) happen("dataset.sync");
    expect(read).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    expect(read).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10_000);
    live.tellAll("resync", null);
    expect(read).toHaveBeenCalledTimes(3);
    stop();
    vi.advanceTimersByTime(10_000);
    happen("dataset.sync");
    expect(read).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });
});
