import { describe, expect, it } from "vitest";
import { asked, fromAddress, narrowed, toAddress } from "../src/lib/jobs/filter";
import { fits } from "../src/lib/jobs/fitting";
import { job } from "./making";

const filter = (query: string) => fromAddress(new URLSearchParams(query));

describe("the filter", () => {
  it("is the same after a way through the address", () => {
    const query =
      "state=failed&state=queued&kind=dataset.sync&owner=maria&project=p&queue=gpu&face=cvat&label=a%3Db&text=two+words&order=number&resource_type=dataset&resource_id=d1&parent=p1&origin=o1&after=a1&after=b2";
    const first = filter(query);
    const again = fromAddress(new URL(toAddress(first), "http://x").searchParams);
    expect(again).toEqual(first);
    expect(first.state).toEqual(["failed", "queued"]);
    expect(first.resource_id).toBe("d1");
    expect([first.origin, first.after]).toEqual(["o1", "a1"]);
  });

  it("of nothing is the plain address", () => {
    expect(toAddress(filter(""))).toBe("/");
    expect(narrowed(filter(""))).toBe(false);
    expect(narrowed(filter("text=+"))).toBe(false);
    expect(narrowed(filter("owner=x"))).toBe(true);
    expect(narrowed(filter("resource_id=x"))).toBe(true);
  });

  it("drops what is no state and no order", () => {
    expect(filter("state=broken&order=;drop").state).toEqual([]);
    expect(filter("order=;drop").order).toBe("-number");
  });

  it("asks only for what narrows", () => {
    expect(asked(filter("state=failed&text=+x+"))).toEqual({ state: ["failed"], text: "x" });
    expect(asked(filter("order=number"))).toEqual({ order: "number" });
  });

  const there = job({
    number: 77,
    state: "failed",
    name: "Nightly Sync",
    owner: "maria",
    labels: { team: "vision", bare: "" },
    project: { id: "p1", name: "Cams" },
    resource: { type: "dataset", id: "d1", name: "Café" },
    origin: "o1",
    after: ["a1", "a2"],
    failure: { reason: "error", message: "No such folder", detail: "", code: "" },
    parameters: { path: "east/wing" } as never,
  });

  it.each([
    ["", true],
    ["state=failed", true],
    ["state=queued", false],
    ["state=queued&state=failed", true],
    ["kind=command.run", false],
    ["owner=maria", true],
    ["owner=tomas", false],
    ["queue=gpu", false],
    ["face=cvat", false],
    ["origin=o1", true],
    ["origin=o2", false],
    ["after=a2", true],
    ["after=o1", false],
    ["project=p1", true],
    ["project=Cams", true],
    ["project=p2", false],
    ["label=team%3Dvision", true],
    ["label=team%3Dother", false],
    ["label=team", true],
    ["label=bare", true],
    ["label=none", false],
    ["resource_type=dataset&resource_id=d1", true],
    ["resource_id=d2", false],
    ["parent=x", false],
    ["text=night", true],
    ["text=NIGHT+sy", true],
    ["text=ight", false],
    ["text=77", true],
    ["text=café", true],
    ["text=such+folder", true],
    ["text=wing", true],
    ["text=%2B%2B", true],
    ["order=-finished_at", false],
  ])("%s fits: %s", (query, expected) => {
    expect(fits(filter(query), there)).toBe(expected);
  });
});
