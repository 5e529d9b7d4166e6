// Serving on this machine alone.

export function listen(app) {
  return new Promise((ready, failed) => {
    const server = app.listen(0, "127.0.0.1", () => ready({ url: `http://127.0.0.1:${server.address().port}`, end: () => server.close() }));
    server.on("error", failed);
  });
}
