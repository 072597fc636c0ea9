import type { Json } from "./model.js";

/** The quiet NaN of IEEE 754, little-endian, by the bytes of an element. */
const NAN_BYTES: Readonly<Record<number, readonly number[]>> = {
  4: [0, 0, 0xc0, 0x7f],
  8: [0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
};

/**
 * Float arrays travel as base64 of their little-endian bytes: compact, exact, and NaN survives. A NaN may
 * have any of many patterns in memory; written, it has one, so that equal arrays give equal text.
 */
export function encodeFloats(values: Float32Array | Float64Array): string {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = values;
  const bytes = Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isNaN(values[index])) bytes.set(NAN_BYTES[size] ?? [], index * size);
  }
  return bytes.toString("base64");
}

/**
 * Reads a snapshot that may come from anywhere. Every getter throws a TypeError that names the field
 * when what it finds is not what it was asked for.
 */
export class SnapshotReader {
  readonly #value: Json | undefined;
  readonly #path: string;

  constructor(value: Json | undefined, path: string) {
    this.#value = value;
    this.#path = path;
  }

  refuse(expected: string): never {
    throw new TypeError(`snapshot field ${this.#path}: expected ${expected}`);
  }

  get isNull(): boolean {
    return this.#value === null;
  }

  field(name: string): SnapshotReader {
    const value = this.#value;
    if (typeof value !== "object" || value === null || isJsonArray(value)) {
      return this.refuse("an object");
    }
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    return new SnapshotReader(found, `${this.#path}.${name}`);
  }

  /** All fields of an object, whose names are not known. */
  entries(): [name: string, SnapshotReader][] {
    const value = this.#value;
    if (typeof value !== "object" || value === null || isJsonArray(value)) {
      return this.refuse("an object");
    }
    return Object.entries(value).map(([name, field]) => [
      name,
      new SnapshotReader(field, `${this.#path}.${name}`),
    ]);
  }

  /** What is there, to be read by somebody else. */
  json(): Json {
    return this.#value ?? this.refuse("a value");
  }

  boolean(): boolean {
    return typeof this.#value === "boolean" ? this.#value : this.refuse("true or false");
  }

  items(maxLength = Infinity): SnapshotReader[] {
    const value = this.#value;
    if (value === undefined || !isJsonArray(value)) return this.refuse("an array");
    if (value.length > maxLength) this.refuse(`at most ${maxLength} items, got ${value.length}`);
    return value.map((item, index) => new SnapshotReader(item, `${this.#path}[${index}]`));
  }

  /** The items of an array of exactly this length, such as a pair. */
  tuple(length: number): SnapshotReader[] {
    const items = this.items(length);
    if (items.length !== length) this.refuse(`${length} items, got ${items.length}`);
    return items;
  }

  string(): string {
    return typeof this.#value === "string" ? this.#value : this.refuse("a string");
  }

  number(): number {
    const value = this.#value;
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : this.refuse("a finite number");
  }

  nonNegative(): number {
    const value = this.number();
    return value >= 0 ? value : this.refuse(`a number that is not negative, got ${value}`);
  }

  integer(): number {
    const value = this.number();
    return Number.isSafeInteger(value) ? value : this.refuse(`an integer, got ${value}`);
  }

  count(): number {
    const value = this.integer();
    return value >= 0 ? value : this.refuse(`a count, got ${value}`);
  }

  equals(expected: string | number): void {
    if (this.#value !== expected) this.refuse(JSON.stringify(expected));
  }

  float64s(length?: number): Float64Array {
    const bytes = this.#bytes(Float64Array.BYTES_PER_ELEMENT, length);
    return new Float64Array(bytes.buffer, 0, bytes.length / Float64Array.BYTES_PER_ELEMENT);
  }

  float32s(length?: number): Float32Array {
    const bytes = this.#bytes(Float32Array.BYTES_PER_ELEMENT, length);
    return new Float32Array(bytes.buffer, 0, bytes.length / Float32Array.BYTES_PER_ELEMENT);
  }

  #bytes(bytesPerElement: number, length: number | undefined): Uint8Array<ArrayBuffer> {
    // A copy of its own, since a Buffer may lie unaligned in a shared pool.
    const bytes = new Uint8Array(Buffer.from(this.string(), "base64"));
    if (bytes.length % bytesPerElement !== 0) {
      this.refuse(`base64 of a multiple of ${bytesPerElement} bytes, got ${bytes.length}`);
    }
    if (length !== undefined && bytes.length !== length * bytesPerElement) {
      this.refuse(`${length} values, got ${bytes.length / bytesPerElement}`);
    }
    return bytes;
  }
}

// Array.isArray does not narrow readonly arrays.
function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
