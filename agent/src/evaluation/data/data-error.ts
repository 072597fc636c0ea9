/** A data set that can't be read or is laid out otherwise; the message names the file, and the line. */
export class DataError extends Error {
  override readonly name = "DataError";

  constructor(file: string, line: number | undefined, problem: string, options?: ErrorOptions) {
    super(`${file}${line === undefined ? "" : `, line ${line}`}: ${problem}`, options);
  }
}
