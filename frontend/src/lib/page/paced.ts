// Does a thing at most once in a while, however often it is asked for; the last asking is never lost.
export interface Paced {
  ask: () => void;
  stop: () => void;
}

export function paced(work: () => Promise<void>, pause: number): Paced {
  let timer = 0;
  let wanted = false;
  const run = (): void => {
    wanted = false;
    timer = window.setTimeout(() => {
      timer = 0;
      if (wanted) run();
    }, pause);
    void work();
  };
  return {
    ask: () => {
      if (timer) wanted = true;
      else run();
    },
    stop: () => {
      clearTimeout(timer);
      timer = 0;
      wanted = false;
    },
  };
}
