/**
 * Undoes what was done, last thing first, each once. One that fails does not keep the others from being
 * undone: then the first failure is thrown at the end.
 */
export async function closeAll(closing: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of closing.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
