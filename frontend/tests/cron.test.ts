import { describe, expect, it } from "vitest";
import { cron, FIRST, said, saidInterval, times } from "../src/lib/page/cron";

describe("a cron expression", () => {
  it.each([
    ["0 * * * *", "Every hour"],
    ["15 * * * *", "Every hour at :15"],
    ["@daily", "Every day at 00:00"],
    ["30 2 * * *", "Every day at 02:30"],
    ["0 9 * * 1-5", "Monday to Friday at 09:00"],
    ["0 9 * * 1,3,5", "Monday, Wednesday and Friday at 09:00"],
    ["0 9 * * 7", "Sunday at 09:00"],
    ["0 6 1 * *", "On day 1 of each month at 06:00"],
    ["*/10 * * * *", "Every 10 minutes"],
    ["0 0 1 1 *", "0 0 1 1 *"],
    ["not one", "not one"],
  ])("%s is said %s", (expression, words) => expect(said(expression)).toBe(words));

  it.each(["0 * * * *", "30 2 * * *", "0 9 * * 1,2", "0 6 31 * *", "5 4 * 2 *"])("%s comes out of the form as it went in", (expression) =>
    expect(cron(times(expression))).toBe(expression),
  );

  it("is made from what was chosen", () => {
    expect(cron({ ...FIRST, rhythm: "weekly", days: [5, 1], hour: 7, minute: 5 })).toBe("5 7 * * 1,5");
    expect(cron({ ...FIRST, rhythm: "weekly", days: [] })).toBe("0 2 * * *");
  });
});

describe("an interval", () => {
  it.each([
    [60, "Every minute"],
    [900, "Every 15 minutes"],
    [86_400, "Every day"],
    [90, "Every 90 seconds"],
  ])("of %i s is said %s", (seconds, words) => expect(saidInterval(seconds)).toBe(words));
});
