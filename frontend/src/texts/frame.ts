// The words of the frame: the way about, the door, what goes wrong.

export const frame = {
  name: "Jobyard",

  nav: {
    label: "Main",
    requests: "Requests",
    datasets: "Datasets",
    workflows: "Workflows",
    workflowsShort: "Flows",
    workers: "Queues & workers",
    workersShort: "Workers",
    keys: "Keys",
    schedules: "Schedules",
    webhooks: "Webhooks",
    users: "Users",
    house: "House rules",
    running: (n: number) => `${n} in progress`,
    skip: "Skip to content",
  },

  /** Kinds that no worker of the house runs, so that the house has no name for them. */
  kinds: { "experiment.run": "Experiment" } as Record<string, string>,

  title: (what: string) => `${what} · Jobyard`,

  problem: {
    offline: "The server cannot be reached. Nothing was changed.",
    unknown: "That did not work.",
    status: (status: number) => `The server answered with error ${status}.`,
    fetching: "Loading…",
    lost: "This part of the page could not be loaded. The server cannot be reached, or it is newer than the page.",
    again: "Try again",
    close: "Close",
  },

  signIn: {
    title: "Sign in",
    user: "User name",
    password: "Password",
    show: "Show password",
    hide: "Hide password",
    showShort: "Show",
    hideShort: "Hide",
    go: "Sign in",
    going: "Signing in…",
    wrong: "That name and password do not fit together.",
    over: "Your session is over. Sign in to go on where you were.",
    hint: "The first administrator’s password was printed when the server started for the first time.",
  },

  account: {
    label: "Signed in as",
    out: "Sign out",
    theme: "Appearance",
    themes: { auto: "Same as this machine", light: "Light", dark: "Dark" },
    keys: "Keyboard shortcuts",
    version: (version: string) => `Jobyard ${version}`,
  },

  live: {
    live: "live",
    connecting: "connecting…",
    asOf: (ago: string) => `offline · as of ${ago} ago`,
    hint: "The server cannot be reached; trying again by itself.",
  },

  ago: (span: string) => `${span} ago`,

  now: "just now",

  shortcuts: {
    title: "Keyboard shortcuts",
    list: [
      ["/", "Search"],
      ["j, ↓", "Next request"],
      ["k, ↑", "Previous request"],
      ["Enter", "Open"],
      ["c", "Cancel"],
      ["r", "Retry or run again"],
      ["x", "Choose, or let go"],
      ["n", "Show new requests"],
      ["?", "This list"],
    ] as const,
    foot: { move: "move", open: "open", cancel: "cancel", retry: "retry", more: "all keys" },
  },

  nowhere: { title: "There is no such page", text: "The address may be mistyped, or the thing it named was moved." },
};
