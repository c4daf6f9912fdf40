// A strip that is wider than a phone's window: what is open in it is kept in sight.
const OPEN = "[data-state=active]";

/** Scrolls a strip of tabs to the open one: now, when another is opened, and when the tabs grow, as their counts come. */
export function inSight(strip: HTMLElement): () => void {
  const show = (): void => {
    const tab = strip.querySelector<HTMLElement>(OPEN);
    if (!tab) return;
    const end = tab.offsetLeft + tab.offsetWidth;
    if (tab.offsetLeft < strip.scrollLeft) strip.scrollLeft = tab.offsetLeft;
    else if (end > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = end - strip.clientWidth;
  };
  const opened = new MutationObserver(show);
  opened.observe(strip, { subtree: true, attributeFilter: ["data-state"] });
  const grown = new ResizeObserver(show);
  for (const one of [strip, ...strip.children]) grown.observe(one);
  show();
  return () => {
    opened.disconnect();
    grown.disconnect();
  };
}
