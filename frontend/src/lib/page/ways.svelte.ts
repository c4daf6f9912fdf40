// The ways about: the main ones, and those one goes now and then, which a phone keeps in the account's menu.
import { MediaQuery } from "svelte/reactivity";
import type { IconName } from "../../components/Icon.svelte";
import { texts } from "../../texts";
import { house } from "../house.svelte";
import type { PlaceName } from "./places";

export interface Way {
  to: string;
  name: string;
  /** What a phone has room for. */
  short?: string;
  icon: IconName;
  places: readonly PlaceName[];
}

const MAIN: readonly Way[] = [
  { to: "/", name: texts.nav.requests, icon: "list", places: ["requests", "job"] },
  { to: "/datasets", name: texts.nav.datasets, icon: "layers", places: ["datasets", "dataset"] },
  { to: "/workflows", name: texts.nav.workflows, short: texts.nav.workflowsShort, icon: "flow", places: ["workflows", "workflow"] },
  { to: "/schedules", name: texts.nav.schedules, icon: "clock", places: ["schedules"] },
  { to: "/workers", name: texts.nav.workers, short: texts.nav.workersShort, icon: "worker", places: ["workers"] },
];
const NOW_AND_THEN: readonly Way[] = [
  { to: "/keys", name: texts.nav.keys, icon: "key", places: ["keys"] },
  { to: "/webhooks", name: texts.nav.webhooks, icon: "hook", places: ["webhooks"] },
];
const ADMINISTERING: readonly Way[] = [
  { to: "/users", name: texts.nav.users, icon: "users", places: ["users"] },
  { to: "/house", name: texts.nav.house, icon: "house", places: ["house"] },
];

const phone = new MediaQuery("max-width: 46rem");

class Ways {
  main = MAIN;
  rare: readonly Way[] = $derived([...NOW_AND_THEN, ...(house.administers ? ADMINISTERING : [])]);

  /** Whether the rare ones have no room beside the main ones. */
  get narrow(): boolean {
    return phone.current;
  }
}

export const ways = new Ways();
