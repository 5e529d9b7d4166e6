// How long something takes, in this process: what both comparisons measure by.

/** How long a batch is, in milliseconds, and how many rounds there are. */
export const effortOf = (options) => (options.includes("--quick") ? { batch: 10, rounds: 9 } : { batch: 20, rounds: 61 });

/**
 * A runner gives the nanoseconds per payment of one batch: the process's own, so that other programs are not in them, but its garbage
 * collection is.
 */
export const runnerOver = (samples, { batch }) => async (once, items) => {
  let next = 0;
  const run = async (size) => {
    const start = process.cpuUsage();
    for (let i = 0; i < size; i += 1) {
      const answer = once(samples[next]);
      // only some answer later, and to wait for the others would be charged to them
      if (answer instanceof Promise) await answer;
      next = (next + 1) % samples.length;
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) * 1000;
  };
  let size = 1;
  // long enough for the engine to have compiled it, and then sized to fit
  for (let warm = 0; warm < 20; warm += 1) if ((await run(size)) < batch * 1e6) size *= 2;
  size = Math.max(1, Math.floor((size * batch * 1e6) / (await run(size))));
  return async () => (await run(size)) / size / items;
};

/** The median, the smallest and the largest. */
export const spread = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted[0], sorted[sorted.length - 1]];
};
