// What has to be done when this process ends, in whichever way.

const duties = [];

export function atEnd(duty) {
  duties.push(duty);
}

process.on("exit", () => duties.forEach((duty) => duty()));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
