import { fireEvent, render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import OwnPicture from "../src/components/experiment/OwnPicture.svelte";

const sample = { name: "html · page", url: "/v1/experiments/0a/files?path=page.html", address: "http://house/files/a/page.html" };

describe("a sample that is no picture", () => {
  it("can be fetched where there is room for it", async () => {
    render(OwnPicture, sample);
    await fireEvent.error(screen.getByRole("img"));
    const link = screen.getByRole("link", { name: "Download html · page" });
    expect([link.getAttribute("href"), link.getAttribute("download")]).toEqual([`${location.origin}${sample.url}`, "page.html"]);
  });

  it("is named alone where it is small, since it lies on a button there", async () => {
    const { container } = render(OwnPicture, { ...sample, small: true });
    await fireEvent.error(screen.getByRole("img"));
    expect(container.textContent).toContain("page.html");
    expect(screen.queryByRole("link")).toBeNull();
  });
});
