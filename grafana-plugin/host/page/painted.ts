/** Resolves when the browser has painted what has been rendered until now. */
export async function painted(): Promise<void> {
  await frame();
  // The first frame may have begun before React's work was done.
  await frame();
}

/** After the next frame has been handed to the compositor. */
export function frame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
  });
}
